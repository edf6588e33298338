import { describe, expect, it } from "vitest";
import { Manager } from "../../src/client/manager.ts";
import type { ManagerOptions } from "../../src/client/options.ts";
import { transportError } from "../../src/engine/client-transport.ts";
import { WebTransport } from "../../src/web/web-transport.ts";
import { FakePlatform } from "../support/fake-platform.ts";

const EVENTS = [
  "open",
  "error",
  "close",
  "reconnect_attempt",
  "reconnect_error",
  "reconnect_failed",
  "reconnect",
] as const;

function start(options: Partial<ManagerOptions> = {}) {
  const platform = new FakePlatform();
  const manager = new Manager(platform, "http://host", { autoConnect: false, ...options });
  const events: unknown[] = [];
  for (const event of EVENTS) {
    manager.on(event, (...args: unknown[]) => {
      events.push([event, ...args.map((arg) => (arg instanceof Error ? arg.message : arg))]);
    });
  }
  const refuse = () => platform.transport.receiver.closed("transport error", new Error("refused"));
  return { platform, manager, events, refuse, clock: platform.clock };
}

describe("Manager, connecting", () => {
  it("connects by itself, unless it is told not to", () => {
    const platform = new FakePlatform();
    new Manager(platform, "http://host");
    expect(platform.made[0]?.url).toBe("http://host/socket.io/?EIO=4&transport=polling&baro=1");
    expect(start().platform.made).toEqual([]);
  });

  it("says how an attempt ends to who asked for it", () => {
    const { manager, platform, refuse, events, clock } = start();
    const outcomes: unknown[] = [];
    manager.open((error) => outcomes.push(error?.message));
    refuse();
    clock.advance(60_000);
    manager.connect((error) => outcomes.push(error));
    platform.open();
    expect(outcomes).toEqual(["refused", undefined]);
    expect(events).toEqual([["error", "refused"], ["open"]]);
    expect(manager.engine.transport.name).toBe("polling");
  });

  it("gives up an attempt that takes too long", () => {
    const { manager, platform, events, clock } = start({ reconnection: false });
    manager.open();
    clock.advance(19_999);
    expect(events).toEqual([]);
    clock.advance(1);
    expect(events).toEqual([["error", "timeout"]]);
    expect(platform.transport.log.at(-1)).toBe("closed");
    expect(clock.pending).toBe(0);
  });

  it("waits without end where it is told to", () => {
    const { manager, events, clock } = start({ timeout: false });
    manager.open();
    clock.advance(1e9);
    expect(events).toEqual([]);
  });

  it("gives a transport its own options", () => {
    const { manager, platform } = start({
      query: { a: 1 },
      transportOptions: { polling: { query: { b: 2 }, extraHeaders: { x: "y" } } },
    });
    manager.open();
    expect(platform.made[0]?.url).toContain("?b=2&");
    expect(platform.made[0]?.options.extraHeaders).toEqual({ x: "y" });
  });

  it("takes an option that is undefined for one that is not given", () => {
    const { manager } = start({ reconnectionDelay: undefined } as unknown as Partial<ManagerOptions>);
    expect(manager.reconnectionDelay()).toBe(1_000);
  });

  it("changes its options", () => {
    const { manager } = start();
    expect(manager.reconnection(false).reconnection()).toBe(false);
    expect(manager.reconnectionAttempts(3).reconnectionAttempts()).toBe(3);
    expect(manager.reconnectionDelay(1).reconnectionDelay()).toBe(1);
    expect(manager.reconnectionDelayMax(2).reconnectionDelayMax()).toBe(2);
    expect(manager.randomizationFactor(0).randomizationFactor()).toBe(0);
    expect(manager.timeout(false).timeout()).toBe(false);
  });
});

