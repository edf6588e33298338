import { describe, expect, it } from "vitest";
import { Manager } from "../../src/client/manager.ts";
import { FakePlatform } from "../support/fake-platform.ts";

function start() {
  const platform = new FakePlatform();
  const manager = new Manager(platform, "http://host", { transports: ["polling"] });
  const socket = manager.socket("/");
  const sent = () => platform.transport.take().filter((entry) => String(entry).startsWith("4"));
  return { platform, manager, socket, sent, clock: platform.clock };
}

describe("A fault of the program", () => {
  it("is thrown at once when what waits for the connection could not be sent", () => {
    const { socket } = start();
    expect(() => socket.emit("bad", 1n)).toThrow(expect.objectContaining({ code: "BARO_DATA" }));
    expect(socket.sendBuffer).toEqual([]);
  });

  it("takes nothing else with it when what waits turned bad meanwhile", () => {
    const { platform, socket, sent, clock } = start();
    const data: { self?: unknown } = {};
    const connected: boolean[] = [];
    socket.on("connect", () => connected.push(true));
    socket.emit("bad", data);
    socket.emit("good");
    data.self = data;
    platform.open();
    platform.transport.receive('40{"sid":"me"}');
    expect(sent()).toEqual(["40{}", '42["good"]']);
    expect(connected).toEqual([true]);
    expect(() => clock.advance(1)).toThrow("circular");
  });

  it("in its credentials surfaces by itself, and leaves the other sockets alone", () => {
    const { platform, manager, socket, sent, clock } = start();
    const other = manager.socket("/other");
    socket.auth = { token: 1n };
    platform.open();
    expect(sent()).toEqual(["40/other,{}"]);
    expect(other.active).toBe(true);
    expect(() => clock.advance(1)).toThrow("sent as JSON");
  });
});

describe("A connection that a listener closes", () => {
  it("as soon as its engine opens is made anew", () => {
    const { platform, manager, socket, clock } = start();
    manager.engine.once("open", () => manager.engine.close());
    platform.open();
    clock.advance(1_000);
    platform.open();
    expect(platform.transport.take().filter((entry) => String(entry).startsWith("4"))).toEqual(["40{}"]);
    platform.transport.receive('40{"sid":"me"}');
    expect(socket.connected).toBe(true);
    expect(platform.made).toHaveLength(2);
  });

  it("as soon as its manager opens is made anew", () => {
    const { platform, manager, socket, clock } = start();
    const outcomes: unknown[] = [];
    manager.once("open", () => manager.engine.close());
    manager.on("reconnect", (attempt) => outcomes.push(attempt));
    platform.open();
    expect(platform.transport.take().filter((entry) => String(entry).startsWith("4"))).toEqual([]);
    clock.advance(1_000);
    platform.open();
    expect(platform.transport.take().filter((entry) => String(entry).startsWith("4"))).toEqual(["40{}"]);
    platform.transport.receive('40{"sid":"me"}');
    expect(socket.connected).toBe(true);
    expect(outcomes).toEqual([1]);
  });
});

describe("A refusal", () => {
  it("whose message is no text throws nothing", () => {
    const { platform, socket } = start();
    const messages: string[] = [];
    socket.on("connect_error", (error) => messages.push(error.message));
    platform.open();
    platform.transport.receive('44{"message":{"toString":1,"valueOf":1}}');
    expect(messages).toHaveLength(1);
  });
});

describe("A socket that leaves before it was let in, on a connection that others keep", () => {
  function pending() {
    const all = start();
    all.platform.open();
    const late = all.manager.socket("/late");
    expect(all.sent()).toEqual(["40{}", "40/late,{}"]);
    return { ...all, late };
  }

  it("asks no second time when it comes back at once", () => {
    const { platform, late, sent } = pending();
    late.disconnect().connect();
    expect(sent()).toEqual([]);
    platform.transport.receive('40/late,{"sid":"me"}');
    expect(late.connected).toBe(true);
  });

  it("says goodbye when it is let in after all", () => {
    const { platform, late, sent } = pending();
    late.disconnect();
    platform.transport.receive('40/late,{"sid":"me"}');
    expect([late.connected, late.active]).toEqual([false, false]);
    expect(sent()).toEqual(["41/late,"]);
    late.connect();
    expect(sent()).toEqual(["40/late,{}"]);
  });

  it("may ask again once it was refused", () => {
    const { platform, late, sent } = pending();
    const errors: string[] = [];
    late.on("connect_error", (error) => errors.push(error.message));
    late.disconnect();
    platform.transport.receive('44/late,{"message":"no"}');
    expect(errors).toEqual([]);
    late.connect();
    expect(sent()).toEqual(["40/late,{}"]);
  });
});
