/**
 * The least that the next bid must be: about a twentieth more, in a round figure. The server goes by it, too.
 * @param {Pick<import("../../types.d.ts").Lot, "start" | "bids">} lot
 */
export function leastBid({ start, bids: [highest] }) {
  if (highest === undefined) return start;
  const digits = Math.floor(Math.log10(highest.amount));
  const step = 10 ** Math.max(digits - 1, 2);
  return highest.amount + Math.max(step, Math.floor(highest.amount / 20 / step) * step);
}
