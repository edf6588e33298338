import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { Backlogs } from "../../engine/backlog.ts";
import type { SessionCloseReason } from "../../engine/session.ts";
import { BaroError, ERR_OPTION, ERR_STATE } from "../../errors.ts";
import { type EventFields, encodeEvent } from "../../sse/encoder.ts";
import { WatchedStream } from "../http/watched-stream.ts";
import { journal } from "../process.ts";
import {
  type AnyChannel,
  type DefaultStreamEvents,
  type Listener,
  StreamChannel,
  type StreamEventData,
  type StreamEventName,
  toJson,
} from "./channel.ts";
import { type EventStreamOptions, type StreamEnd, type StreamSettings, settleStream } from "./options.ts";

/** An answer that does not end, and tells its client events: made by {@link createEventStream}. */
export interface EventStream<Events = DefaultStreamEvents> {
  /** What the client has heard last, as it says: any text. Empty where it is here for the first time. */
  readonly lastEventId: string;
  /** Whether it is over. What is sent to it then goes nowhere. */
  readonly closed: boolean;
  /** Bytes that wait because the client reads too slowly. */
  readonly queued: number;
  /**
   * Sends an event.
   * @param data as JSON; nothing as `null`.
   * @throws BaroError `BARO_FIELD` for a name with a line break or U+0000; `BARO_DATA` for data that is no JSON.
   */
  send<Name extends StreamEventName<Events>>(event: Name, ...data: StreamEventData<Events[Name]>): void;
  /**
   * Sends an event, field by field: text that is no JSON, ids of your own, a comment.
   * @throws BaroError `BARO_FIELD` for a field that no stream can carry.
   */
  write(fields: EventFields): void;
  /**
   * Hears what these channels tell from now on. Where all of them have a history, a client that comes back is first
   * given what it has missed, in the order in which it was told: so name all channels with a history in one call.
   * @returns whether the client has all that was told since it was here. False for a client that is here for the first
   *   time, and where something is not kept any more: send it the state of things then.
   * @throws BaroError `BARO_OPTION` for what `createChannel` has not made; `BARO_STATE` for a channel that is closed.
   */
  join(...channels: readonly AnyChannel[]): boolean;
  /** Does not hear these channels any more. */
  leave(...channels: readonly AnyChannel[]): void;
  /** Ends the stream behind what was sent. A browser comes back: to prevent it, answer its next request with 204. */
  close(): void;
}

/**
 * Answers a request with a stream of events (HTML standard, section 9.2): for `EventSource`, `fetch` or `curl`. The head
 * leaves at once. Works over HTTP/1.1 and HTTP/2, with Express, and behind what compresses; a request with the method
 * HEAD gets the head alone. Headers of your own are set on `response` before.
 *
 * @throws BaroError `BARO_STATE` when the answer has begun already; `BARO_OPTION` for an option outside of its bounds.
 */
export function createEventStream<Events = DefaultStreamEvents>(
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
  options: EventStreamOptions = {},
): EventStream<Events> {
  const settings = settleStream(options);
  if (response.headersSent) {
    throw new BaroError(
      ERR_STATE,
      "The answer has begun: a stream of events must be all that a request is answered with.",
    );
  }
  // The requests and responses of HTTP/2 are those of HTTP by Node's compatibility API.
  const stream = new ChannelStream(
    response as ServerResponse,
    settings,
    lastHeard(request, options),
    options.onClose,
  );
  stream.open(request as IncomingMessage);
  return stream;
}

const NONE: readonly StreamChannel[] = [];

class ChannelStream extends WatchedStream implements EventStream<DefaultStreamEvents>, Listener {
  readonly lastEventId: string;
  readonly #settings: StreamSettings;
  readonly #onClose: ((end: StreamEnd) => void) | undefined;
  #channels: readonly StreamChannel[] = NONE;
  /** It has joined what has a history. */
  #hasPlace = false;
  #owesId = false;
  #end: StreamEnd = "closed";

  constructor(
    response: ServerResponse,
    settings: StreamSettings,
    lastEventId: string,
    onClose: ((end: StreamEnd) => void) | undefined,
  ) {
    super(response, settings);
    this.#settings = settings;
    this.lastEventId = lastEventId;
    this.#onClose = onClose;
  }

  /** Sends the head, and when to come back. */
  open(request: IncomingMessage): void {
    this.start(request);
    if (request.method === "HEAD") {
      this.close();
      return;
    }
    // A crowd that lost its server together must not come back together.
    const retry = Math.round(this.#settings.retry * (0.5 + Math.random()));
    this.write({ retry });
  }

  send(event: string, data?: unknown): void {
    this.write({ event, data: toJson(data) });
  }

  write(fields: EventFields): void {
    this.push(Buffer.from(encodeEvent(fields)));
  }

  join(...channels: readonly AnyChannel[]): boolean {
    const joined = channels.map(toChannel);
    if (this.closed) return false;
    for (const channel of joined) channel.add(this);
    this.#channels = this.#channels.length === 0 ? joined : [...new Set([...this.#channels, ...joined])];
    const logs = joined.map(({ log }) => log).filter((log) => log !== undefined);
    if (logs.length === 0) return false;
    // What the client has said counts once: it was told more since then.
    const isAnswered = this.#hasPlace || logs.length < joined.length;
    const missed = isAnswered ? undefined : journal().since(this.lastEventId, logs);
    this.#hasPlace = true;
    for (const bytes of missed ?? []) this.push(bytes);
    this.#owesId = true;
    return missed !== undefined;
  }

  leave(...channels: readonly AnyChannel[]): void {
    const left = new Set(channels.map(toChannel));
    for (const channel of left) channel.delete(this);
    this.#channels = this.#channels.filter((channel) => !left.has(channel));
  }

  /** Also who hears nothing until the connection is lost can say from where on: behind what else this turn has sent. */
  override flush(): void {
    if (this.#owesId) {
      this.#owesId = false;
      this.write({ id: journal().id });
    }
    super.flush();
  }

  override close(): void {
    this.#leaveAll();
    super.close();
  }

  protected override get backlogs(): Backlogs {
    return this.#settings.slowReaders;
  }

  protected ended(reason: SessionCloseReason): void {
    this.#end = reason === "transport error" ? "slow" : "left";
    this.#leaveAll();
  }

  protected override released(): void {
    super.released();
    this.#onClose?.(this.#end);
  }

  #leaveAll(): void {
    for (const channel of this.#channels) channel.delete(this);
    this.#channels = NONE;
  }
}

function toChannel(channel: AnyChannel): StreamChannel {
  if (channel instanceof StreamChannel) return channel;
  throw new BaroError(ERR_OPTION, "A stream joins channels that createChannel has made.");
}

/** What a client has heard last. Headers come byte for character; ids are UTF-8. */
function lastHeard(
  { headers }: IncomingMessage | Http2ServerRequest,
  { lastEventId }: EventStreamOptions,
): string {
  const said = headers["last-event-id"];
  if (said !== undefined) return Buffer.from(String(said), "latin1").toString();
  return typeof lastEventId === "string" ? lastEventId : "";
}
