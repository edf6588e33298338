import { open } from "lmdb";
import { leastBid } from "../public/js/rules.js";
import { Refusal } from "./refusal.js";
import { limits, refuseBid } from "./rules.js";

/**
 * @typedef {import("../types.d.ts").Lot} Lot
 * @typedef {import("../types.d.ts").Bid} Bid
 */

const STATUS = { noLot: 404, over: 409, tooLow: 409, leading: 409 };

/**
 * The lots and their bids in LMDB. A promise that has resolved is on disk. Each decision is made inside of a write
 * transaction, and those come one after the other: so of two bids in the same millisecond, one is first.
 */
export class Store {
  /** @type {import("lmdb").RootDatabase<Lot, number>} */
  #lots;
  /** @type {Set<Promise<unknown>>} */
  #pending = new Set();

  /** @param {string} path */
  constructor(path) {
    this.#lots = open({ path });
  }

  /** The newest first. */
  lots() {
    return [...this.#lots.getRange({ reverse: true })].map(({ value }) => value);
  }

  /**
   * Puts a lot up.
   * @param {Pick<Lot, "title" | "offeredBy" | "start"> & { minutes: number }} offer
   */
  add({ title, offeredBy, start, minutes }) {
    return this.#decide(() => {
      const lots = this.lots();
      const closed = lots.filter((lot) => lot.closed);
      if (lots.length - closed.length >= limits.openLots) throw new Refusal("full", 503);
      for (const { id } of closed.slice(limits.closedLots - 1)) this.#lots.remove(id);
      const now = Date.now();
      /** @type {Lot} */
      const lot = {
        id: (lots[0]?.id ?? 0) + 1,
        ...{ title, offeredBy, start },
        madeAt: now,
        endsAt: now + minutes * 60_000,
        closed: false,
        bids: [],
      };
      this.#lots.put(lot.id, lot);
      return lot;
    });
  }

  /**
   * Takes a bid.
   * @param {number} id
   * @param {Pick<Bid, "amount" | "by" | "name">} offer
   * @returns {Promise<Bid>}
   */
  bid(id, { amount, by, name }) {
    return this.#decide(() => {
      const lot = this.#lots.get(id);
      const now = Date.now();
      const code = refuseBid(lot, { amount, by }, now);
      if (lot === undefined || code !== undefined) {
        const least = lot === undefined ? 0 : leastBid(lot).toLocaleString("en");
        throw new Refusal(code ?? "noLot", STATUS[/** @type {keyof typeof STATUS} */ (code)] ?? 400, {
          least,
        });
      }
      const bid = { number: (lot.bids[0]?.number ?? 0) + 1, amount, by, name, at: now };
      this.#lots.put(id, { ...lot, bids: [bid, ...lot.bids].slice(0, limits.bidsPerLot) });
      return bid;
    });
  }

  /** Lets the hammer fall for all lots whose time is over, and gives them. */
  async closeDue() {
    const now = Date.now();
    if (!this.lots().some((lot) => isDue(lot, now))) return [];
    return this.#decide(() => {
      const due = this.lots()
        .filter((lot) => isDue(lot, now))
        .map((lot) => ({ ...lot, closed: true }));
      for (const lot of due) this.#lots.put(lot.id, lot);
      return due;
    });
  }

  /** Closes the database behind all that is being decided. */
  async close() {
    await Promise.allSettled(this.#pending);
    await this.#lots.close();
  }

  /**
   * @template Result
   * @param {() => Result} decision
   * @returns {Promise<Result>}
   */
  #decide(decision) {
    const decided = this.#lots.transaction(decision);
    this.#pending.add(decided);
    const forget = () => void this.#pending.delete(decided);
    decided.then(forget, forget);
    return decided;
  }
}

/**
 * @param {Lot} lot
 * @param {number} now
 */
const isDue = ({ closed, endsAt }, now) => !closed && endsAt <= now;
