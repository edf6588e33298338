import { ChatRefusal } from "./refusal.js";

/**
 * Token buckets, one for each rate and each person or address. A full bucket needs no memory, so forgetting the
 * one that was used longest ago costs at most one burst.
 */
export class Rates {
  #limits;
  #now;
  /** @type {Map<string, { tokens: number, at: number }>} */
  #buckets = new Map();

  /**
   * @param {Pick<import("./limits.js").ChatLimits, "rates" | "buckets">} limits
   * @param {() => number} [now] milliseconds
   */
  constructor(limits, now = Date.now) {
    this.#limits = limits;
    this.#now = now;
  }

  /**
   * Takes a token, or throws `tooFast` with the time until the next one.
   * @param {import("./limits.js").Rate} rate
   * @param {string} who
   * @param {import("../types.d.ts").ErrorCode} [code] instead of `tooFast`
   */
  take(rate, who, code = "tooFast") {
    const { burst, refillMs } = this.#limits.rates[rate];
    const key = `${rate} ${who}`;
    const now = this.#now();
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, bucket.tokens + Math.max(0, now - bucket.at) / refillMs);
    if (tokens < 1) throw new ChatRefusal(code, { retryAfter: Math.ceil((1 - tokens) * refillMs) });

    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: tokens - 1, at: now });
    if (this.#buckets.size > this.#limits.buckets) {
      const oldest = this.#buckets.keys().next().value;
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
  }

  get size() {
    return this.#buckets.size;
  }
}