describe("Manager and its transports", () => {
  const names = (platform: FakePlatform) => platform.made.map(({ transport }) => transport.name);

  it("takes classes and names", () => {
    const { manager, platform, refuse } = start({ tryAllTransports: true });
    manager.opts.transports = [platform.recorder("sse"), "polling"];
    manager.open();
    refuse();
    expect(platform.made.map(({ url }) => url)).toEqual([
      "http://host/socket.io/?EIO=4&transport=sse&baro=1",
      "http://host/socket.io/?EIO=4&transport=polling&baro=1",
    ]);
  });

  it.each([
    ["sse", "sse"],
    ["a class of another library", class Fetch {}],
    ["WebTransport", WebTransport],
  ])("refuses %s, and says what to do", (_, transport) => {
    const { manager } = start();
    manager.opts.transports = ["polling", transport as string];
    expect(() => manager.open()).toThrow(
      expect.objectContaining({ code: "BARO_OPTION", message: expect.stringContaining("import its class") }),
    );
    manager.opts.transports = ["polling"];
    manager.open();
  });

  it("falls back by itself unless it begins with polling, and remembers what worked", () => {
    const { manager, platform, refuse, clock } = start({ transports: ["websocket", "polling"] });
    manager.open();
    refuse();
    platform.open();
    expect(names(platform)).toEqual(["websocket", "polling"]);
    platform.transport.receive("1");
    clock.advance(1_000);
    expect(names(platform)).toEqual(["websocket", "polling", "polling"]);
    // While a server is away, nothing works. That is no reason to begin with what was blocked.
    refuse();
    refuse();
    clock.advance(2_000);
    expect(names(platform).slice(3)).toEqual(["websocket", "polling"]);
  });

  it.each<[string, Partial<ManagerOptions>]>([
    ["it begins with polling", {}],
    ["it is told not to", { transports: ["websocket", "polling"], tryAllTransports: false }],
  ])("does not fall back where %s", (_, options) => {
    const { manager, platform, refuse } = start(options);
    manager.open();
    refuse();
    expect(platform.made).toHaveLength(1);
  });

  it("does not wait for one transport alone", () => {
    const { manager, platform, clock, events } = start({ transports: ["websocket", "polling"] });
    manager.open();
    clock.advance(9_999);
    expect(names(platform)).toEqual(["websocket"]);
    clock.advance(1);
    expect(names(platform)).toEqual(["websocket", "polling"]);
    expect(platform.made[0]?.transport.log.at(-1)).toBe("closed");
    clock.advance(9_999);
    expect(events).toEqual([]);
    clock.advance(1);
    expect(events).toEqual([["error", "timeout"]]);
  });

  it("tells of the last transport's failure when all fail", () => {
    const { manager, platform, refuse, events } = start({ transports: ["websocket", "polling"] });
    manager.open();
    refuse();
    expect(events).toEqual([]);
    refuse();
    expect(events).toEqual([["error", "refused"]]);
    expect(names(platform)).toEqual(["websocket", "polling"]);
  });

  it("connects as its options are then", () => {
    const { manager, platform, refuse, clock } = start({ query: { x: 1 } });
    manager.open();
    refuse();
    manager.opts.query = { x: 2 };
    manager.opts.transports = ["websocket"];
    clock.advance(1_000);
    expect(platform.made[1]?.url).toBe("ws://host/socket.io/?x=2&EIO=4&transport=websocket&baro=1");
  });
});

