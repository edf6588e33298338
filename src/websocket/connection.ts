import { Buffer, constants, isUtf8 } from "node:buffer";
import { BaroError, ERR_CONTROL_LENGTH, ERR_STATE } from "../errors.ts";
import { decodeClose, encodeClose } from "./close.ts";
import { CloseCode } from "./close-code.ts";
import { encodeFrame, FIN, type Frames, LENGTH_16, MASKED, MAX_CONTROL_PAYLOAD, Opcode } from "./frame.ts";
import { IncomingFrame } from "./incoming-frame.ts";
import { IncomingMessage } from "./incoming-message.ts";
import { applyMask, type MaskSource, randomMasks, rotateMask } from "./mask.ts";
import { Violation } from "./violation.ts";
import { WebSocketError } from "./websocket-error.ts";

export type Role = "server" | "client";

/** `closing`: a close frame was sent, and the peer's is awaited. */
export type ConnectionState = "open" | "closing" | "closed";

/** What a peer may make a connection hold. One object serves any number of connections. */
export interface ConnectionLimits {
  /** Bytes per message, refused from the header before anything is kept (1009); 0 for what a `Buffer` holds. */
  readonly maxPayload: number;
  /** Frames per message (1008): a message in millions of empty frames costs work and never ends. */
  readonly maxFragments: number;
  /** Whether pings are answered; true by default. Section 5.5.2 demands it: then the owner does. */
  readonly autoPong?: boolean;
  /** Whether text and close reasons are taken as UTF-8 unseen; false by default. Only for peers that one trusts. */
  readonly skipUtf8Validation?: boolean;
}

/** Where a {@link Connection} puts everything that follows from what it is told. */
export interface Sink {
  /** Bytes for the peer, in order. They do not change any more, and may be shared with other connections. */
  write(bytes: Uint8Array): void;
  /** Nothing more will be written: TCP ends after what was. */
  end(): void;
  /**
   * A whole message; text is valid UTF-8. `data` is a view of the received chunk where that spares a copy, so a
   * short message that is kept for long holds up to 64 KiB: keep a copy of it instead.
   */
  message(data: Buffer, isText: boolean): void;
  /** A ping; its pong has been sent. `data` as in {@link message}. */
  ping(data: Buffer): void;
  /** A pong, asked for or not. `data` as in {@link message}. */
  pong(data: Buffer): void;
  /**
   * The connection is over; said once. `code` and `reason` are those of the peer's close frame, 1005 when it had
   * no code, and 1006 when there was none. `error` when it was us who failed the connection, and why.
   */
  closed(code: number, reason: string, error?: WebSocketError): void;
  /** Whether the peer reads too slowly to take more: then only the last ping is answered, once it does. */
  readonly full: boolean;
}

const TEXT_MESSAGE = FIN | Opcode.TEXT;
const BINARY_MESSAGE = FIN | Opcode.BINARY;
const NOTHING = Buffer.alloc(0);

/**
 * One WebSocket connection after its handshake, RFC 6455: bytes in, everything out through one {@link Sink}. No
 * socket, no clock. What the peer sends never throws: it fails this connection with the close code of its fault.
 * An exception of the sink passes through `receive`, and the connection goes on behind the frame that caused it.
 */
export class Connection {
  readonly role: Role;
  readonly #sink: Sink;
  readonly #limits: ConnectionLimits;
  /** Gives the masking keys of a client; a server has none. */
  readonly #masks: MaskSource | undefined;
  #state: ConnectionState = "open";
  #paused = false;
  /** Received, but not looked at yet. */
  #rest: Buffer | undefined = undefined;
  #frame: IncomingFrame | undefined = undefined;
  #message: IncomingMessage | undefined = undefined;
  /** The ping to answer when the peer reads again. */
  #unanswered: Buffer | undefined = undefined;
  /** The last message was sent without its end. */
  #isSendingFragments = false;

