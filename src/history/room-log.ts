import type { Bounds, GapReason, LogState } from "./store.ts";

/** What a log needs of an entry. */
interface Logged {
  readonly sequence: number;
  readonly time: number;
  readonly size: number;
  readonly sender: string | undefined;
}

/** The entries of one room that are kept, oldest first, with dense offsets from 1. */
export class RoomLog<Item extends Logged> {
  readonly bounds: Bounds;
  readonly epoch: number;
  /** There may have been a log of this name before: with entries up to this sequence number. */
  readonly forgottenUpTo: number;
  /** How many entries were let go. */
  #trimmed = 0;
  // The newest of them, who sent it, and the newest that somebody else sent.
  #trimmedUpTo = 0;
  #trimmedSender: string | undefined;
  #trimmedOfOthers = 0;
  // Those before #start are gone: an array that is shifted at each append would be copied as often.
  #items: (Item | undefined)[] = [];
  #start = 0;
  #bytes = 0;

  constructor(bounds: Bounds, epoch: number, forgottenUpTo: number) {
    this.bounds = bounds;
    this.epoch = epoch;
    this.forgottenUpTo = forgottenUpTo;
  }

  get length(): number {
    return this.#items.length - this.#start;
  }

  get oldest(): Item | undefined {
    return this.#items[this.#start];
  }

  get state(): LogState {
    return { epoch: this.epoch, first: this.#trimmed + 1, last: this.#trimmed + this.length };
  }

  /** The sequence number of the newest entry that is not here any more, and that `reader` did not send itself. */
  trimmedUpTo(reader?: string): number {
    return reader !== undefined && reader === this.#trimmedSender ? this.#trimmedOfOthers : this.#trimmedUpTo;
  }

  /** Whether what is kept is over the bounds. */
  over(now: number): boolean {
    const { bounds, oldest } = this;
    if (oldest === undefined) return false;
    return this.length > bounds.max || this.#bytes > bounds.bytes || now - oldest.time >= bounds.age;
  }

  push(item: Item): void {
    this.#items.push(item);
    this.#bytes += item.size;
  }

  /** Lets the oldest go. */
  shift(): Item | undefined {
    const item = this.#items[this.#start];
    if (item === undefined) return undefined;
    this.#items[this.#start] = undefined;
    this.#start += 1;
    this.#trimmed += 1;
    this.#bytes -= item.size;
    if (item.sender !== this.#trimmedSender) this.#trimmedOfOthers = this.#trimmedUpTo;
    this.#trimmedUpTo = item.sequence;
    this.#trimmedSender = item.sender;
    // Half of it is empty: each entry is moved once or twice in its life.
    if (this.#start > 32 && this.#start * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#start);
      this.#start = 0;
    }
    return item;
  }

  /** Where the entries above `sequence` begin, as an index for {@link at}. */
  indexAfter(sequence: number): number {
    let low = this.#start;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const item = this.#items[middle];
      if (item !== undefined && item.sequence > sequence) high = middle;
      else low = middle + 1;
    }
    return low - this.#start;
  }

  /** The entry at `index`, from 0 for the oldest; its offset is {@link offsetAt}. */
  at(index: number): Item | undefined {
    return this.#items[this.#start + index];
  }

  offsetAt(index: number): number {
    return this.#trimmed + index + 1;
  }

  /** The sequence number of the entry at `offset`. */
  sequenceAt(offset: number): number | GapReason {
    if (offset === this.#trimmed) return this.#trimmedUpTo;
    if (offset < this.#trimmed) return "expired";
    return this.at(offset - this.#trimmed - 1)?.sequence ?? "digest";
  }
}
