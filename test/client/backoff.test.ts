import { describe, expect, it } from "vitest";
import { createBackoff } from "../../src/client/backoff.ts";

const OPTIONS = { reconnectionDelay: 1_000, reconnectionDelayMax: 5_000, randomizationFactor: 0.5 };
const delays = (random: number, count = 5) => {
  const backoff = createBackoff(() => random);
  return Array.from({ length: count }, () => backoff.next(OPTIONS));
};

describe("Backoff", () => {
  it("doubles up to the longest delay", () => {
    expect(delays(0.5)).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
  });

  it("is shorter or longer by chance, and never longer than the longest", () => {
    expect(delays(0)).toEqual([500, 1_000, 2_000, 2_500, 2_500]);
    expect(delays(0.999_999)).toEqual([1_500, 3_000, 5_000, 5_000, 5_000]);
  });

  it("counts, and begins again", () => {
    const backoff = createBackoff(() => 0.5);
    backoff.next(OPTIONS);
    backoff.next(OPTIONS);
    expect(backoff.attempts).toBe(2);
    backoff.reset();
    expect([backoff.attempts, backoff.next(OPTIONS)]).toEqual([0, 1_000]);
  });

  it("goes on growing after a connection that was shorter than the delay before it", () => {
    const backoff = createBackoff(() => 0.5);
    const lasting = (milliseconds: number) => {
      backoff.opened(10_000);
      backoff.lost(10_000 + milliseconds);
      return backoff.next(OPTIONS);
    };
    expect([lasting(1), lasting(1_000), lasting(2_000), lasting(4_001)]).toEqual([
      1_000, 2_000, 4_000, 1_000,
    ]);
    expect(backoff.attempts).toBe(1);
  });

  it("gives all of a delay to chance when many clients come at once", () => {
    const backoff = createBackoff(() => 0.1);
    backoff.heed({ context: { code: 1012 } });
    expect([backoff.next(OPTIONS), backoff.next(OPTIONS)]).toEqual([100, 200]);
    backoff.opened(0);
    backoff.lost(1e9);
    expect(backoff.next(OPTIONS)).toBe(600);
  });

  it("waits as long as the server asks, then gives the delays to chance", () => {
    const backoff = createBackoff(() => 0.1);
    backoff.heed({ retryIn: 30_000 });
    expect([backoff.next(OPTIONS), backoff.isAdvised]).toEqual([30_000, true]);
    expect([backoff.next(OPTIONS), backoff.isAdvised]).toEqual([200, false]);
  });

  it("takes haste from a server whose connection has lasted, and from no other", () => {
    const backoff = createBackoff(() => 0.999_999);
    const hastened = () => {
      backoff.opened(0);
      backoff.heed({ retryIn: 5 });
      backoff.lost(10);
      return backoff.next(OPTIONS);
    };
    expect([hastened(), hastened(), hastened()]).toEqual([5, 2_000, 4_000]);
  });

  it.each([
    [1e300, 600_000],
    [Number.POSITIVE_INFINITY, 600_000],
    [Number.NaN, 500],
    [-1, 500],
    ["soon" as unknown as number, 500],
  ])("makes of an advised delay of %d one of %d", (advised, delay) => {
    const backoff = createBackoff(() => 0.5);
    backoff.heed({ retryIn: advised });
    expect(backoff.next(OPTIONS)).toBe(delay);
  });

  it("stays finite however often it is asked", () => {
    expect(delays(0.5, 5_000).at(-1)).toBe(5_000);
  });
});
