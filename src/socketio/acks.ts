/**
 * The counter of acknowledgement ids. The sockets of one namespace may share it, so that one id can mean the same
 * broadcast to all of them.
 */
export class AckIds {
  #next = 0;

  next(): number {
    const id = this.#next;
    this.#next += 1;
    return id;
  }

  /** Whether `id` was ever given out. */
  issued(id: number): boolean {
    return id < this.#next;
  }
}

/** The acknowledgements that one socket waits for, by id. What an entry is, the policy layer decides. */
export class Acks<Entry> {
  readonly #ids: AckIds;
  readonly #entries = new Map<number, Entry>();

  constructor(ids = new AckIds()) {
    this.#ids = ids;
  }

  /** How many are outstanding. */
  get size(): number {
    return this.#entries.size;
  }

  /** Keeps `entry` under a new id, and gives the id. */
  next(entry: Entry): number {
    const id = this.#ids.next();
    this.#entries.set(id, entry);
    return id;
  }

  /** Keeps `entry` under an id that was drawn from the shared counter. */
  set(id: number, entry: Entry): void {
    this.#entries.set(id, entry);
  }

  /** Gives the entry of `id` and forgets it: an acknowledgement counts once. */
  take(id: number): Entry | undefined {
    const entry = this.#entries.get(id);
    if (entry !== undefined) this.#entries.delete(id);
    return entry;
  }

  /** Gives the entry that has waited longest, and forgets it. */
  takeOldest(): Entry | undefined {
    for (const id of this.#entries.keys()) return this.take(id);
    return undefined;
  }

  /** Forgets all entries, and gives them. */
  clear(): Entry[] {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    return entries;
  }
}
