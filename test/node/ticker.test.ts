import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Tickable, Ticker } from "../../src/node/ticker.ts";

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

const RESOLUTION = 50;
const start = () => new Ticker(() => Date.now(), RESOLUTION);

/** Writes down when it is ticked; its deadlines are those given, one after the other. */
function tickable(
  ...deadlines: number[]
): Tickable & { readonly ticks: number[]; postpone(to: number): void } {
  const ticks: number[] = [];
  let deadline = deadlines.shift() ?? Number.POSITIVE_INFINITY;
  return {
    ticks,
    get deadline() {
      return deadline;
    },
    tick(now) {
      ticks.push(now);
      deadline = deadlines.shift() ?? Number.POSITIVE_INFINITY;
    },
    postpone(to) {
      deadline = to;
    },
  };
}

describe("Ticker", () => {
  it("ticks at each deadline, never early, and less than its resolution late", () => {
    const each = tickable(1000, 1010, 5001, 60_000);
    start().add(each);
    vi.advanceTimersByTime(100_000);
    expect(each.ticks).toHaveLength(4);
    for (const [index, deadline] of [1000, 1010, 5001, 60_000].entries()) {
      const late = (each.ticks[index] ?? 0) - deadline;
      expect(late).toBeGreaterThanOrEqual(0);
      // A deadline that the last tick has passed already waits for the next slot.
      expect(late).toBeLessThanOrEqual(RESOLUTION);
    }
  });

  it("follows a deadline that moves on, without a tick in between", () => {
    const each = tickable(1000);
    start().add(each);
    vi.advanceTimersByTime(900);
    each.postpone(3000);
    vi.advanceTimersByTime(2000);
    expect(each.ticks).toEqual([]);
    vi.advanceTimersByTime(200);
    expect(each.ticks).toEqual([3000]);
  });

  it("ticks no more once cancelled, also from within a tick", () => {
    const ticker = start();
    const cancelled = tickable(1000);
    ticker.add(cancelled).cancel();
    const ticks: number[] = [];
    const entry = ticker.add({
      deadline: 500,
      tick(now) {
        ticks.push(now);
        if (ticks.length === 3) entry.cancel();
      },
    });
    vi.advanceTimersByTime(10_000);
    expect(cancelled.ticks).toEqual([]);
    expect(ticks).toHaveLength(3);
    expect(entry.tickable).toBeUndefined();
  });

  it("stops its timer when nothing waits, and starts it again", () => {
    const ticker = start();
    const never = tickable();
    ticker.add(tickable(100));
    ticker.add(never);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(200);
    expect(vi.getTimerCount()).toBe(0);
    const later = tickable(1000);
    ticker.add(later);
    vi.advanceTimersByTime(2000);
    expect(later.ticks).toEqual([1000]);
    expect(never.ticks).toEqual([]);
  });

  it("catches up after the process was held up", () => {
    let now = 0;
    const ticker = new Ticker(() => now, RESOLUTION);
    const all = [100, 3000, 3600_000].map((deadline) => tickable(deadline));
    for (const each of all) ticker.add(each);
    now = 10_000;
    vi.advanceTimersByTime(RESOLUTION);
    expect(all.map(({ ticks }) => ticks)).toEqual([[10_000], [10_000], []]);
  });

  it("takes a deadline that is past as due at once", () => {
    vi.advanceTimersByTime(10_000);
    const late = tickable(1);
    start().add(late);
    vi.advanceTimersByTime(RESOLUTION);
    expect(late.ticks).toHaveLength(1);
  });
});
