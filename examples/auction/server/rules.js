import { leastBid } from "../public/js/rules.js";

/** @typedef {import("../types.d.ts").Lot} Lot */

export const limits = {
  title: 40,
  name: 20,
  /** The most that one can bid, in won. */
  amount: 1_000_000_000,
  /** How long a lot may be up, in minutes. */
  minutes: [1, 3, 10],
  openLots: 24,
  /** Lots that are kept once they are sold. */
  closedLots: 24,
  bidsPerLot: 20,
};

/**
 * Why a bid does not count; nothing where it does.
 * @param {Lot | undefined} lot
 * @param {{ amount: number, by: string }} bid
 * @param {number} now
 * @returns {import("./words.js").RefusalCode | undefined}
 */
export function refuseBid(lot, { amount, by }, now) {
  if (lot === undefined) return "noLot";
  if (lot.closed || now >= lot.endsAt) return "over";
  if (!Number.isSafeInteger(amount) || amount <= 0) return "noAmount";
  if (amount > limits.amount) return "tooMuch";
  if (lot.bids[0]?.by === by) return "leading";
  if (amount < leastBid(lot)) return "tooLow";
  return undefined;
}
