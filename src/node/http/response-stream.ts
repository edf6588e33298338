import { Buffer } from "node:buffer";
import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Traffic } from "../../diagnostics.ts";
import type { SessionCloseReason } from "../../engine/session.ts";
import { encodeComment } from "../../sse/encoder.ts";
import { clock, joiner, ticker, turn } from "../process.ts";
import type { Tickable, TickerEntry } from "../ticker.ts";
import type { Flushable } from "../turn.ts";
import { collect, type Outbox, writeOut } from "../websocket/outbox.ts";

/** The bounds of all streams of a server. */
export interface ResponseStreamOptions {
  /** Bytes that may wait for a client to read. */
  readonly maxQueued: number;
  /** Milliseconds of silence after which a comment is sent; 0 for none. */
  readonly streamHeartbeat: number;
  readonly traffic?: Traffic | undefined;
}

const HEADERS: OutgoingHttpHeaders = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-store",
  // nginx and what follows its example: pass on what comes, as it comes.
  "X-Accel-Buffering": "no",
  "X-Content-Type-Options": "nosniff",
};
/** Proxies end what is silent for long. A comment is no event (HTML standard, section 9.2.6). */
const COMMENT = Buffer.from(encodeComment());
/** Milliseconds that a reader has for what is left when a stream ends. */
const LINGER = 5_000;

const STREAM = Symbol("stream");
type Carrier = { [STREAM]?: ResponseStream };

/**
 * Server-Sent Events (HTML standard, section 9.2): an answer that does not end. What is sent in one turn of the event
 * loop leaves in one write. A subclass says what is sent.
 *
 * Over HTTP/1.1 the answer has no length and no chunks, it lasts until the connection ends: so the same bytes go to
 * every client, straight to its socket, and an event costs what a WebSocket message costs. Where a middleware has put
 * itself before the response, as compression does, or over HTTP/2, events go through the response.
 */
export abstract class ResponseStream implements Flushable, Tickable {
  deadline: number = Number.POSITIVE_INFINITY;
  readonly #response: ServerResponse;
  readonly #options: ResponseStreamOptions;
  #outbox: Outbox = undefined;
  /** Bytes in the outbox. */
  #collected = 0;
  /** Where bytes go past the response. */
  #socket: Socket | undefined = undefined;
  #timer: TickerEntry | undefined = undefined;
  /** Nothing was written since the last tick. */
  #isSilent = false;
  #isScheduled = false;
  #isFull = false;
  #isEnding = false;
  #isOver = false;

