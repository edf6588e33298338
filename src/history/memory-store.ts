import { nextDigest } from "./digest.ts";
import type { MemoryBudget } from "./memory-budget.ts";
import { RoomLog } from "./room-log.ts";
import type {
  Bounds,
  Draft,
  Entry,
  Found,
  Gap,
  GapReason,
  LogName,
  LogState,
  Page,
  PageLimit,
  Position,
  Reading,
  Sized,
  Store,
} from "./store.ts";
import { Timeline } from "./timeline.ts";

/** A payload is held as it was encoded, and in the form in which it was sent. */
const FORMS = 2;
/**
 * What an entry costs beside that, as measured with events of 70 bytes: the objects around it, and its places in two
 * lists.
 */
const OVERHEAD = 700;

interface Item<Payload extends Sized> extends Entry<Payload> {
  readonly logs: readonly LogName[];
  readonly time: number;
  readonly size: number;
  /** In how many logs it still is. */
  places: number;
}

/** What a {@link MemoryStore} needs. */
export interface MemoryStoreSetting {
  /** Names the history: 32 random bits. */
  readonly epoch: number;
  /** Where the running digest begins: 32 random bits. */
  readonly seed: number;
  /** Milliseconds on a monotonic clock. */
  now(): number;
  /** How much of a log is kept; asked when its first event comes. */
  boundsOf(log: LogName): Bounds;
  /** Shared with the stores of other namespaces. */
  readonly budget: MemoryBudget;
}

/** Keeps events in the memory of this process: they are safe from lost connections, not from its end. */
export class MemoryStore<Payload extends Sized> implements Store<Payload> {
  readonly #setting: MemoryStoreSetting;
  readonly #logs = new Map<LogName, RoomLog<Item<Payload>>>();
  readonly #timeline = new Timeline<Item<Payload>>();
  #head: Position;
  /** The newest event that went with a log that nobody remembers. */
  #forgottenUpTo = 0;

  constructor(setting: MemoryStoreSetting) {
    this.#setting = setting;
    this.#head = { sequence: 0, digest: setting.seed >>> 0 };
    setting.budget.add(this);
  }

  get epoch(): number {
    return this.#setting.epoch;
  }

  get head(): Position {
    return this.#head;
  }

