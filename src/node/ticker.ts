/** Something with a next moment at which it wants to know the time. */
export interface Tickable {
  /** When `tick` is wanted, in milliseconds of the ticker's clock; `Infinity` for never again. */
  readonly deadline: number;
  /** Does what is due at `now`. Never throws. */
  tick(now: number): void;
}

/** The place of one tickable in its ticker. */
export class TickerEntry {
  #tickable: Tickable | undefined;

  constructor(tickable: Tickable) {
    this.#tickable = tickable;
  }

  /** The tickable, until it is cancelled. */
  get tickable(): Tickable | undefined {
    return this.#tickable;
  }

  /** No tick follows. Lets go of the tickable at once. */
  cancel(): void {
    this.#tickable = undefined;
  }
}

/**
 * One coarse timer for the heartbeats of all connections. Entries stand in the slot of their deadline; when the
 * slot comes up, an entry whose deadline has moved on meanwhile is put into its new slot. So a heartbeat that was
 * answered costs nothing until the next one is due, where a timer per connection would be re-armed for each.
 */
export class Ticker {
  readonly #now: () => number;
  readonly #resolution: number;
  readonly #slots = new Map<number, TickerEntry[]>();
  #cursor = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param resolution milliseconds by which a tick may come late. */
  constructor(now: () => number, resolution: number) {
    this.#now = now;
    this.#resolution = resolution;
  }

  /** Ticks `tickable` at each of its deadlines. A deadline that moves to an earlier time is not noticed. */
  add(tickable: Tickable): TickerEntry {
    const entry = new TickerEntry(tickable);
    if (this.#timer === undefined) {
      this.#cursor = Math.floor(this.#now() / this.#resolution);
      // Heartbeats alone are no reason for a process to live.
      this.#timer = setInterval(() => this.#advance(), this.#resolution).unref();
    }
    this.#place(entry, tickable.deadline);
    return entry;
  }

  #place(entry: TickerEntry, deadline: number): void {
    if (deadline === Number.POSITIVE_INFINITY) return;
    const slot = Math.max(Math.ceil(deadline / this.#resolution), this.#cursor + 1);
    const entries = this.#slots.get(slot);
    if (entries === undefined) this.#slots.set(slot, [entry]);
    else entries.push(entry);
  }

  #advance(): void {
    const now = this.#now();
    const last = Math.floor(now / this.#resolution);
    while (this.#cursor < last) {
      this.#cursor += 1;
      const entries = this.#slots.get(this.#cursor);
      if (entries === undefined) continue;
      this.#slots.delete(this.#cursor);
      for (const entry of entries) this.#visit(entry, now);
    }
    if (this.#slots.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  #visit(entry: TickerEntry, now: number): void {
    const due = entry.tickable;
    if (due === undefined) return;
    if (due.deadline <= now) due.tick(now);
    // The tick may have cancelled it.
    if (entry.tickable !== undefined) this.#place(entry, due.deadline);
  }
}
