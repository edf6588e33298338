import { expect, it } from "vitest";
import { Manager } from "../../src/client/manager.ts";
import { FakePlatform } from "../support/fake-platform.ts";

function start() {
  const platform = new FakePlatform();
  const manager = new Manager(platform, "http://host", { transports: ["polling"] });
  const socket = manager.socket("/");
  const events: unknown[] = [];
  platform.open();
  platform.transport.receive('40{"sid":"me"}');
  for (const event of ["packet", "packetCreate", "drain"] as const) {
    manager.engine.on(event, (packet?: object) => events.push([event, packet]));
  }
  return { platform, socket, events, clock: platform.clock };
}

it("tells of what it receives", () => {
  const { platform, events } = start();
  platform.transport.receive('42["a"]');
  platform.transport.receive("2");
  expect(events.slice(0, 2)).toEqual([
    ["packet", { type: "message", data: '2["a"]' }],
    ["packet", { type: "ping", data: undefined }],
  ]);
});

it("tells of what it sends, text and attachments, and that nothing waits any more", () => {
  const { platform, socket, events, clock } = start();
  const bytes = Uint8Array.of(1, 2);
  socket.emit("a", bytes);
  expect(events.splice(0)).toEqual([
    ["packetCreate", { type: "message", data: '51-["a",{"_placeholder":true,"num":0}]' }],
    ["packetCreate", { type: "message", data: bytes }],
  ]);
  clock.advance(0);
  expect(events.splice(0)).toEqual([["drain", undefined]]);
  platform.transport.writable = false;
  socket.emit("b");
  events.splice(0);
  clock.advance(0);
  expect(events).toEqual([]);
  platform.transport.drain();
  expect(events).toEqual([["drain", undefined]]);
});