  append(draft: Draft<Payload>, done?: (error?: Error) => void): Entry<Payload> {
    const { logs, except, sender } = draft;
    const sequence = this.#head.sequence + 1;
    const digest = nextDigest(this.#head.digest, draft.id);
    const position: Position = { sequence, digest };
    const payload = draft.seal(position);
    const time = this.#setting.now();
    const size = payload.size * FORMS + OVERHEAD;
    const item = { sequence, digest, except, sender, payload, logs, time, size, places: logs.length };
    this.#head = position;
    this.#timeline.push(item);
    for (const name of logs) this.#log(name).push(item);
    this.#setting.budget.take(size);
    for (const name of logs) this.#trimLog(name, time);
    done?.();
    return item;
  }

  verify({ sequence, digest }: Position): "digest" | undefined {
    const { head } = this;
    if (sequence > head.sequence) return "digest";
    if (sequence === head.sequence) return digest === head.digest ? undefined : "digest";
    const item = this.#timeline.find(sequence);
    // Where the event is gone, so is its digest: then it matters only whether something is missing behind it.
    return item === undefined || item.digest === digest ? undefined : "digest";
  }

  since(readings: readonly Reading[], limit: PageLimit): Page<Payload> | readonly Gap[] {
    const now = this.#setting.now();
    const gaps: Gap[] = [];
    const found: Found<Payload>[] = [];
    let more = false;
    for (const { log: name, after, member } of readings) {
      this.#trimLog(name, now);
      const log = this.#logs.get(name);
      const forgotten = member === undefined ? (log?.forgottenUpTo ?? this.#forgottenUpTo) : 0;
      if (after < Math.max(forgotten, log?.trimmedUpTo(member) ?? 0))
        gaps.push({ log: name, reason: "expired" });
      // The first `count` of all together are among the first `count` of each.
      else if (log !== undefined && collect(name, log, log.indexAfter(after), limit.count, found))
        more = true;
    }
    return gaps.length > 0 ? gaps : this.#page(inOrder(found), limit, more);
  }

  last(logs: readonly LogName[], count: number): Page<Payload> {
    const now = this.#setting.now();
    const found: Found<Payload>[] = [];
    for (const name of logs) {
      this.#trimLog(name, now);
      const log = this.#logs.get(name);
      if (log !== undefined) collect(name, log, Math.max(log.length - count, 0), count, found);
    }
    const newest = inOrder(found);
    return { found: newest.slice(Math.max(newest.length - count, 0)), reached: this.head, more: false };
  }

  count(readings: readonly Reading[]): number {
    let count = 0;
    for (const { log: name, after } of readings) {
      const log = this.#logs.get(name);
      if (log !== undefined) count += log.length - log.indexAfter(after);
    }
    return count;
  }

  state(name: LogName): LogState | undefined {
    this.#trimLog(name, this.#setting.now());
    return this.#logs.get(name)?.state;
  }

  sequenceAt(name: LogName, epoch: number, offset: number): number | GapReason {
    this.#trimLog(name, this.#setting.now());
    const log = this.#logs.get(name);
    if (log === undefined || log.epoch !== epoch) return "epoch";
    return log.sequenceAt(offset);
  }

  trim(wanted: (log: LogName) => boolean): void {
    const now = this.#setting.now();
    for (const [name, log] of this.#logs) {
      this.#trimLog(name, now);
      if (log.length > 0 || wanted(name)) continue;
      this.#logs.delete(name);
      this.#forgottenUpTo = Math.max(this.#forgottenUpTo, log.trimmedUpTo());
    }
  }

  /** Lets everything go. Nothing may be asked of it any more. */
  close(): void {
    for (const log of this.#logs.values()) while (log.length > 0) this.#shift(log);
    this.#setting.budget.remove(this);
  }

  // --- called by the budget

  get oldestTime(): number {
    return this.#timeline.oldest?.time ?? Number.POSITIVE_INFINITY;
  }

  dropOldest(): void {
    // The oldest of all is the oldest of each log that it is in.
    const oldest = this.#timeline.oldest;
    for (const name of oldest?.logs ?? []) {
      const log = this.#logs.get(name);
      if (log !== undefined && log.oldest === oldest) this.#shift(log);
    }
  }

  #page(merged: Found<Payload>[], { count, bytes }: PageLimit, cut: boolean): Page<Payload> {
    let size = 0;
    let end = 0;
    for (const { entry } of merged) {
      size += entry.payload.size;
      if (end > 0 && (end === count || size > bytes)) break;
      end += 1;
    }
    const more = cut || end < merged.length;
    const last = merged[end - 1];
    return {
      found: merged.slice(0, end),
      reached: more && last !== undefined ? last.entry : this.head,
      more,
    };
  }

  #log(name: LogName): RoomLog<Item<Payload>> {
    let log = this.#logs.get(name);
    if (log === undefined) {
      // Offsets that begin again have another name than those before them.
      const epoch = nextDigest(this.epoch, this.#head.sequence);
      log = new RoomLog(this.#setting.boundsOf(name), epoch, this.#forgottenUpTo);
      this.#logs.set(name, log);
    }
    return log;
  }

  #trimLog(name: LogName, now: number): void {
    const log = this.#logs.get(name);
    while (log?.over(now)) this.#shift(log);
  }

  #shift(log: RoomLog<Item<Payload>>): void {
    const item = log.shift();
    if (item === undefined) return;
    item.places -= 1;
    if (item.places > 0) return;
    this.#timeline.remove(item);
    this.#setting.budget.giveBack(item.size);
  }
}

/** Collects up to `count` entries of a log, from `index` on. Says whether there are more. */
function collect<Payload extends Sized>(
  log: LogName,
  entries: RoomLog<Item<Payload>>,
  index: number,
  count: number,
  found: Found<Payload>[],
): boolean {
  for (let place = index; place < index + count; place++) {
    const entry = entries.at(place);
    if (entry === undefined) return false;
    found.push({ entry, log, offset: entries.offsetAt(place) });
  }
  return entries.at(index + count) !== undefined;
}

/** In the order of the history, and each once. */
function inOrder<Payload extends Sized>(found: Found<Payload>[]): Found<Payload>[] {
  found.sort((one, other) => one.entry.sequence - other.entry.sequence);
  return found.filter(({ entry }, index) => entry !== found[index - 1]?.entry);
}
