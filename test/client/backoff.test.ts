import { describe, expect, it } from "vitest";
import { Backoff } from "../../src/client/backoff.ts";

const OPTIONS = { delay: 1_000, maxDelay: 5_000, randomization: 0.5 };
const delays = (random: number, count = 5) => {
  const backoff = new Backoff(() => random);
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
    const backoff = new Backoff(() => 0.5);
    backoff.next(OPTIONS);
    backoff.next(OPTIONS);
    expect(backoff.attempts).toBe(2);
    backoff.reset();
    expect([backoff.attempts, backoff.next(OPTIONS)]).toEqual([0, 1_000]);
  });

  it("stays finite however often it is asked", () => {
    expect(delays(0.5, 5_000).at(-1)).toBe(5_000);
  });
});
