import { expect, it } from "vitest";
import { Rate } from "../src/rate.ts";

it("F-18 a rate allows so many in a second, and as many in the next", () => {
  const rate = new Rate(3);
  const at = (...times: number[]) => times.map((now) => rate.allows(now));
  expect(at(0, 0, 999, 999)).toEqual([true, true, true, false]);
  expect(at(1000, 1500, 1999, 1999.9)).toEqual([true, true, true, false]);
  expect(at(5000)).toEqual([true]);
});
