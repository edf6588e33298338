import type { Backlogged, Backlogs, ShedCause } from "../engine/backlog.ts";
import type { OutgoingBudget } from "./outgoing-budget.ts";
import type { Tickable, Ticker, TickerEntry } from "./ticker.ts";

/** When a reader is too slow. */
export interface SlowReaderLimits {
  /** Bytes that may wait for a while. */
  readonly softQueued: number;
  /** For how many milliseconds. */
  readonly slowTime: number;
  /** Bytes that may never wait. */
  readonly maxQueued: number;
  /** Whether those for whom too much waits for too long are closed, or are sent less. */
  readonly slowConsumer: "close" | "drop";
}

/** What stands where nothing else is said. */
export const SLOW_READER_DEFAULTS = {
  maxQueued: 16 * 1024 * 1024,
  softQueued: 1024 * 1024,
  slowTime: 10_000,
};

/** Where it is counted. */
export interface ShedCounts {
  slowClosed: number;
  memoryClosed: number;
}

/**
 * Ends the connections of one server whose peers do not read: readers that stop would fill the memory. A burst of some
 * megabytes passes, because who reads at all has them read in time.
 */
export class SlowReaders implements Backlogs {
  readonly #limits: SlowReaderLimits;
  readonly #budget: OutgoingBudget;
  readonly #ticker: Pick<Ticker, "add">;
  readonly #counts: ShedCounts;
  readonly #watched = new Map<Backlogged, TickerEntry>();
  readonly #now: () => number;

  constructor(
    limits: SlowReaderLimits,
    counts: ShedCounts,
    budget: OutgoingBudget,
    ticker: Pick<Ticker, "add">,
    now: () => number,
  ) {
    this.#limits = limits;
    this.#counts = counts;
    this.#budget = budget;
    this.#ticker = ticker;
    this.#now = now;
  }

  queue(bytes: number): void {
    this.#budget.queue(bytes);
  }

  hold(peer: Backlogged, bytes: number, refused: number): void {
    const { softQueued, slowTime, maxQueued, slowConsumer } = this.#limits;
    this.#budget.hold(peer, bytes, refused);
    if (bytes > maxQueued) process.nextTick(SlowReaders.#overflow, peer, maxQueued);
    const watched = this.#watched.get(peer);
    if (bytes <= softQueued) {
      watched?.cancel();
      this.#watched.delete(peer);
    } else if (watched === undefined && slowConsumer === "close") {
      const deadline = this.#now() + slowTime;
      this.#watched.set(peer, this.#ticker.add(new Patience(deadline, () => this.#end(peer))));
    }
  }

  ended(cause: ShedCause): void {
    if (cause === "slow") this.#counts.slowClosed += 1;
    else this.#counts.memoryClosed += 1;
  }

  #end(peer: Backlogged): void {
    const { softQueued, slowTime } = this.#limits;
    this.#watched.get(peer)?.cancel();
    this.#watched.delete(peer);
    // What the kernel takes meanwhile is not told.
    if (peer.backlog <= softQueued) return;
    peer.shed("slow", `more than ${softQueued} bytes have waited for ${slowTime} ms for the peer to read`);
  }

  static #overflow(peer: Backlogged, maxQueued: number): void {
    peer.shed("slow", `more than ${maxQueued} bytes wait for the peer to read`);
  }
}

/** How long one reader is waited for. */
class Patience implements Tickable {
  readonly deadline: number;
  readonly #over: () => void;

  constructor(deadline: number, over: () => void) {
    this.deadline = deadline;
    this.#over = over;
  }

  tick(): void {
    // Calls no listener before the work that all connections share is done.
    process.nextTick(this.#over);
  }
}
