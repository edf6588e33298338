/** A store that can let go of its oldest event. */
export interface Spender {
  /** When the oldest event came; `Infinity` where there is none. */
  readonly oldestTime: number;
  dropOldest(): void;
}

/** The bytes that several stores of one process may hold together. Over them, the oldest event of all goes. */
export class MemoryBudget {
  /** Bytes. */
  limit: number;
  readonly #spenders = new Set<Spender>();
  #used = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  add(spender: Spender): void {
    this.#spenders.add(spender);
  }

  remove(spender: Spender): void {
    this.#spenders.delete(spender);
  }

  take(bytes: number): void {
    this.#used += bytes;
    while (this.#used > this.limit) {
      let oldest: Spender | undefined;
      for (const spender of this.#spenders) {
        if (spender.oldestTime < (oldest?.oldestTime ?? Number.POSITIVE_INFINITY)) oldest = spender;
      }
      if (oldest === undefined) return;
      oldest.dropOldest();
    }
  }

  giveBack(bytes: number): void {
    this.#used -= bytes;
  }
}
