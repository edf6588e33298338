import { describe, expect, it } from "vitest";
import { limits } from "../server/limits.js";
import { Rates } from "../server/rates.js";

const slow = { burst: 2, refillMs: 100 };
const rates = (buckets: number, now: () => number) =>
  new Rates({ rates: { ...limits.rates, message: slow }, buckets }, now);

describe("Rates", () => {
  it("gives a burst, then says how long to wait, then gives again", () => {
    let now = 0;
    const some = rates(10, () => now);
    some.take("message", "a");
    some.take("message", "a");
    expect(() => some.take("message", "a")).toThrow(
      expect.objectContaining({ details: { retryAfter: 100 } }),
    );
    now = 60;
    expect(() => some.take("message", "a")).toThrow(expect.objectContaining({ details: { retryAfter: 40 } }));
    now = 100;
    some.take("message", "a");
    expect(() => some.take("message", "a")).toThrow("tooFast");
  });

  it("keeps people and rates apart", () => {
    const some = rates(10, () => 0);
    some.take("message", "a");
    some.take("message", "a");
    some.take("message", "b");
    some.take("upload", "a");
    expect(() => some.take("message", "a")).toThrow("tooFast");
  });

  it("never saves up more than a burst, nor minds a clock that was put back", () => {
    let now = 1e9;
    const some = rates(10, () => now);
    some.take("message", "a");
    now = 2e9;
    some.take("message", "a");
    some.take("message", "a");
    now = 0;
    expect(() => some.take("message", "a")).toThrow("tooFast");
  });

  it("holds a bounded number of buckets", () => {
    const some = rates(100, () => 0);
    for (let person = 0; person < 10_000; person++) some.take("message", String(person));
    expect(some.size).toBe(100);
  });
});
