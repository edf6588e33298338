import { describe, expect, it } from "vitest";
import { Manager } from "../../src/client/manager.ts";
import type { ManagerOptions } from "../../src/client/options.ts";
import { ConnectionWatch } from "../../src/react/connection-watch.ts";
import { FakePlatform } from "../support/fake-platform.ts";

function start(options: Partial<ManagerOptions> = {}) {
  const platform = new FakePlatform();
  const manager = new Manager(platform, "http://host", { autoConnect: false, ...options });
  const socket = manager.socket("/");
  const watch = new ConnectionWatch(socket);
  const told: unknown[] = [];
  // As React does: what it has is what it shows.
  let shown = watch.read();
  const cancel = watch.subscribe(() => {
    if (watch.read() === shown) return;
    shown = watch.read();
    told.push([shown.status, shown.error?.message, shown.reason]);
  });
  const grant = () => {
    platform.open();
    platform.transport.receive('40{"sid":"S"}');
  };
  const refuse = () => platform.transport.receiver.closed("transport error", new Error("no route"));
  const lose = () => platform.transport.receiver.closed("transport close", undefined);
  const retry = () => platform.clock.advance(5_000);
  return { platform, socket, watch, told, cancel, grant, refuse, lose, retry };
}

describe("ConnectionWatch", () => {
  it("tells of the first connection, its loss and its return", () => {
    const { socket, watch, told, grant, refuse, lose, retry } = start();
    expect(watch.read().status).toBe("disconnected");
    socket.connect();
    expect(watch.read().status).toBe("connecting");
    grant();
    lose();
    retry();
    refuse();
    retry();
    grant();
    expect(told).toEqual([
      ["connecting", undefined, undefined],
      ["connected", undefined, undefined],
      ["reconnecting", undefined, "transport close"],
      ["reconnecting", "no route", "transport close"],
      ["connected", undefined, undefined],
    ]);
  });

  it("calls the first connection so, however often it fails", () => {
    const { socket, told, grant, refuse, retry } = start();
    socket.connect();
    refuse();
    retry();
    grant();
    expect(told).toEqual([
      ["connecting", "no route", undefined],
      ["connected", undefined, undefined],
    ]);
  });

  it("tells who ended it", () => {
    const { platform, socket, watch, told, grant } = start();
    socket.connect();
    grant();
    platform.transport.receive("41");
    socket.connect();
    expect(watch.read()).toEqual({ status: "connecting", error: undefined, reason: "io server disconnect" });
    grant();
    socket.disconnect();
    expect(told).toEqual([
      ["connecting", undefined, undefined],
      ["connected", undefined, undefined],
      ["disconnected", undefined, "io server disconnect"],
      ["connecting", undefined, "io server disconnect"],
      ["connected", undefined, undefined],
      ["disconnected", undefined, "io client disconnect"],
    ]);
  });

  it("tells of a refusal, with what the server says", () => {
    const { platform, socket, watch, told } = start();
    socket.connect();
    platform.open();
    platform.transport.receive('44{"message":"not you","data":{"code":7}}');
    expect(told).toEqual([
      ["connecting", undefined, undefined],
      ["disconnected", "not you", undefined],
    ]);
    expect(watch.read().error?.data).toEqual({ code: 7 });
  });

  it("tells when it is given up, and when the program tries again", () => {
    const { socket, told, grant, refuse, lose, retry, watch } = start({ reconnectionAttempts: 1 });
    socket.connect();
    grant();
    lose();
    retry();
    refuse();
    expect(socket.active).toBe(true);
    expect(watch.read().status).toBe("disconnected");
    socket.connect();
    grant();
    expect(told.slice(2)).toEqual([
      ["reconnecting", undefined, "transport close"],
      ["reconnecting", "no route", "transport close"],
      ["disconnected", "no route", "transport close"],
      ["reconnecting", "no route", "transport close"],
      ["connected", undefined, undefined],
    ]);
  });

  it("knows that nobody tries where reconnection is off", () => {
    const { socket, told, grant, lose, refuse } = start({ reconnection: false });
    socket.connect();
    refuse();
    socket.connect();
    grant();
    lose();
    expect(told).toEqual([
      ["disconnected", "no route", undefined],
      ["connecting", "no route", undefined],
      ["connected", undefined, undefined],
      ["disconnected", undefined, "transport close"],
    ]);
  });

  it("gives the same object until something changes", () => {
    const { socket, watch, grant, platform } = start();
    socket.connect();
    grant();
    const state = watch.read();
    platform.transport.receive('42["news"]');
    expect(watch.read()).toBe(state);
  });

  it("tells nobody who has left, and knows what came meanwhile", () => {
    const { socket, watch, told, cancel, refuse } = start();
    socket.connect();
    cancel();
    refuse();
    expect(told).toEqual([]);
    expect(watch.read()).toMatchObject({ status: "connecting", error: { message: "no route" } });
  });
});
