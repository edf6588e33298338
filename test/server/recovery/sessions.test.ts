import { describe, expect, it } from "vitest";
import { type Session, sizeOf } from "../../../src/server/recovery/session.ts";
import { Sessions } from "../../../src/server/recovery/sessions.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const BOUNDS = { maxSessions: 1e9, maxSessionBytes: 1e9, maxDisconnectionDuration: 1_000 };

function session(pid: string, data: unknown = {}): Session {
  return { pid, sid: pid, start: 0, floors: new Map([["room", 0]]), data, holder: undefined };
}

function park(
  sessions: Sessions,
  pid: string,
  bounds: Partial<typeof BOUNDS> = {},
  data: unknown = {},
): Session {
  const each = session(pid, data);
  sessions.add(each);
  sessions.park(each, () => {}, { ...BOUNDS, ...bounds });
  return each;
}

describe("the sessions of a server", () => {
  it("are as many as they may be: the one that is away for the longest goes", () => {
    const sessions = new Sessions(() => 0);
    for (const pid of ["a", "b", "c", "d"]) park(sessions, pid, { maxSessions: 2 });
    expect(["a", "b", "c", "d"].filter((pid) => sessions.get(pid))).toEqual(["c", "d"]);
    expect(sessions.away).toBe(2);
  });

  it("hold as many bytes as they may", () => {
    const sessions = new Sessions(() => 0);
    for (let n = 0; n < 10; n++)
      park(sessions, String(n), { maxSessionBytes: 50_000 }, { text: "x".repeat(10_000) });
    expect(sessions.away).toBe(2);
    expect(sessions.bytes).toBeLessThanOrEqual(50_000);
    park(sessions, "huge", { maxSessionBytes: 50_000 }, new Uint8Array(60_000));
    expect([sessions.away, sessions.bytes]).toEqual([0, 0]);
  });

  it("expire in the order in which they left", () => {
    const clock = new FakeClock();
    const sessions = new Sessions(() => clock.now());
    park(sessions, "a");
    clock.advance(500);
    park(sessions, "b");
    clock.advance(500);
    sessions.expire(BOUNDS);
    expect([sessions.get("a"), sessions.get("b")]).toEqual([undefined, expect.anything()]);
  });

  it("are away once, and come back once", () => {
    const sessions = new Sessions(() => 0);
    const each = park(sessions, "a");
    expect(sessions.unpark(each)).toBe(true);
    expect(sessions.unpark(each)).toBe(false);
    expect(sessions.bytes).toBe(0);
    expect(sessions.get("a")).toBe(each);
    sessions.forget(each);
    expect(sessions.get("a")).toBeUndefined();
  });
});

describe("the size of data", () => {
  it("counts texts, bytes and what is within", () => {
    expect(sizeOf("x".repeat(1_000))).toBeGreaterThanOrEqual(2_000);
    expect(sizeOf({ a: [new Uint8Array(500)] })).toBeGreaterThanOrEqual(500);
    expect(sizeOf(new Map([["a", "x".repeat(1_000)]]))).toBeGreaterThanOrEqual(2_000);
    expect(sizeOf(undefined)).toBeLessThan(100);
  });

  it("ends, and calls nothing of the application", () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    Object.defineProperty(cycle, "trap", {
      enumerable: true,
      get() {
        throw new Error("called");
      },
    });
    expect(sizeOf(cycle)).toBeLessThan(200);
    expect(sizeOf(Array.from({ length: 100_000 }, () => ["x"]))).toBeGreaterThan(10_000);
  });
});
