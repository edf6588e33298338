/** How the delays between attempts grow. */
export interface BackoffOptions {
  /** Milliseconds before the first attempt. */
  readonly delay: number;
  /** The longest delay in milliseconds. */
  readonly maxDelay: number;
  /** By which share a delay may be shorter or longer, from 0 to 1: clients that fell together come back apart. */
  readonly randomization: number;
}

/** Delays that double from one attempt to the next, each with some chance in it. */
export class Backoff {
  readonly #random: () => number;
  #attempts = 0;

  /** @param random gives numbers from 0 to below 1. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** How many delays were given since the last reset. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Milliseconds until the next attempt; counts it. */
  next({ delay, maxDelay, randomization }: BackoffOptions): number {
    const base = Math.min(delay * 2 ** this.#attempts, maxDelay);
    this.#attempts += 1;
    const deviation = (2 * this.#random() - 1) * randomization * base;
    return Math.round(Math.min(base + deviation, maxDelay));
  }

  /** Begins again at the first delay. */
  reset(): void {
    this.#attempts = 0;
  }
}
