const SECOND = 1000;

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
