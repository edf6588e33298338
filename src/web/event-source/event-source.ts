import type { Cancel } from "../../clock.ts";
import { BaroError, ERR_OPTION } from "../../errors.ts";
import { EventStreamParser, type ReceivedEvent } from "../../sse/parser.ts";
import { clock } from "../clock.ts";
import { type EventSourceInit, type EventSourceSettings, settleEventSource } from "./options.ts";
import { reconnectionDelay } from "./reconnection-delay.ts";
import { discard, type Found, isHttp, requestStream } from "./request.ts";

/** Waited before it connects again, where the server has named no time; as browsers do. */
const DEFAULT_RETRY = 3_000;
/** Characters of an id that fits into a header; servers take 16 KiB of headers in all. */
const MAX_ID = 4_096;
/** Control characters, which no header carries. */
const CONTROL = /\p{Cc}/u;

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 2;

/** The connection was lost or has failed: {@link EventSource.readyState} says which. */
export class ErrorEvent extends Event {
  /** What happened, for people. */
  readonly message: string;
  /** The HTTP status, where an answer other than a stream is the reason. */
  readonly status: number | undefined;

  constructor(message: string, status: number | undefined) {
    super("error");
    this.message = message;
    this.status = status;
  }
}

/** The events of an {@link EventSource} by their names; all others are messages, too. */
export interface EventSourceEventMap {
  open: Event;
  message: MessageEvent;
  error: ErrorEvent;
}

type Handler<Type extends keyof EventSourceEventMap> =
  | ((this: EventSource, event: EventSourceEventMap[Type]) => unknown)
  | null;
// By their places: not every program has the types of the DOM.
type AddOptions = Parameters<EventTarget["addEventListener"]>[2];
type RemoveOptions = Parameters<EventTarget["removeEventListener"]>[2];
type ListenerOf<Type extends Event> =
  | ((event: Type) => unknown)
  | { handleEvent(event: Type): unknown }
  | null;

/**
 * Listens to a stream of events: the interface of the HTML standard, section 9.2, for Node, which has none. It comes
 * back by itself when the connection is lost, and says by `Last-Event-ID` what it has heard.
 *
 * Two things differ from a browser's, because a program in Node has nobody who reloads it: after a status of 500 and
 * above it tries again, and `error` says what happened. Any other answer than 200 with `text/event-stream` ends it,
 * 204 as well.
 */
export class EventSource extends EventTarget {
  static readonly CONNECTING = CONNECTING;
  static readonly OPEN = OPEN;
  static readonly CLOSED = CLOSED;
  readonly CONNECTING = CONNECTING;
  readonly OPEN = OPEN;
  readonly CLOSED = CLOSED;
  readonly #url: URL;
  readonly #withCredentials: boolean;
  readonly #settings: EventSourceSettings;
  readonly #handlers = new Map<string, { call: unknown }>();
  #readyState: 0 | 1 | 2 = CONNECTING;
  #lastEventId = "";
  #retry = DEFAULT_RETRY;
  /** Attempts that brought nothing, one after the other. */
  #failures = 0;
  #attempt = new AbortController();
  #parser: EventStreamParser | undefined;
  #cancelWait: Cancel | undefined;

  /**
   * Connects.
   * @throws DOMException `SyntaxError` for a URL that is none, or not of HTTP: there is no page that it could be
   *   relative to.
   * @throws BaroError `BARO_OPTION` for an option outside of its bounds, and for credentials in the URL.
   */
  constructor(url: string | URL, init: EventSourceInit = {}) {
    super();
    this.#url = parseUrl(String(url));
    this.#withCredentials = init.withCredentials === true;
    this.#settings = settleEventSource(init);
    this.#connect();
  }

  /** Where it connects to, complete. */
  get url(): string {
    return this.#url.href;
  }

  get withCredentials(): boolean {
    return this.#withCredentials;
  }

  /** `CONNECTING` also while it waits to come back; `CLOSED` for good. */
  get readyState(): 0 | 1 | 2 {
    return this.#readyState;
  }

  /** Called when the stream begins, also when it does so again. */
  get onopen(): Handler<"open"> {
    return this.#handler("open");
  }
  set onopen(handler: Handler<"open">) {
    this.#setHandler("open", handler);
  }

  /** Called with events that have no name of their own. */
  get onmessage(): Handler<"message"> {
    return this.#handler("message");
  }
  set onmessage(handler: Handler<"message">) {
    this.#setHandler("message", handler);
  }

  /** Called when the connection is lost, and when it is over. */
  get onerror(): Handler<"error"> {
    return this.#handler("error");
  }
  set onerror(handler: Handler<"error">) {
    this.#setHandler("error", handler);
  }

  /** Calls `listener` with each event of this name. What it throws is an uncaught exception, as everywhere in Node. */
  override addEventListener<Type extends keyof EventSourceEventMap>(
    type: Type,
    listener: ListenerOf<EventSourceEventMap[Type]>,
    options?: AddOptions,
  ): void;
  override addEventListener(type: string, listener: ListenerOf<MessageEvent>, options?: AddOptions): void;
  override addEventListener(type: string, listener: ListenerOf<never>, options?: AddOptions): void {
    super.addEventListener(type, listener as EventListener, options);
  }

  /** Undoes {@link addEventListener}. */
  override removeEventListener<Type extends keyof EventSourceEventMap>(
    type: Type,
    listener: ListenerOf<EventSourceEventMap[Type]>,
    options?: RemoveOptions,
  ): void;
  override removeEventListener(
    type: string,
    listener: ListenerOf<MessageEvent>,
    options?: RemoveOptions,
  ): void;
  override removeEventListener(type: string, listener: ListenerOf<never>, options?: RemoveOptions): void {
    super.removeEventListener(type, listener as EventListener, options);
  }

