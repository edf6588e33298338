/** Something that holds the beginning of a message until its rest has come. */
export interface Assembler {
  /** Told, at most once, to let go of it. Calls no listener before this turn's work is done. */
  giveUp(): void;
}

/**
 * The bytes of all unfinished messages of a process. `maxPayload` bounds what one connection may hold; a few dozen
 * that each send half of a long message would fill the memory all the same. Above the limit the one that holds most
 * gives up: it gains the most, and thousands of small ones that are honest stay.
 */
export class AssemblyBudget {
  /** Bytes that all together may hold. */
  readonly limit: number;
  readonly #held = new Map<Assembler, number>();
  #total = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Bytes that all together hold. */
  get total(): number {
    return this.#total;
  }

  /** Notes how much `assembler` holds by now; 0 when its message is complete or gone. */
  hold(assembler: Assembler, bytes: number): void {
    this.#total += bytes - (this.#held.get(assembler) ?? 0);
    if (bytes === 0) this.#held.delete(assembler);
    else this.#held.set(assembler, bytes);
    while (this.#total > this.limit) this.#shed();
  }

  /** A look at each of them: rare, since it ends one that holds more than the average. */
  #shed(): void {
    let largest: Assembler | undefined;
    let most = 0;
    for (const [assembler, bytes] of this.#held) {
      if (bytes <= most) continue;
      most = bytes;
      largest = assembler;
    }
    if (largest === undefined) return;
    this.#held.delete(largest);
    this.#total -= most;
    largest.giveUp();
  }
}