describe("Manager, reconnecting", () => {
  it("tries again with growing delays, and says so", () => {
    const { manager, platform, refuse, events, clock } = start();
    manager.open();
    refuse();
    events.splice(0);
    for (const delay of [1_000, 2_000, 4_000, 5_000]) {
      clock.advance(delay - 1);
      expect(events).toEqual([]);
      clock.advance(1);
      refuse();
      expect(events.splice(0).map((event) => (event as unknown[])[0])).toEqual([
        "reconnect_attempt",
        "error",
        "reconnect_error",
      ]);
    }
    clock.advance(5_000);
    platform.open();
    expect(events).toEqual([["reconnect_attempt", 5], ["open"], ["reconnect", 5]]);
  });

  it("begins again at the first delay after it stood for a while", () => {
    const { manager, platform, events, clock } = start();
    manager.open();
    for (let round = 0; round < 3; round += 1) {
      platform.open();
      clock.advance(1_001);
      platform.transport.receive("1");
      events.splice(0);
      clock.advance(1_000);
      expect(events).toEqual([["reconnect_attempt", 1]]);
    }
  });

  it("is never faster than the delay with a server that accepts and closes", () => {
    const { manager, platform, clock } = start();
    manager.open();
    for (const delay of [1_000, 2_000, 4_000, 5_000, 5_000, 5_000]) {
      platform.open();
      platform.transport.receive("1");
      const { length } = platform.made;
      clock.advance(delay - 1);
      expect(platform.made).toHaveLength(length);
      clock.advance(1);
      expect(platform.made).toHaveLength(length + 1);
    }
  });

  it("says later that there is no transport at all, and asks again for the options", () => {
    const { manager, platform, events, clock } = start({ transports: [] });
    manager.open();
    expect(events).toEqual([]);
    clock.advance(0);
    expect(events).toEqual([["error", "No transports available"]]);
    manager.opts.transports = ["polling"];
    clock.advance(1_000);
    platform.open();
    expect(events).toContainEqual(["reconnect", 1]);
  });

  it("stays away for as long as a refusal says", () => {
    const { manager, platform, clock } = start();
    manager.open();
    const refusal = transportError("xhr poll error", 503, { retryIn: 20_000 });
    platform.transport.receiver.closed("transport error", refusal);
    clock.advance(19_999);
    platform.wake();
    expect(platform.made).toHaveLength(1);
    clock.advance(1);
    expect(platform.made).toHaveLength(2);
  });

  it.each([1001, 1012, 1013])("gives all of the delay to chance after a close with %d", (code) => {
    const { manager, platform, clock } = start({ randomizationFactor: 0 });
    manager.open();
    platform.open();
    platform.transport.receiver.closed("transport close", { description: "gone", context: { code } });
    clock.advance(500);
    expect(platform.made).toHaveLength(2);
  });

  it("tries at once when the page or its network is back", () => {
    const { manager, platform, refuse, events } = start();
    manager.open();
    platform.wake();
    expect(platform.made).toHaveLength(1);
    refuse();
    platform.wake();
    expect(events.at(-1)).toEqual(["reconnect_attempt", 1]);
    expect(platform.made).toHaveLength(2);
    platform.open();
    expect(events.at(-1)).toEqual(["reconnect", 1]);
  });

  it("ends a connection at once whose heartbeat has lapsed while the page slept", () => {
    const { manager, platform, events, clock } = start();
    manager.open();
    platform.open();
    clock.advance(44_000);
    platform.wake();
    expect(events).toEqual([["open"]]);
    // Time passes, and the page's timers do not run.
    clock.sleep(1_000);
    platform.wake();
    expect(events.slice(1)).toEqual([
      ["close", "ping timeout", undefined],
      ["reconnect_attempt", 1],
    ]);
    platform.open();
    expect(events.at(-1)).toEqual(["reconnect", 1]);
  });

  it("ends a connection that nothing has outlived, and tries again at once", () => {
    const { manager, platform, events } = start();
    manager.open();
    platform.open();
    platform.wake(true);
    expect(events.slice(1)).toEqual([
      ["close", "transport close", { description: "network connection lost" }],
      ["reconnect_attempt", 1],
    ]);
  });

  it.each<[string, Partial<ManagerOptions>]>([
    ["it is closed", {}],
    ["it does not reconnect", { reconnection: false }],
    ["it has given up", { reconnectionAttempts: 0 }],
  ])("listens to the page no longer when %s", (why, options) => {
    const { manager, platform, clock } = start({ closeOnBeforeunload: true, ...options });
    const socket = manager.socket("/").connect();
    platform.open();
    expect(platform.listens).toBe(true);
    if (why === "it is closed") socket.disconnect();
    else platform.transport.receive("1");
    expect([platform.listens, clock.pending]).toEqual([false, 0]);
  });

  it("listens to the page no longer when the attempt of a caller has failed", () => {
    const { manager, platform, refuse } = start();
    manager.open(() => {});
    refuse();
    expect(platform.listens).toBe(false);
  });

  it("gives up after so many attempts, and can be asked again", () => {
    const { manager, platform, refuse, events, clock } = start({ reconnectionAttempts: 2 });
    manager.open();
    refuse();
    clock.advance(1_000);
    refuse();
    clock.advance(2_000);
    refuse();
    expect(events.slice(-2)).toEqual([["reconnect_error", "refused"], ["reconnect_failed"]]);
    clock.advance(60_000);
    expect(platform.made).toHaveLength(3);
    manager.open();
    platform.open();
    expect(events.at(-1)).toEqual(["open"]);
  });

  it("does not where it is told not to", () => {
    const { manager, platform, refuse, clock } = start({ reconnection: false });
    manager.open();
    refuse();
    clock.advance(60_000);
    expect(platform.made).toHaveLength(1);
  });

  it("does after the low-level connection was closed by hand", () => {
    const { manager, platform, events, clock } = start();
    manager.open();
    platform.open();
    manager.engine.close();
    expect(events.at(-1)).toEqual(["close", "forced close", undefined]);
    clock.advance(1_000);
    expect(platform.made).toHaveLength(2);
  });

  it("begins with WebSocket where that worked and it is told to", () => {
    const { manager, platform, clock } = start({
      rememberUpgrade: true,
      transports: ["polling", "websocket"],
    });
    manager.open();
    platform.transport.receive(
      '0{"sid":"a","upgrades":["websocket"],"pingInterval":1000,"pingTimeout":1000}',
    );
    const [polling, websocket] = platform.made.map(({ transport }) => transport);
    websocket?.drain();
    websocket?.receive("3probe");
    polling?.endPause();
    websocket?.receive("1");
    clock.advance(1_000);
    expect(platform.transport.name).toBe("websocket");
    platform.transport.receiver.closed("transport error");
    clock.advance(2_000);
    expect(platform.transport.name).toBe("polling");
  });
});

