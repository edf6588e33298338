import type { Outgoing } from "../../../engine/outgoing.ts";
import { OutgoingQueue } from "../../../engine/outgoing-queue.ts";

/** Holds back what is sent behind a blob that is still being read. Most clients never need one. */
export class SendOrder {
  readonly #queue = new OutgoingQueue();
  readonly #deliver: (outgoing: Outgoing) => void;

  constructor(deliver: (outgoing: Outgoing) => void) {
    this.#deliver = deliver;
  }

  /** About how many bytes wait. */
  get size(): number {
    return this.#queue.size;
  }

  push(outgoing: Outgoing): void {
    this.#queue.push(outgoing);
    outgoing.waiting?.push(() => this.#flush());
    this.#flush();
  }

  clear(): void {
    this.#queue.clear();
  }

  #flush(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#deliver(next);
  }
}
