import type { Backlogs } from "./backlog.ts";
import type { Outgoing } from "./outgoing.ts";

/**
 * What one waiting message costs beside its data. Without it, a flood of empty messages to a peer that does not
 * read would count as nothing.
 */
const OVERHEAD = 64;

// Shared by all that are empty: most sessions never have to wait.
const NONE: Outgoing[] = [];

/** Messages that wait, in order, with their size. Taking from the front costs the same however many wait. */
export class OutgoingQueue {
  readonly #backlogs: Backlogs | undefined;
  #waiting = NONE;
  #first = 0;
  #size = 0;

  /** @param backlogs hears how much waits, what waits in many queues once. */
  constructor(backlogs?: Backlogs) {
    this.#backlogs = backlogs;
  }

  get empty(): boolean {
    return this.#first === this.#waiting.length;
  }

  /** About how many bytes wait. */
  get size(): number {
    return this.#size;
  }

  push(outgoing: Outgoing): void {
    if (this.#waiting === NONE) this.#waiting = [outgoing];
    else this.#waiting.push(outgoing);
    this.#size += outgoing.size + OVERHEAD;
    outgoing.queues += 1;
    this.#backlogs?.queue(outgoing.queues === 1 ? outgoing.size + OVERHEAD : OVERHEAD);
  }

  /** Takes the first; none while that one is held. */
  shift(): Outgoing | undefined {
    let outgoing = this.#take();
    while (outgoing?.dropped === true) outgoing = this.#take();
    return outgoing;
  }

  #take(): Outgoing | undefined {
    const outgoing = this.#waiting[this.#first];
    if (outgoing === undefined || outgoing.held) return undefined;
    this.#first += 1;
    this.#size -= outgoing.size + OVERHEAD;
    this.#forget(outgoing);
    // Half of the array at a time, so that each message is moved once on average.
    if (this.#first * 2 >= this.#waiting.length) {
      this.#waiting = this.empty ? NONE : this.#waiting.slice(this.#first);
      this.#first = 0;
    }
    return outgoing;
  }

  clear(): void {
    for (let index = this.#first; index < this.#waiting.length; index += 1) {
      const outgoing = this.#waiting[index];
      if (outgoing !== undefined) this.#forget(outgoing);
    }
    this.#waiting = NONE;
    this.#first = 0;
    this.#size = 0;
  }

  #forget(outgoing: Outgoing): void {
    outgoing.queues -= 1;
    this.#backlogs?.queue(outgoing.queues === 0 ? -outgoing.size - OVERHEAD : -OVERHEAD);
  }
}
