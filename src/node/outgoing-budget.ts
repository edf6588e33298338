import type { Backlogged } from "../engine/backlog.ts";

const SENTENCE = "too many bytes wait for all peers together, and most of them for this one";

/**
 * The bytes of a process that wait for peers to read. Each connection has a bound of its own; a thousand that stop
 * reading would fill the memory all the same. Above the limit the one that most waits for is given up.
 *
 * What a broadcast left in many queues counts once. What the kernel refused counts for each connection, though
 * connections may share it.
 */
export class OutgoingBudget {
  readonly #limit: number;
  /** Bytes in queues. */
  #queued = 0;
  /** Bytes that transports hold. */
  #refused = 0;
  readonly #refusedBy = new Map<Backlogged, number>();
  #isShedding = false;

  /** @param limit bytes that may wait in all. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes that wait in all. */
  get total(): number {
    return this.#queued + this.#refused;
  }

  queue(bytes: number): void {
    this.#queued += bytes;
    if (bytes > 0) this.#check();
  }

  /** @param bytes 0 when nothing waits for `peer` any more. @param refused those of them that its transport holds. */
  hold(peer: Backlogged, bytes: number, refused: number): void {
    this.#refused += refused - (this.#refusedBy.get(peer) ?? 0);
    if (bytes === 0) this.#refusedBy.delete(peer);
    else this.#refusedBy.set(peer, refused);
    this.#check();
  }

  #check(): void {
    if (this.#isShedding || this.total <= this.#limit) return;
    this.#isShedding = true;
    // Listeners hear of it: not in the middle of a broadcast.
    process.nextTick(OutgoingBudget.#shed, this);
  }

  static #shed(budget: OutgoingBudget): void {
    budget.#isShedding = false;
    while (budget.total > budget.#limit) {
      const slowest = budget.#slowest();
      if (slowest === undefined) break;
      slowest.shed("memory", SENTENCE);
      budget.hold(slowest, 0, 0);
    }
  }

  #slowest(): Backlogged | undefined {
    let slowest: Backlogged | undefined;
    let most = 0;
    for (const peer of this.#refusedBy.keys()) {
      const { backlog } = peer;
      if (backlog <= most) continue;
      slowest = peer;
      most = backlog;
    }
    return slowest;
  }
}
