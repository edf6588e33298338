/** A token bucket. */
export class Bucket {
  #rate;
  #tokens;
  #filledAt = performance.now();

  /** @param {{ readonly burst: number, readonly refillMs: number }} rate how many at once, and how long one takes */
  constructor(rate) {
    this.#rate = rate;
    this.#tokens = rate.burst;
  }

  /** Takes a token, and says whether there was one. */
  take() {
    const at = performance.now();
    const grown = (at - this.#filledAt) / this.#rate.refillMs;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + grown);
    this.#filledAt = at;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