  /** @param masks where a client's masking keys come from, section 5.3. */
  constructor(
    role: Role,
    limits: ConnectionLimits,
    sink: Sink,
    masks: MaskSource | undefined = role === "client" ? randomMasks() : undefined,
  ) {
    this.role = role;
    this.#limits = limits;
    this.#sink = sink;
    this.#masks = masks;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Whether a frame or a message has begun and is not complete: the peer owes the rest of it. */
  get isReceiving(): boolean {
    return this.#frame !== undefined || this.#message !== undefined;
  }

  /**
   * Takes bytes of the peer. They belong to the connection from here on: it unmasks in place.
   *
   * @param frameBudget how many frames to handle at most, so that one peer cannot hold the event loop.
   * @returns false when bytes are left, because the budget is spent or the connection is paused: then call again
   *   in a later turn, with an empty chunk.
   */
  receive(chunk: Buffer, frameBudget: number): boolean {
    if (this.#rest !== undefined) {
      chunk = chunk.length === 0 ? this.#rest : Buffer.concat([this.#rest, chunk]);
      this.#rest = undefined;
    }
    const end = chunk.length;
    const masked = this.#masks === undefined;
    const keyLength = masked ? 4 : 0;
    const maskBit = masked ? MASKED : 0;
    let at = 0;
    try {
      while (at < end && frameBudget > 0 && !this.#paused && this.#state !== "closed") {
        frameBudget -= 1;
        // The common case, kept free of objects: a whole message in one short frame, wholly in the chunk.
        // Anything else, faults included, is left to the frame by frame path below.
        const first = chunk[at] as number;
        if ((first === TEXT_MESSAGE || first === BINARY_MESSAGE) && !this.isReceiving) {
          let length = (chunk[at + 1] as number) ^ maskBit;
          let start = at + 2 + keyLength;
          if (length === LENGTH_16) {
            length = ((chunk[at + 2] as number) << 8) | (chunk[at + 3] as number);
            start += 2;
            if (length < LENGTH_16) length = Number.POSITIVE_INFINITY;
          } else if (length > LENGTH_16) {
            length = Number.POSITIVE_INFINITY;
          }
          const stop = start + length;
          if (stop <= end && length <= this.#maxPayload) {
            at = stop;
            this.#receiveWhole(chunk, first === TEXT_MESSAGE, start, stop);
            continue;
          }
        }
        at = this.#receiveFrame(chunk, at);
        if (this.#frame?.isComplete === true) this.#finishFrame(this.#frame);
      }
    } finally {
      // Also when the sink throws: `at` has moved behind the frame by then.
      if (at < end && this.#state !== "closed") this.#rest = chunk.subarray(at);
    }
    return this.#rest === undefined;
  }

  /** TCP has ended: the peer's FIN, a loss, or, with `error`, our own doing. Nothing more is received. */
  receiveEnd(error?: WebSocketError): void {
    if (this.#state === "closed") return;
    this.#sink.end();
    this.#finish(CloseCode.ABNORMAL, "", error);
  }

  /** Hands out no more messages until `resume`. */
  pause(): void {
    this.#paused = true;
  }

  /** Hands out messages again: call `receive` with an empty chunk for those that are here already. */
  resume(): void {
    this.#paused = false;
  }

  /** The peer reads again after the sink was `full`: answers the last ping, which may stand for all before it. */
  drained(): void {
    if (this.#unanswered === undefined) return;
    const data = this.#unanswered;
    this.#unanswered = undefined;
    this.#send(Opcode.PONG, data);
  }

  /** Sends a text message; bytes must be valid UTF-8. Ignored, as all sending, once the connection is closing. */
  sendText(data: string | Uint8Array): void {
    this.#send(Opcode.TEXT, data);
  }

  /** Sends a binary message. A server does not copy long data: it must not change until it has been sent. */
  sendBinary(data: Uint8Array): void {
    this.#send(Opcode.BINARY, data);
  }

  /**
   * Sends what `encodeMessage` made: a broadcast encodes once and sends the same bytes everywhere.
   *
   * @throws BaroError in a client, which must mask each frame with a key of its own.
   */
  sendFrame(ready: Frames): void {
    if (this.#masks !== undefined) throw new BaroError(ERR_STATE, "A client cannot send a ready frame.");
    if (this.#state === "open") this.#write(ready);
  }

  /**
   * Sends a message in pieces, section 5.4: one call for each, the last with `isFinal`. Until then no other message
   * can be sent.
   *
   * @param isText counts in the first piece. Text is cut between characters, or the peer must put them together.
   */
  sendFragment(data: string | Uint8Array, isText: boolean, isFinal: boolean): void {
    const first = isText ? Opcode.TEXT : Opcode.BINARY;
    const opcode = this.#isSendingFragments ? Opcode.CONTINUATION : first;
    this.#isSendingFragments = !isFinal;
    this.#send(opcode, data, isFinal);
  }

  /** Sends a ping of up to 125 bytes. @throws BaroError when it is longer. */
  ping(data: Uint8Array = NOTHING): void {
    this.#sendControl(Opcode.PING, data);
  }

  /** Sends a pong that no ping asked for, up to 125 bytes. @throws BaroError when it is longer. */
  pong(data: Uint8Array = NOTHING): void {
    this.#sendControl(Opcode.PONG, data);
  }

  /**
   * Starts the close handshake, section 7.1.2. Messages of the peer may still come until it answers; the owner
   * sees to it that the wait ends. Ignored when it has been started before.
   *
   * @throws BaroError for a code or reason that cannot be sent.
   */
  close(code?: number, reason?: string): void {
    const payload = encodeClose(code, reason);
    if (this.#state !== "open") return;
    this.#send(Opcode.CLOSE, payload);
    this.#state = "closing";
  }

  get #maxPayload(): number {
    return this.#limits.maxPayload || constants.MAX_LENGTH;
  }

  #receiveWhole(chunk: Buffer, isText: boolean, start: number, stop: number): void {
    const masked = this.#masks === undefined;
    const isAscii = masked && applyMask(chunk, start, stop, chunk.readInt32LE(start - 4));
    const data = chunk.subarray(start, stop);
    if (isText && !isAscii && !this.#limits.skipUtf8Validation && !isUtf8(data)) this.#fail(Violation.UTF8);
    else this.#sink.message(data, isText);
  }

  /** Takes what `chunk` has of one frame, calling nobody; gives the first place behind it. */
  #receiveFrame(chunk: Buffer, at: number): number {
    this.#frame ??= new IncomingFrame(this.#masks === undefined);
    const frame = this.#frame;
    let start = at;
    if (!frame.isStarted) {
      const header = frame.receiveHeader(chunk, at);
      if (typeof header !== "number") return this.#fail(header, chunk);
      if (!frame.isStarted) return header;
      const violation = this.#checkStart(frame);
      if (violation !== undefined) return this.#fail(violation, chunk);
      start = header;
    }
    const stop = Math.min(chunk.length, start + frame.remaining);
    if (stop === start) return stop;
    if (this.#masks === undefined) {
      applyMask(chunk, start, stop, frame.mask);
      frame.mask = rotateMask(frame.mask, stop - start);
    }
    frame.remaining -= stop - start;
    const part = chunk.subarray(start, stop);
    if (frame.isControl) {
      frame.collect(part);
    } else if (
      this.#message?.append(part, frame.isFinal ? frame.remaining : Number.POSITIVE_INFINITY) === false
    ) {
      return this.#fail(Violation.UTF8, chunk);
    }
    return stop;
  }

  /** What the state of the connection says to a frame whose header is here, section 5.4. */
  #checkStart(frame: IncomingFrame): Violation | undefined {
    if (frame.isControl) return undefined;
    if (frame.opcode === Opcode.CONTINUATION) {
      if (this.#message === undefined) return Violation.OPCODE;
      this.#message.fragments += 1;
    } else {
      if (this.#message !== undefined) return Violation.OPCODE;
      this.#message = new IncomingMessage(frame.opcode === Opcode.TEXT, !this.#limits.skipUtf8Validation);
    }
    if (this.#message.fragments > this.#limits.maxFragments) return Violation.FRAGMENTS;
    if (frame.remaining > this.#maxPayload - this.#message.length) return Violation.MESSAGE_LENGTH;
    return undefined;
  }

  #finishFrame(frame: IncomingFrame): void {
    this.#frame = undefined;
    if (frame.opcode === Opcode.PING) this.#receivePing(frame.collected);
    else if (frame.opcode === Opcode.PONG) this.#sink.pong(frame.collected);
    else if (frame.opcode === Opcode.CLOSE) this.#receiveClose(frame.collected);
    else if (frame.isFinal) this.#finishMessage();
  }

  #finishMessage(): void {
    const message = this.#message;
    this.#message = undefined;
    const data = message?.take();
    if (message === undefined || data === undefined) this.#fail(Violation.UTF8);
    else this.#sink.message(data, message.isText);
  }

  #receivePing(data: Buffer): void {
    // Section 5.5.3 lets us answer the last of several pings. A peer that sends pings and does not read would
    // otherwise have us keep a pong for each.
    if (this.#limits.autoPong !== false) {
      if (this.#sink.full) this.#unanswered = data;
      else this.#send(Opcode.PONG, data);
    }
    this.#sink.ping(data);
  }

  #receiveClose(payload: Buffer): void {
    const close = decodeClose(payload, this.#limits.skipUtf8Validation);
    if ("closeCode" in close) {
      this.#fail(close);
      return;
    }
    // Section 5.5.1: the answer to a close frame usually echoes its code.
    if (this.#state === "open") this.#send(Opcode.CLOSE, payload.subarray(0, 2));
    // Section 7.1.1: the server ends TCP first. A client waits for that; its owner sees to it that it ends.
    if (this.#masks === undefined) this.#sink.end();
    this.#finish(close.code, close.reason);
  }

  /** Fails the connection, section 7.1.7. Gives the end of `chunk`: none of it is of interest any more. */
  #fail(violation: Violation, chunk?: Buffer): number {
    if (this.#state === "open") this.#send(Opcode.CLOSE, encodeClose(violation.closeCode, violation.message));
    this.#sink.end();
    this.#finish(CloseCode.ABNORMAL, "", new WebSocketError(violation));
    return chunk === undefined ? 0 : chunk.length;
  }

  #finish(code: number, reason: string, error?: WebSocketError): void {
    this.#state = "closed";
    this.#rest = undefined;
    this.#frame = undefined;
    this.#message = undefined;
    this.#unanswered = undefined;
    this.#sink.closed(code, reason, error);
  }

  #sendControl(opcode: Opcode, data: Uint8Array): void {
    if (data.length > MAX_CONTROL_PAYLOAD) {
      throw new BaroError(ERR_CONTROL_LENGTH, "A ping or pong may have at most 125 bytes.");
    }
    this.#send(opcode, data);
  }

  #send(opcode: Opcode, data: string | Uint8Array, isFinal = true): void {
    if (this.#state === "open") this.#write(encodeFrame(opcode, data, this.#masks?.(), isFinal));
  }

  #write(frames: Frames): void {
    if (frames instanceof Uint8Array) this.#sink.write(frames);
    else for (const bytes of frames) this.#sink.write(bytes);
  }
}
