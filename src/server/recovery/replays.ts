import type { Cancel, Clock } from "../../clock.ts";

/** A client that is given what it missed, a page at a time. */
export interface Replay {
  /** Whether the client is ready for the next page. */
  readonly writable: boolean;
  /** Gives a page, and says how many events that were; "done" for the last one, or when the client is gone. */
  givePage(): number | "done";
}

/** Events in one turn of the event loop, over all clients. */
const PER_TURN = 3_000;
/** Milliseconds until clients that were not ready are looked at again. */
const PAUSE = 20;

/**
 * Gives all clients that come back what they missed, in turns: ten thousand that resume at once must neither hold the
 * event loop nor fill their queues.
 */
export class Replays {
  readonly #clock: Clock;
  #waiting: Replay[] = [];
  #left = PER_TURN;
  #cancel: Cancel | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins with `replay`: at once, where the turn has room. */
  add(replay: Replay): void {
    // Behind those that wait: among them may be some that get no page in this turn.
    if (this.#waiting.length > 0 || !this.#give(replay)) this.#waiting.push(replay);
    // Also where nothing waits: the next turn has room again.
    this.#cancel ??= this.#clock.after(0, () => this.#turn());
  }

  /** Gives nobody anything any more. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#waiting = [];
  }

  /** Says whether all was given. */
  #give(replay: Replay): boolean {
    while (this.#left > 0 && replay.writable) {
      const given = replay.givePage();
      if (given === "done") return true;
      this.#left -= given + 1;
    }
    return false;
  }

  #turn(): void {
    this.#cancel = undefined;
    this.#left = PER_TURN;
    const waiting = this.#waiting;
    this.#waiting = [];
    const unfinished: Replay[] = [];
    let served = 0;
    for (; served < waiting.length && this.#left > 0; served++) {
      const replay = waiting[served];
      if (replay !== undefined && !this.#give(replay)) unfinished.push(replay);
    }
    const pause = this.#left > 0 ? PAUSE : 0;
    // Those that had nothing in this turn are the first of the next one.
    this.#waiting = waiting.slice(served).concat(unfinished, this.#waiting);
    if (this.#waiting.length > 0) this.#cancel ??= this.#clock.after(pause, () => this.#turn());
  }
}
