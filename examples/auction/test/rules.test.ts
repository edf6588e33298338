import { describe, expect, it } from "vitest";
import { leastBid } from "../public/js/rules.js";
import { refuseBid } from "../server/rules.js";
import type { Lot } from "../types.d.ts";

const lot = (start: number, ...amounts: number[]): Lot => ({
  ...{ id: 1, title: "a", offeredBy: null, start, madeAt: 0, endsAt: 100, closed: false },
  bids: amounts.map((amount, index) => ({ number: index + 1, amount, by: "me", name: "a", at: 0 })),
});

it.each([
  [lot(1), 1],
  [lot(1, 1), 101],
  [lot(1, 950), 1_050],
  [lot(1, 1_000), 1_100],
  [lot(1, 9_900), 10_300],
  [lot(1, 12_000), 13_000],
  [lot(1, 50_000), 52_000],
  [lot(1, 1_000_000), 1_100_000],
])("the next bid is a twentieth more, in a round figure: %#", (on, least) => {
  expect(leastBid(on)).toBe(least);
});

describe("a bid", () => {
  const bid = { amount: 2_000, by: "you" };

  it("counts up to the last millisecond", () => {
    expect(refuseBid(lot(1_000, 1_000), bid, 99)).toBeUndefined();
    expect(refuseBid(lot(1_000, 1_000), bid, 100)).toBe("over");
    expect(refuseBid({ ...lot(1_000), closed: true }, bid, 0)).toBe("over");
    expect(refuseBid(undefined, bid, 0)).toBe("noLot");
  });

  it("is one of somebody else, and high enough", () => {
    expect(refuseBid(lot(1_000, 1_000), { amount: 1_100, by: "you" }, 0)).toBeUndefined();
    expect(refuseBid(lot(1_000, 1_000), { amount: 1_099, by: "you" }, 0)).toBe("tooLow");
    expect(refuseBid(lot(1_000, 1_000), { amount: 2_000, by: "me" }, 0)).toBe("leading");
    expect(refuseBid(lot(1_000), { amount: 999, by: "you" }, 0)).toBe("tooLow");
    expect(refuseBid(lot(1_000), { amount: Number.NaN, by: "you" }, 0)).toBe("noAmount");
    expect(refuseBid(lot(1_000), { amount: 1e12, by: "you" }, 0)).toBe("tooMuch");
  });
});