  /** Ends it: no event follows. */
  close(): void {
    this.#readyState = CLOSED;
    this.#parser?.stop();
    this.#cancelWait?.();
    this.#attempt.abort();
  }

  #connect(): void {
    this.#attempt = new AbortController();
    // Nothing of it rejects: whatever happens becomes an event.
    void this.#listen(this.#attempt.signal);
  }

  async #listen(signal: AbortSignal): Promise<void> {
    let found: Found;
    try {
      found = await requestStream(this.#url, this.#lastEventId, this.#settings, signal);
    } catch (error) {
      this.#reconnect(`There was no answer: ${reasonOf(error)}`);
      return;
    }
    const { response, origin } = found;
    const { status } = response;
    if (this.#readyState === CLOSED) discard(response);
    else if (status === 200 && isEventStream(response.headers.get("content-type"))) {
      this.#readyState = OPEN;
      this.dispatchEvent(new Event("open"));
      await this.#read(response, origin);
    } else {
      discard(response);
      const type = response.headers.get("content-type") ?? "none";
      if (status >= 500) this.#reconnect(`The server answered with ${status}`, status);
      else if (status !== 200) this.#fail(`The server answered with ${status}`, status);
      else this.#fail(`The answer is no stream of events: its type is ${type}`, status);
    }
  }

  async #read(response: Response, origin: string): Promise<void> {
    const parser = new EventStreamParser(
      {
        event: (event) => this.#dispatch(event, origin),
        retry: (milliseconds) => {
          this.#retry = milliseconds;
        },
      },
      { maxEvent: this.#settings.maxEvent, lastEventId: this.#lastEventId },
    );
    this.#parser = parser;
    let end = "The stream has ended";
    let isTooLong = false;
    try {
      const reader = response.body?.getReader();
      while (reader !== undefined && this.#readyState === OPEN) {
        const { done, value } = await reader.read();
        if (done) break;
        this.#failures = 0;
        if (parser.receive(value)) continue;
        isTooLong = this.#state() === OPEN;
        break;
      }
    } catch (error) {
      end = `The connection was lost: ${reasonOf(error)}`;
    }
    this.#parser = undefined;
    this.#lastEventId = parser.lastEventId;
    // Whoever comes back would be sent the same again.
    if (isTooLong) this.#fail(`An event has more than ${this.#settings.maxEvent} characters`);
    else this.#reconnect(end);
  }

  #dispatch({ event, data, lastEventId }: ReceivedEvent, origin: string): void {
    this.dispatchEvent(new MessageEvent(event, { data, lastEventId, origin }));
  }

  /** Reestablishes the connection (HTML standard, section 9.2.3), after a while that a server can't make too short. */
  #reconnect(message: string, status?: number): void {
    if (this.#readyState === CLOSED) return;
    const id = this.#lastEventId;
    if (id.length > MAX_ID || CONTROL.test(id)) {
      this.#fail("The server has named an id that no header can carry");
      return;
    }
    this.#readyState = CONNECTING;
    this.dispatchEvent(new ErrorEvent(message, status));
    // A listener may have closed it.
    if (this.#state() === CLOSED) return;
    const delay = reconnectionDelay(this.#retry, this.#failures, this.#settings, Math.random());
    this.#cancelWait = clock.after(delay, () => this.#connect());
    this.#failures += 1;
  }

  #fail(message: string, status?: number): void {
    if (this.#readyState === CLOSED) return;
    this.close();
    this.dispatchEvent(new ErrorEvent(message, status));
  }

  /** The state after others may have changed it. */
  #state(): 0 | 1 | 2 {
    return this.#readyState;
  }

  #handler<Type extends keyof EventSourceEventMap>(type: Type): Handler<Type> {
    return (this.#handlers.get(type)?.call ?? null) as Handler<Type>;
  }

  /** As HTML has it for event handlers: one that takes the place of another is called where that one was. */
  #setHandler(type: string, call: unknown): void {
    const isSet = typeof call === "function";
    const handler = this.#handlers.get(type);
    if (handler !== undefined) {
      handler.call = isSet ? call : null;
    } else if (isSet) {
      const added = { call: call as unknown };
      this.#handlers.set(type, added);
      super.addEventListener(type, (event) => {
        if (typeof added.call === "function") Reflect.apply(added.call, this, [event]);
      });
    }
  }
}

function parseUrl(text: string): URL {
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {
    // Said below.
  }
  if (url === undefined || !isHttp(url)) {
    throw new DOMException(`An EventSource needs a whole URL of http: or https:, not ${text}`, "SyntaxError");
  }
  if (url.username === "" && url.password === "") return url;
  throw new BaroError(ERR_OPTION, "Put credentials into the header Authorization, not into the URL.");
}

/** Whether the essence of a MIME type is that of a stream (MIME Sniffing standard, section 4.4). */
function isEventStream(type: string | null): boolean {
  const [essence = ""] = (type ?? "").split(";");
  return essence.trim().toLowerCase() === "text/event-stream";
}

function reasonOf(error: unknown): string {
  // `fetch` of Node says "fetch failed", and its cause says why.
  const { cause } = error as { cause?: unknown };
  const said = cause instanceof Error ? cause : error;
  return said instanceof Error ? said.message || said.name : String(said);
}
