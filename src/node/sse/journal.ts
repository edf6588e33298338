import { nextDigest } from "../../history/digest.ts";
import { MemoryBudget } from "../../history/memory-budget.ts";
import { MemoryStore } from "../../history/memory-store.ts";
import type { Bounds, Draft, LogName, PageLimit, Position } from "../../history/store.ts";
import { decodeToken, encodeToken } from "../../history/token.ts";
import { encodeEvent } from "../../sse/encoder.ts";

/** What all channels of a process keep together; the oldest goes first. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Events between two looks for what is over its age. */
const TRIM_EVERY = 1_000;
/** The channels bound it. */
const ALL: PageLimit = { count: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };
const NOBODY: readonly string[] = [];

/** An event as it is kept and sent. */
interface Block {
  readonly size: number;
  readonly bytes: Uint8Array;
}

/** A channel whose events are kept. */
interface Kept {
  readonly bounds: Bounds;
  /** The sequence number with which it began. */
  opened: number;
}

/**
 * What channels keep for those who come back. All channels of a process have one order, so that one id says what a
 * stream has heard of each of them.
 */
export class Journal {
  readonly #store: MemoryStore<Block>;
  readonly #kept = new Map<LogName, Kept>();
  #opened = 0;
  #lastId: number;
  #untilTrim = TRIM_EVERY;

  /**
   * @param now milliseconds on a monotonic clock.
   * @param random gives 32 random bits.
   */
  constructor(now: () => number, random: () => number) {
    this.#lastId = random();
    this.#store = new MemoryStore({
      epoch: random(),
      seed: random(),
      now,
      boundsOf: (log) => (this.#kept.get(log) as Kept).bounds,
      budget: new MemoryBudget(MAX_BYTES),
    });
  }

  /** What a stream says that has heard everything. */
  get id(): string {
    return encodeToken({ epoch: this.#store.epoch, ...this.#store.head });
  }

  /** Begins to keep the events of a channel. Gives its name. */
  open(bounds: Bounds): string {
    this.#opened += 1;
    const log = String(this.#opened);
    const kept: Kept = { bounds, opened: 0 };
    this.#kept.set(log, kept);
    // Nobody hears it: it parts those who were here before from those who have joined the channel.
    this.append(log, "open", "null");
    kept.opened = this.#store.head.sequence;
    return log;
  }

  /** Takes nothing for a channel any more. What it has kept goes with its age. */
  close(log: string): void {
    this.#kept.delete(log);
  }

  /** Keeps an event, and gives it as it is to be sent. @throws BaroError as {@link encodeEvent}. */
  append(log: string, event: string, data: string): Uint8Array {
    this.#lastId = nextDigest(this.#lastId, 1);
    const draft = new EventDraft(this.#lastId, [log], event, data, this.#store.epoch);
    const { payload } = this.#store.append(draft);
    this.#untilTrim -= 1;
    if (this.#untilTrim === 0) {
      this.#untilTrim = TRIM_EVERY;
      this.#store.trim((name) => this.#kept.has(name));
    }
    return payload.bytes;
  }

  /**
   * What was told in `logs` behind an id, in the order in which it was told.
   * @param id whatever a client says.
   * @returns nothing where the id is none of this journal, is older than one of the channels, or some of it is not kept
   *   any more.
   */
  since(id: string, logs: readonly string[]): readonly Uint8Array[] | undefined {
    const token = decodeToken(id);
    if (token === undefined || token.epoch !== this.#store.epoch || this.#store.verify(token) !== undefined) {
      return undefined;
    }
    if (logs.some((log) => token.sequence < (this.#kept.get(log)?.opened ?? 0))) return undefined;
    const readings = logs.map((log) => ({ log, after: token.sequence, member: undefined }));
    const page = this.#store.since(readings, ALL);
    return "found" in page ? page.found.map(({ entry }) => entry.payload.bytes) : undefined;
  }
}

class EventDraft implements Draft<Block> {
  readonly id: number;
  readonly logs: readonly LogName[];
  readonly except = NOBODY;
  readonly sender = undefined;
  readonly #event: string;
  readonly #data: string;
  readonly #epoch: number;

  constructor(id: number, logs: readonly LogName[], event: string, data: string, epoch: number) {
    this.id = id;
    this.logs = logs;
    this.#event = event;
    this.#data = data;
    this.#epoch = epoch;
  }

  seal(position: Position): Block {
    const id = encodeToken({ epoch: this.#epoch, ...position });
    const bytes = Buffer.from(encodeEvent({ event: this.#event, data: this.#data, id }));
    return { size: bytes.length, bytes };
  }
}
