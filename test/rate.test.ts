import { expect, it } from "vitest";
import { Allowance, Rate } from "../src/rate.ts";

it("F-18 a rate allows so many in a second, and as many in the next", () => {
  const rate = new Rate(3);
  const at = (...times: number[]) => times.map((now) => rate.allows(now));
  expect(at(0, 0, 999, 999)).toEqual([true, true, true, false]);
  expect(at(1000, 1500, 1999, 1999.9)).toEqual([true, true, true, false]);
  expect(at(5000)).toEqual([true]);
});

it("S-15 an allowance grants a burst, then so much in a second, and says how long to wait", () => {
  const allowance = new Allowance(10, 20, 1_000);
  expect(allowance.take(20, 1_000)).toBe(0);
  expect(allowance.take(1, 1_000)).toBe(100);
  expect(allowance.take(1, 1_200)).toBe(0);
  expect(allowance.take(5, 1_200)).toBe(500);
  // A long rest fills it up, and no further.
  expect(allowance.take(20, 100_000)).toBe(0);
  expect(allowance.take(10, 100_000)).toBe(1_000);
});

it("an allowance that is asked takes nothing that is not there", () => {
  const allowance = new Allowance(10, 2, 1_000);
  expect([1_000, 1_000, 1_000, 1_000].map((now) => allowance.tryTake(1, now))).toEqual([0, 0, 100, 100]);
  expect(allowance.tryTake(1, 1_050)).toBe(50);
  expect(allowance.tryTake(1, 1_100)).toBe(0);
});