  constructor(response: ServerResponse, options: ResponseStreamOptions) {
    this.#response = response;
    this.#options = options;
    (response as Carrier)[STREAM] = this;
    response.on("close", ResponseStream.#listeners.close);
  }

  get maxQueued(): number {
    return this.#options.maxQueued;
  }

  get writable(): boolean {
    return !this.#isFull && !this.#isOver && !this.#isEnding;
  }

  /** Whether it is over, or ends behind what was sent. */
  get closed(): boolean {
    return this.#isOver || this.#isEnding;
  }

  /** Bytes that wait because the client reads too slowly. */
  get queued(): number {
    return (this.#socket ?? this.#response).writableLength;
  }

  /** Sends the head of the answer. @param more headers beside those of a stream. */
  start(request: IncomingMessage, more: OutgoingHttpHeaders = {}): void {
    const response = this.#response;
    if (isGone(response)) {
      this.#end("transport close");
      // Its "close" was told before anybody listened.
      process.nextTick(ResponseStream.#release, this);
      return;
    }
    const socket = bareSocket(request, response);
    // Without chunks: the end of the connection is the end of the answer (RFC 9112, section 6.3).
    if (socket !== undefined) response.removeHeader("Transfer-Encoding");
    response.writeHead(200, { ...more, ...HEADERS });
    response.flushHeaders();
    if (socket === undefined) {
      response.on("drain", ResponseStream.#listeners.drain);
    } else {
      this.#socket = socket;
      (socket as Carrier)[STREAM] = this;
      socket.on("drain", ResponseStream.#listeners.drain);
      // Whatever time HTTP allows for a request says nothing about an answer that lives for days.
      socket.setTimeout(0);
    }
    if (this.#options.streamHeartbeat > 0) this.#tickAt(clock.now() + this.#options.streamHeartbeat);
  }

  /** Sends the bytes of events. They must not change any more. */
  push(bytes: Uint8Array): void {
    if (this.#isOver || this.#isEnding) return;
    this.#outbox = collect(this.#outbox, bytes);
    this.#collected += bytes.length;
    this.#schedule();
  }

  /** Ends the answer behind what was sent. {@link ended} is not called any more. */
  close(): void {
    if (this.#isOver || this.#isEnding) return;
    this.#isEnding = true;
    this.#tickAt(clock.now() + LINGER);
    this.#schedule();
  }

  /** So many bytes wait for the client to read. Said at each flush meanwhile; nothing may be ended in it. */
  protected abstract filled(waiting: number): void;
  /** The client reads again: `writable` became true. */
  protected abstract drained(): void;
  /** The client has gone, or reads too slowly; said once, and not after {@link close}. */
  protected abstract ended(reason: SessionCloseReason, description?: unknown): void;
  /** The connection is over, whoever ended it. */
  protected released(): void {}

  /** Writes what this turn collected. */
  flush(): void {
    this.#isScheduled = false;
    if (this.#isOver) return;
    const target = this.#socket ?? this.#response;
    const outbox = this.#outbox;
    if (outbox !== undefined) {
      // A comment is no sign that there is something to say.
      if (outbox !== COMMENT) this.#isSilent = false;
      const collected = this.#collected;
      const { traffic } = this.#options;
      if (traffic !== undefined) traffic.bytesOut += collected;
      this.#clear();
      writeOut(target, outbox, collected, joiner);
      if (this.#socket === undefined) flushCompression(this.#response);
      const refused = target.writableLength;
      // The response of HTTP/2 does not say whether it needs to drain.
      const needsDrain = target.writableNeedDrain ?? refused >= target.writableHighWaterMark;
      if (refused > 0 && needsDrain) this.#isFull = true;
      if (this.#isFull) this.filled(refused);
      if (refused > this.#options.maxQueued) {
        process.nextTick(ResponseStream.#overflow, this);
        return;
      }
    }
    if (this.#isEnding) this.#response.end();
  }

  tick(now: number): void {
    if (this.#isEnding) {
      // Its reader does not take what is left.
      this.#timer?.cancel();
      this.#response.destroy();
      return;
    }
    this.deadline = now + this.#options.streamHeartbeat;
    if (this.#isSilent) this.push(COMMENT);
    this.#isSilent = true;
  }

  /** For an earlier deadline, the ticker wants a new entry. */
  #tickAt(deadline: number): void {
    this.#timer?.cancel();
    this.deadline = deadline;
    this.#timer = ticker.add(this);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    turn.schedule(this);
  }

  #drained(): void {
    if (!this.#isFull) return;
    this.#isFull = false;
    this.drained();
  }

  #end(reason: SessionCloseReason, description?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#clear();
    this.#timer?.cancel();
    if (!this.#isEnding) this.ended(reason, description);
  }

  #clear(): void {
    this.#outbox = undefined;
    this.#collected = 0;
  }

  /** Ends at once: what waits is lost. False when it is over already. */
  protected cutOff(sentence: string): boolean {
    if (this.#isOver) return false;
    this.#end("transport error", sentence);
    this.#response.destroy();
    return true;
  }

  static #release(stream: ResponseStream): void {
    stream.released();
  }

  static #overflow(stream: ResponseStream): void {
    stream.cutOff(`more than ${stream.#options.maxQueued} bytes wait for the client to read`);
  }

  /** Shared by all streams: closures of its own would cost each idle client some 200 bytes. */
  static readonly #listeners = {
    drain(this: Carrier): void {
      const stream = this[STREAM];
      if (stream !== undefined) stream.#drained();
    },
    close(this: Carrier): void {
      const stream = this[STREAM];
      if (stream === undefined) return;
      stream.#end("transport close");
      stream.released();
    },
  };
}

/** Whether the client has gone. A response of HTTP/2 says so by its stream alone. */
function isGone(response: ServerResponse): boolean {
  const { stream } = response as { stream?: { destroyed: boolean } };
  return response.destroyed === true || response.writableEnded || stream?.destroyed === true;
}

/** The socket, where nothing stands between it and the response. */
function bareSocket(request: IncomingMessage, response: ServerResponse): Socket | undefined {
  const isBare =
    request.httpVersionMajor === 1 &&
    Object.getPrototypeOf(response) === ServerResponse.prototype &&
    response.write === ServerResponse.prototype.write &&
    response.end === ServerResponse.prototype.end &&
    response.writeHead === ServerResponse.prototype.writeHead;
  return isBare && response.socket instanceof Socket ? response.socket : undefined;
}

/** What compresses collects bytes until it is told that they have to leave: `compression` of Express by `flush`. */
function flushCompression(response: ServerResponse): void {
  if ("flush" in response && typeof response.flush === "function") response.flush();
}
