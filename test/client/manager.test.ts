import { describe, expect, it } from "vitest";
import { Manager } from "../../src/client/manager.ts";
import type { ManagerOptions } from "../../src/client/options.ts";
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
    expect(platform.made[0]?.url).toBe("http://host/socket.io/?EIO=4&transport=polling");
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

  it("begins again at the first delay after it stood", () => {
    const { manager, platform, events, clock } = start();
    manager.open();
    for (let round = 0; round < 3; round += 1) {
      platform.open();
      platform.transport.receive("1");
      events.splice(0);
      clock.advance(1_000);
      expect(events).toEqual([["reconnect_attempt", 1]]);
    }
  });

  it("is never faster than the delay with a server that accepts and closes", () => {
    const { manager, platform, clock } = start();
    manager.open();
    for (let second = 0; second < 60; second += 1) {
      platform.open();
      platform.transport.receive("1");
      clock.advance(999);
      expect(platform.made).toHaveLength(second + 1);
      clock.advance(1);
    }
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
