const SECOND = 1000;

/**
 * So much in a second, with a reserve for bursts (a token bucket). What is over it is taken all the same, and has to be
 * waited for. Time is an argument.
 */
export class Allowance {
  readonly #rate: number;
  readonly #burst: number;
  #left: number;
  #since: number;

  /**
   * @param rate how much there is in a second.
   * @param burst how much there is at once, after a rest.
   */
  constructor(rate: number, burst: number, now: number) {
    this.#rate = rate;
    this.#burst = burst;
    this.#left = burst;
    this.#since = now;
  }

  /** Takes `amount` at `now`, in milliseconds. Gives how many to wait before more is taken: 0 for none. */
  take(amount: number, now: number): number {
    this.#refill(now);
    this.#left -= amount;
    return this.#left >= 0 ? 0 : (-this.#left * SECOND) / this.#rate;
  }

  /** Takes `amount` if there is so much; otherwise takes nothing, and gives how many milliseconds until there is. */
  tryTake(amount: number, now: number): number {
    this.#refill(now);
    if (this.#left < amount) return ((amount - this.#left) * SECOND) / this.#rate;
    this.#left -= amount;
    return 0;
  }

  #refill(now: number): void {
    this.#left = Math.min(this.#burst, this.#left + ((now - this.#since) * this.#rate) / SECOND);
    this.#since = now;
  }
}

/** How often something happens: counts within one second after the other. Time is an argument. */
export class Rate {
  readonly #limit: number;
  #since = Number.NEGATIVE_INFINITY;
  #count = 0;

  /** @param limit how often it may happen in a second. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Notes that it happens at `now`, in milliseconds; false when that is too often. */
  allows(now: number): boolean {
    if (now - this.#since >= SECOND) {
      this.#since = now;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= this.#limit;
  }
}
