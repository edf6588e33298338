import { BaroError, ERR_OPTION } from "../../errors.ts";
import type { ResponseStreamOptions } from "../http/response-stream.ts";
import { clock, outgoing, ticker } from "../process.ts";
import { SLOW_READER_DEFAULTS, SlowReaders } from "../slow-readers.ts";

/**
 * Why a stream is over: `"left"`, its client has gone; `"slow"`, it was given up because it did not read; `"closed"`,
 * this side closed it.
 */
export type StreamEnd = "left" | "slow" | "closed";

/** The options of a stream. Times are in milliseconds, sizes in bytes. */
export interface EventStreamOptions {
  /** Silence after which a comment is sent; 0 for none. Default 15,000. Proxies end what is silent for long. */
  readonly heartbeat?: number | undefined;
  /** What the client is told to wait before it comes back, by chance half of it more or less. Default 3,000. */
  readonly retry?: number | undefined;
  /** The most that may wait for the client to read. Default 16 MiB. Above, the connection ends. */
  readonly maxQueued?: number | undefined;
  /** The most that may wait for longer than `slowTime`. Default 1 MiB: bursts of some megabytes pass. */
  readonly softQueued?: number | undefined;
  /** How long more than `softQueued` may wait. Default 10,000. */
  readonly slowTime?: number | undefined;
  /**
   * What the client has heard last, where its header `Last-Event-ID` does not say so: a page that was loaded anew can
   * name it in the query alone. What is no text counts as nothing.
   */
  readonly lastEventId?: unknown;
  /** Called once when the stream is over. */
  readonly onClose?: ((end: StreamEnd) => void) | undefined;
}

/** What stands where nothing else is said. */
export const STREAM_DEFAULTS = { heartbeat: 15_000, retry: 3_000, ...SLOW_READER_DEFAULTS };
const NUMBERS = ["heartbeat", "retry", "maxQueued", "softQueued", "slowTime"] as const;
/** As long as a timer can wait. */
const LONGEST = 2 ** 31 - 1;

/** The bounds of a stream, complete. */
export class StreamSettings implements ResponseStreamOptions {
  readonly streamHeartbeat: number;
  readonly retry: number;
  readonly maxQueued: number;
  readonly #softQueued: number;
  readonly #slowTime: number;
  #slowReaders: SlowReaders | undefined;

  constructor({ heartbeat, retry, maxQueued, softQueued, slowTime }: typeof STREAM_DEFAULTS) {
    this.streamHeartbeat = heartbeat;
    this.retry = retry;
    this.maxQueued = maxQueued;
    this.#softQueued = softQueued;
    this.#slowTime = slowTime;
  }

  /** Made when the first client does not keep up. */
  get slowReaders(): SlowReaders {
    this.#slowReaders ??= new SlowReaders(
      {
        softQueued: this.#softQueued,
        slowTime: this.#slowTime,
        maxQueued: this.maxQueued,
        slowConsumer: "close",
      },
      { slowClosed: 0, memoryClosed: 0 },
      outgoing,
      ticker,
      clock.now,
    );
    return this.#slowReaders;
  }
}

const PRESET = new StreamSettings(STREAM_DEFAULTS);

/**
 * Fills in the defaults; those who change none share them.
 * @throws BaroError `BARO_OPTION` for a value that makes no sense.
 */
export function settleStream(options: EventStreamOptions): StreamSettings {
  if (options.onClose !== undefined && typeof options.onClose !== "function") {
    throw new BaroError(ERR_OPTION, "onClose must be a function.");
  }
  const changed = NUMBERS.filter((name) => options[name] !== undefined);
  if (changed.length === 0) return PRESET;
  const settled = { ...STREAM_DEFAULTS };
  for (const name of changed) {
    const value = options[name];
    const least = name === "heartbeat" || name === "retry" ? 0 : 1;
    if (!Number.isSafeInteger(value) || Number(value) < least || Number(value) > LONGEST) {
      throw new BaroError(
        ERR_OPTION,
        `${name} must be a whole number from ${least} to ${LONGEST}, and is ${value}.`,
      );
    }
    settled[name] = Number(value);
  }
  return new StreamSettings(settled);
}