describe("Manager and what goes wrong", () => {
  it.each(["4", "49", '42["connect"]', "42[", "451-[{}]", "43[]"])(
    "ends a connection that sends %j",
    (packet) => {
      const { manager, platform, events } = start();
      manager.open();
      platform.open();
      platform.transport.receive(packet);
      expect(events.at(-1)).toEqual(["close", "parse error", { description: expect.any(String) }]);
      expect(platform.transport.log.at(-1)).toBe("closed");
    },
  );

  it("leaves packets of namespaces alone that nobody asked for", () => {
    const { manager, platform, events } = start();
    manager.open();
    platform.open();
    platform.transport.receive('42/other,["news"]');
    platform.transport.receive('40/other,{"sid":"x"}');
    expect(events).toEqual([["open"]]);
  });

  it("lets a listener's exception harm nothing but itself", () => {
    const { manager, platform, clock } = start();
    manager.on("open", () => {
      throw new Error("of the program");
    });
    manager.open();
    platform.open();
    manager.socket("/").connect();
    expect(platform.transport.log.at(-1)).toBe("40{}");
    expect(() => clock.advance(0)).toThrow("of the program");
  });

  it("closes when the page is left, where it is told to", () => {
    const { manager, platform } = start({ closeOnBeforeunload: true });
    manager.open();
    platform.open();
    platform.leave();
    expect(platform.transport.log.at(-1)).toBe("closed");
  });
});
