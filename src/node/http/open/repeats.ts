/** What was answered to a request that may be sent again. */
interface Answered {
  readonly fingerprint: string;
  readonly answer: string;
  readonly at: number;
}

/** Milliseconds in a day: senders that were cut off have tried again by then. */
const AGE = 24 * 60 * 60 * 1000;

/**
 * The answers to requests with an idempotency key, so that a request that is sent again does nothing again. Bounded by
 * count and by age, oldest first.
 */
export class Repeats {
  readonly #limit: number;
  readonly #answered = new Map<string, Answered>();

  /** @param limit how many are kept. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * What was answered to `key`; "other" where it came with something else.
   *
   * @param fingerprint of what came.
   * @param now milliseconds on a monotonic clock.
   */
  find(key: string, fingerprint: string, now: number): { readonly answer: string } | "other" | undefined {
    this.#forget(now);
    const before = this.#answered.get(key);
    return before === undefined || before.fingerprint === fingerprint ? before : "other";
  }

  add(key: string, fingerprint: string, answer: string, now: number): void {
    this.#answered.set(key, { fingerprint, answer, at: now });
    this.#forget(now);
  }

  #forget(now: number): void {
    for (const [key, { at }] of this.#answered) {
      if (this.#answered.size <= this.#limit && now - at < AGE) return;
      this.#answered.delete(key);
    }
  }
}
