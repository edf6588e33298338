import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { Manager } from "../../src/client/manager.ts";
import { ConnectionWatches } from "../../src/react/connection-watches.ts";
import { SharedSockets } from "../../src/react/shared-sockets.ts";
import { FakePlatform } from "../support/fake-platform.ts";

function start() {
  const platform = new FakePlatform();
  const watches = new ConnectionWatches();
  const sockets = new SharedSockets(
    {
      clock: platform.clock,
      page: { protocol: "https:", host: "page" },
      createManager: (url, options) => new Manager(platform, url, options),
    },
    watches,
  );
  const hold = { autoConnect: true, closeDelay: 1_000 };
  return { platform, watches, sockets, hold, clock: platform.clock };
}

describe("SharedSockets", () => {
  it("gives one socket for one URL with the same options, and does not connect", () => {
    const { sockets, platform } = start();
    const one = sockets.get("/", { auth: { token: "a" }, path: "/x" });
    expect(sockets.get("https://page:443/", { path: "/x", auth: { token: "a" } })).toBe(one);
    expect(sockets.get("/", { auth: { token: "b" }, path: "/x" })).not.toBe(one);
    expect(sockets.get("/", { auth: { token: "a" } })).not.toBe(one);
    expect(sockets.get("/?a=1", { auth: { token: "a" }, path: "/x" })).not.toBe(one);
    expect(one.socket.active).toBe(false);
    expect(platform.made).toEqual([]);
  });

  it("asks the newest of the functions that give credentials", () => {
    const { sockets, platform, hold } = start();
    const one = sockets.get("/", { auth: (give) => give({ token: "old" }) });
    const newest = (give: (data: object) => void) => give({ token: "new" });
    expect(sockets.get("/", { auth: newest })).toBe(one);
    one.setAuth(newest);
    one.setAuth(undefined);
    one.hold(hold);
    platform.open();
    expect(platform.transport.log).toContain('40{"token":"new"}');
  });

  it("lets the namespaces of a server share a connection, unless told otherwise", () => {
    const { sockets } = start();
    const { socket } = sockets.get("/", {});
    expect(sockets.get("/admin", {}).socket.io).toBe(socket.io);
    expect(sockets.get("/admin", { forceNew: true }).socket.io).not.toBe(socket.io);
    expect(sockets.get("/admin", { multiplex: false }).socket.io).not.toBe(
      sockets.get("/", { multiplex: false }).socket.io,
    );
  });

  it("forgets what nobody holds, and keeps what somebody does", async () => {
    const { sockets, hold } = start();
    setFlagsFromString("--expose-gc");
    const collect: () => void = runInNewContext("gc");
    const letGo = sockets.get("/", { auth: { token: "held" } }).hold(hold);
    for (let number = 0; number < 100; number += 1) sockets.get("/", { auth: { number } });
    while (sockets.size > 1) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sockets.get("/", { auth: { token: "held" } }).socket.active).toBe(true);
    letGo();
  });
});

describe("SharedSocket", () => {
  it("connects with the first component, and closes a moment after the last one", () => {
    const { sockets, platform, hold, clock } = start();
    const shared = sockets.get("/", {});
    const one = shared.hold(hold);
    const other = shared.hold(hold);
    platform.open();
    platform.transport.receive('40{"sid":"S"}');
    one();
    clock.advance(5_000);
    other();
    clock.advance(999);
    expect(shared.socket.connected).toBe(true);
    clock.advance(1);
    expect(shared.socket.connected).toBe(false);
    expect(platform.made).toHaveLength(1);
  });

  it("stays connected when a component comes back at once", () => {
    const { sockets, platform, hold, clock } = start();
    const shared = sockets.get("/", {});
    shared.hold(hold)();
    const letGo = shared.hold(hold);
    clock.advance(5_000);
    expect(shared.socket.active).toBe(true);
    letGo();
    clock.advance(1_000);
    expect(shared.socket.active).toBe(false);
    expect(platform.made).toHaveLength(1);
  });

  it("connects again for a component that comes later", () => {
    const { sockets, platform, hold, clock } = start();
    const shared = sockets.get("/", {});
    shared.hold(hold)();
    clock.advance(1_000);
    shared.hold(hold);
    expect(shared.socket.active).toBe(true);
    expect(platform.made).toHaveLength(2);
  });

  it("connects when a component wants it, and does not begin again what the program ended", () => {
    const { sockets, hold } = start();
    const shared = sockets.get("/", {});
    shared.hold({ ...hold, autoConnect: false });
    expect(shared.socket.active).toBe(false);
    const letGo = shared.hold(hold);
    expect(shared.socket.active).toBe(true);
    shared.socket.disconnect();
    shared.hold(hold);
    letGo();
    expect(shared.socket.active).toBe(false);
  });

  it("is about to connect from its first rendering on", () => {
    const { sockets, watches, hold, clock } = start();
    const shared = sockets.get("/", {});
    const watch = watches.of(shared.socket);
    shared.expect(false);
    expect(watch.read().status).toBe("disconnected");
    shared.expect(true);
    expect(watch.read().status).toBe("connecting");
    const letGo = shared.hold(hold);
    shared.socket.disconnect();
    expect(watch.read().status).toBe("disconnected");
    shared.expect(true);
    expect(watch.read().status).toBe("disconnected");
    letGo();
    clock.advance(1_000);
    shared.expect(true);
    expect(watch.read().status).toBe("connecting");
  });
});
