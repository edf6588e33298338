/** What a log keeps: the name of a room, or `null` for what everyone of the namespace was told. */
export type LogName = string | null;

/** A place in the history of a namespace. */
export interface Position {
  /** Rises by 1 with each event that is kept, over all rooms of the namespace; 0 before the first. */
  readonly sequence: number;
  /** The running digest of all events up to there, see {@link nextDigest}. */
  readonly digest: number;
}

/** How much of a log is kept: what is over any of the three goes, oldest first. */
export interface Bounds {
  /** Events. */
  readonly max: number;
  /** Bytes. */
  readonly bytes: number;
  /** Milliseconds. */
  readonly age: number;
}

/** Something with a size in bytes. */
export interface Sized {
  readonly size: number;
}

/** An event on its way into the store. */
export interface Draft<Payload extends Sized> {
  /** 32 random bits. */
  readonly id: number;
  /** The logs that it goes into; none twice. */
  readonly logs: readonly LogName[];
  /** Not for members of these rooms. */
  readonly except: readonly string[];
  /** Not for the socket of this id. */
  readonly sender: string | undefined;
  /**
   * Makes what is kept and sent, now that the position is known. Called once, before anything has changed: what it
   * throws leaves the store as it was.
   */
  seal(position: Position): Payload;
}

/** An event that is kept. */
export interface Entry<Payload extends Sized> extends Position, Pick<Draft<Payload>, "except" | "sender"> {
  readonly payload: Payload;
}

/** An event that was found. */
export interface Found<Payload extends Sized> {
  readonly entry: Entry<Payload>;
  /** One of the logs that were asked for, in which it stands, and its number there: dense, from 1. */
  readonly log: LogName;
  readonly offset: number;
}

/** Up to where a reader has one log. */
export interface Reading {
  readonly log: LogName;
  /** The sequence number of the last event that it has, of this log or of any other. */
  readonly after: number;
  /**
   * The id of the reader, where it was in the room all the time since then: the log was wanted, and cannot have been
   * forgotten. And what it sent itself it has not missed. Of a stranger nothing is known.
   */
  readonly member: string | undefined;
}

/** How much to give at a time; one event at least. */
export interface PageLimit {
  readonly count: number;
  readonly bytes: number;
}

/** A part of what a reader has missed. */
export interface Page<Payload extends Sized> {
  /** In the order in which they were sent, each once. */
  readonly found: readonly Found<Payload>[];
  /** The position up to which nothing is missing any more. */
  readonly reached: Position;
  /** Whether there is more behind it. */
  readonly more: boolean;
}

/**
 * Why something cannot be given: it is too old, it is of another history, it is of this one but not as it went on, it
 * is not kept at all, the position is none, or it is more than one reader may have.
 */
export type GapReason = "expired" | "epoch" | "digest" | "unkept" | "malformed" | "overflow";

/** A log of which something is missing. */
export interface Gap {
  readonly log: LogName;
  readonly reason: GapReason;
}

/** What is known of one log. */
export interface LogState {
  /** Names the numbers of this log: where they begin again, it is another one. */
  readonly epoch: number;
  /** The offset of the oldest event that is kept; one more than `last` where there is none. */
  readonly first: number;
  /** The offset of the newest event. */
  readonly last: number;
}

/**
 * The history of one namespace: a log for each room that is kept, in one order over all of them.
 * `test/support/store-contract.ts` is the suite that every store passes.
 */
export interface Store<Payload extends Sized> {
  /** 32 random bits that name this history. Another one wherever the store cannot prove that nothing was lost. */
  readonly epoch: number;
  /** The position of the newest event. */
  readonly head: Position;

  /**
   * Keeps an event: in one step it gets its position and its offset in each of its logs. Nothing is sent that was not
   * kept before.
   * @param done called once, when the event is as safe as this store promises.
   * @throws what `seal` throws; then nothing has happened.
   */
  append(draft: Draft<Payload>, done?: (error?: Error) => void): Entry<Payload>;

  /** Whether `position` is one of this history; "digest" also for positions that are still to come. */
  verify(position: Position): "digest" | undefined;

  /** What was told behind a reader's place. All logs or none: gives the gaps where something is missing. */
  since(readings: readonly Reading[], limit: PageLimit): Page<Payload> | readonly Gap[];

  /** The newest `count` events of these logs together; fewer where fewer are kept. */
  last(logs: readonly LogName[], count: number): Page<Payload>;

  /** How many events stand behind the reader's place, those in several of the logs more than once. */
  count(readings: readonly Reading[]): number;

  /** What is known of a log; `undefined` when nothing was ever kept in it, or nobody remembers. */
  state(log: LogName): LogState | undefined;

  /** The sequence number that a reader of one log has reached with `offset` of `epoch`. */
  sequenceAt(log: LogName, epoch: number, offset: number): number | GapReason;

  /**
   * Lets go of what is over its age.
   * @param wanted says whether an empty log must be remembered: without it, its offsets begin again.
   */
  trim(wanted: (log: LogName) => boolean): void;
}
