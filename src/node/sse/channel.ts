import { BaroError, ERR_DATA, ERR_STATE } from "../../errors.ts";
import { type HistoryOptions, settleBounds } from "../../server/recovery/retention.ts";
import { encodeEvent } from "../../sse/encoder.ts";
import { journal } from "../process.ts";

/** Event names with their data: `{ price: { symbol: string; value: number } }`. */
export type DefaultStreamEvents = Record<string, unknown>;
/** The names of `Events`. */
export type StreamEventName<Events> = keyof Events & string;

/** What is sent with an event; it may be left out where there may be nothing. */
export type StreamEventData<Data> = undefined extends Data ? [data?: Data] : [data: Data];

/** The options of a channel. */
export interface ChannelOptions {
  /**
   * How much is kept for those who come back; nothing by default. `true` for 1,000 events, 1 MiB and five minutes.
   * All channels of a process keep 64 MiB together.
   */
  readonly history?: HistoryOptions | boolean | undefined;
}

/** A channel of whatever events. */
export interface AnyChannel {
  /** How many streams listen to it. */
  readonly size: number;
  /** Ends all streams that listen to it, and takes no more: they come back by themselves. */
  close(): void;
}

/** What many streams hear: made by {@link createChannel}. */
export interface Channel<Events = DefaultStreamEvents> extends AnyChannel {
  /**
   * Sends an event to every stream that listens. It is encoded once, and leaves in one write with whatever else a
   * stream is sent in this turn of the event loop.
   * @param data as JSON; nothing as `null`.
   * @throws BaroError `BARO_FIELD` for a name with a line break or U+0000; `BARO_DATA` for data that is no JSON;
   *   `BARO_STATE` for a channel that is closed.
   */
  broadcast<Name extends StreamEventName<Events>>(event: Name, ...data: StreamEventData<Events[Name]>): void;
}

/** A stream, as a channel sees it. */
export interface Listener {
  /** Sends the bytes of events, which do not change any more. */
  push(bytes: Uint8Array): void;
  close(): void;
}

/**
 * Makes a channel.
 * @throws BaroError `BARO_OPTION` for bounds that are no integers above 0.
 */
export function createChannel<Events = DefaultStreamEvents>(options: ChannelOptions = {}): Channel<Events> {
  return new StreamChannel(options);
}

/** The channel itself; whoever has one sees {@link Channel}. */
export class StreamChannel implements Channel<DefaultStreamEvents> {
  readonly #listeners = new Set<Listener>();
  /** Its name in the journal. */
  readonly #log: string | undefined;
  #isClosed = false;

  constructor({ history = false }: ChannelOptions) {
    if (history !== false) this.#log = journal().open(settleBounds(history === true ? {} : history));
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** Where its events are kept. */
  get log(): string | undefined {
    return this.#log;
  }

  broadcast(event: string, data?: unknown): void {
    if (this.#isClosed) throw new BaroError(ERR_STATE, "The channel is closed; make a new one.");
    const json = toJson(data);
    const bytes =
      this.#log === undefined
        ? Buffer.from(encodeEvent({ event, data: json }))
        : journal().append(this.#log, event, json);
    for (const listener of this.#listeners) listener.push(bytes);
  }

  /** Called by a stream that joins. */
  add(listener: Listener): void {
    if (this.#isClosed) throw new BaroError(ERR_STATE, "The channel is closed; make a new one.");
    this.#listeners.add(listener);
  }

  /** Called by a stream that leaves. */
  delete(listener: Listener): void {
    this.#listeners.delete(listener);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#log !== undefined) journal().close(this.#log);
    for (const listener of this.#listeners) listener.close();
    this.#listeners.clear();
  }
}

/** @throws BaroError `BARO_DATA` for what is no JSON. */
export function toJson(data: unknown): string {
  let json: string | undefined;
  let cause: unknown;
  try {
    json = JSON.stringify(data === undefined ? null : data);
  } catch (error) {
    cause = error;
  }
  if (json !== undefined) return json;
  throw new BaroError(
    ERR_DATA,
    "The data of an event must be JSON: no function, no BigInt, nothing that holds itself.",
    {
      cause,
    },
  );
}
