import { Buffer, constants, isUtf8 } from "node:buffer";
import { BaroError, ERR_CONTROL_LENGTH, ERR_STATE } from "../errors.ts";
import { decodeClose, encodeClose } from "./close.ts";
import { CloseCode } from "./close-code.ts";
import type { Deflate } from "./deflate.ts";
import { FIN, type Frames, LENGTH_16, MASKED, MAX_CONTROL_PAYLOAD, OPCODE, Opcode, RSV1 } from "./frame.ts";
import { IncomingFrame } from "./incoming-frame.ts";
import { IncomingMessage } from "./incoming-message.ts";
import { applyMask, type MaskSource, randomMasks, rotateMask } from "./mask.ts";
import { Sender } from "./sender.ts";
import { SharedMessage } from "./shared-message.ts";
import type { ConnectionLimits, ConnectionState, Role, Sink } from "./sink.ts";
import { Violation } from "./violation.ts";
import { WebSocketError } from "./websocket-error.ts";

export type { ConnectionLimits, ConnectionState, Role, Sink } from "./sink.ts";

const TEXT_MESSAGE = FIN | Opcode.TEXT;
const BINARY_MESSAGE = FIN | Opcode.BINARY;
const NOTHING = Buffer.alloc(0);
type Pending = { readonly isText: boolean; result: Buffer | Violation | undefined };

/** How many frames of its budget a decompression stands for: a bomb of 130 bytes costs a tenth of a millisecond. */
const INFLATE_FRAMES = 8;

/**
 * One WebSocket connection after its handshake, RFC 6455: bytes in, everything out through one {@link Sink}. No
 * socket, no clock. What the peer sends never throws: it fails this connection with the close code of its fault.
 * What is sent once it is closing is ignored; a message is compressed where that was agreed and `compress` asks for
 * it. An exception of the sink passes through `receive`, and the connection goes on behind the frame that caused it.
 */
export class Connection {
  readonly role: Role;
  readonly #sink: Sink;
  readonly #limits: ConnectionLimits;
  readonly #maxPayload: number;
  /** Whether the peer masks, as a client must. */
  readonly #isMasked: boolean;
  readonly #deflate: Deflate | undefined;
  readonly #sender: Sender;
  #state: ConnectionState = "open";
  #paused = false;
  /** Received, but not looked at yet. */
  #rest: Buffer | undefined = undefined;
  #frame: IncomingFrame | undefined = undefined;
  #message: IncomingMessage | undefined = undefined;
  /** A message that is being decompressed: nothing behind it is looked at before it has been handed out. */
  #pending: Pending | undefined = undefined;
  /** What decompression took of the frame budget. */
  #spent = 0;
  /** The ping to answer when the peer reads again. */
  #unanswered: Buffer | undefined = undefined;

  /**
   * @param masks where a client's masking keys come from, section 5.3.
   * @param deflate permessage-deflate, where it was agreed.
   */
  constructor(
    role: Role,
    limits: ConnectionLimits,
    sink: Sink,
    masks: MaskSource | undefined = role === "client" ? randomMasks() : undefined,
    deflate?: Deflate,
  ) {
    this.role = role;
    this.#limits = limits;
    this.#maxPayload = limits.maxPayload || constants.MAX_LENGTH;
    this.#sink = sink;
    this.#isMasked = masks === undefined;
    this.#deflate = deflate;
    this.#sender = new Sender(sink, masks, deflate);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Whether a frame or a message has begun and is not complete: the peer owes the rest of it. */
  get isReceiving(): boolean {
    return this.#frame !== undefined || this.#message !== undefined;
  }

  /** Bytes that are here of a message that is not complete. */
  get assembled(): number {
    return this.#message?.length ?? 0;
  }

  /** Whether a message is decompressed elsewhere: nothing is received before the sink's `inflated`. */
  get isInflating(): boolean {
    return this.#pending !== undefined && this.#pending.result === undefined;
  }

  /** Bytes to send that wait for the compression of a long message. */
  get waiting(): number {
    return this.#sender.waiting;
  }

  /**
   * Takes bytes of the peer. They belong to the connection from here on: it unmasks in place.
   *
   * @param frameBudget how many frames to handle at most, so that one peer cannot hold the event loop.
   * @returns false when something is left, because the budget is spent or the connection is paused: then call
   *   again in a later turn, with an empty chunk; or, when it `isInflating`, after the sink's `inflated`.
   */
  receive(chunk: Buffer, frameBudget: number): boolean {
    if (this.#rest !== undefined) {
      chunk = chunk.length === 0 ? this.#rest : Buffer.concat([this.#rest, chunk]);
      this.#rest = undefined;
    }
    const end = chunk.length;
    const keyLength = this.#isMasked ? 4 : 0;
    const maskBit = this.#isMasked ? MASKED : 0;
    const deflated = this.#deflate === undefined ? 0 : RSV1;
    let at = 0;
    this.#spent = 0;
    try {
      if (this.#finishPending()) frameBudget -= 1;
      while (at < end && frameBudget > this.#spent && !this.#paused && this.#state !== "closed") {
        if (this.#pending !== undefined) break;
        frameBudget -= 1;
        // The common case, kept free of objects: a whole message in one short frame, wholly in the chunk.
        // Anything else, faults included, is left to the frame by frame path below.
        const first = chunk[at] as number;
        const kind = first & ~deflated;
        if ((kind === TEXT_MESSAGE || kind === BINARY_MESSAGE) && !this.isReceiving) {
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
            this.#receiveWhole(chunk, first, start, stop);
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
    return this.#rest === undefined && this.#pending === undefined;
  }

  /** TCP has ended: the peer's FIN, a loss, or, with `error`, our own doing. Nothing more is received. */
  receiveEnd(error?: WebSocketError): void {
    if (this.#state === "closed") return;
    this.#sender.abort();
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
    this.#answer(data);
  }

  /** Sends a text message; bytes must be valid UTF-8. */
  sendText(data: string | Uint8Array, compress = true): void {
    if (this.#state === "open") this.#sender.sendMessage(Opcode.TEXT, data, compress);
  }

  /** Sends a binary message. A server does not copy long data: it must not change until it has been sent. */
  sendBinary(data: Uint8Array, compress = true): void {
    if (this.#state === "open") this.#sender.sendMessage(Opcode.BINARY, data, compress);
  }

  /**
   * Sends what goes to many connections: a `SharedMessage`, or what `encodeMessage` made. It is encoded, and
   * compressed, once for all of them.
   *
   * @throws BaroError in a client, which must mask each frame with a key of its own.
   */
  sendFrame(ready: Frames | SharedMessage, compress = true): void {
    if (!this.#isMasked) throw new BaroError(ERR_STATE, "A client cannot send a ready frame.");
    if (this.#state !== "open") return;
    if (ready instanceof SharedMessage) this.#sender.sendShared(ready, compress);
    else this.#sender.sendReady(ready);
  }

  /**
   * Sends a message in pieces, section 5.4: one call for each, the last with `isFinal`. Until then no other message
   * can be sent. Pieces are not compressed.
   *
   * @param isText counts in the first piece. Text is cut between characters, or the peer must put them together.
   */
  sendFragment(data: string | Uint8Array, isText: boolean, isFinal: boolean): void {
    if (this.#state === "open") this.#sender.sendFragment(data, isText, isFinal);
  }

  /** Calls back once the sink has all that was sent so far: at once, unless a long message is being compressed. */
  whenSent(callback: (isSent: boolean) => void): void {
    this.#sender.whenSent(callback);
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

  /** Fails the connection for a fault that its owner found, section 7.1.7. Ignored once it is closed. */
  fail(violation: Violation): void {
    if (this.#state !== "closed") this.#fail(violation);
  }

  #receiveWhole(chunk: Buffer, first: number, start: number, stop: number): void {
    const isAscii = this.#isMasked && applyMask(chunk, start, stop, chunk.readInt32LE(start - 4));
    const data = chunk.subarray(start, stop);
    const isText = (first & OPCODE) === Opcode.TEXT;
    if ((first & RSV1) !== 0) this.#inflate(data, isText);
    else this.#deliver(data, isText, isAscii);
  }

  /** Hands a message out. @param isChecked whether text is known to be valid UTF-8. */
  #deliver(data: Buffer, isText: boolean, isChecked: boolean): void {
    if (isText && !isChecked && !this.#limits.skipUtf8Validation && !isUtf8(data)) this.#fail(Violation.UTF8);
    else this.#sink.message(data, isText);
  }

  /** Takes what `chunk` has of one frame, calling nobody; gives the first place behind it. */
  #receiveFrame(chunk: Buffer, at: number): number {
    this.#frame ??= new IncomingFrame(this.#isMasked, this.#deflate !== undefined);
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
    if (this.#isMasked) {
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
      this.#message = new IncomingMessage(
        frame.opcode === Opcode.TEXT,
        frame.isDeflated,
        !this.#limits.skipUtf8Validation,
      );
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

  #finishMessage(message = this.#message): void {
    this.#message = undefined;
    const data = message?.take();
    if (message === undefined || data === undefined) this.#fail(Violation.UTF8);
    else if (message.isDeflated) this.#inflate(data, message.isText);
    else this.#sink.message(data, message.isText);
  }

  #inflate(payload: Buffer, isText: boolean): void {
    this.#spent += INFLATE_FRAMES - 1;
    const pending: Pending = { isText, result: undefined };
    this.#pending = pending;
    pending.result = this.#deflate?.inflate(payload, this.#maxPayload, (late) => {
      pending.result = late;
      if (this.#pending === pending) this.#sink.inflated();
    });
    this.#finishPending();
  }

  /** Hands the pending message out, if it is here; says whether it was. */
  #finishPending(): boolean {
    const pending = this.#pending;
    if (pending?.result === undefined || this.#paused) return false;
    this.#pending = undefined;
    if ("closeCode" in pending.result) this.#fail(pending.result);
    else this.#deliver(pending.result, pending.isText, false);
    return true;
  }

  #receivePing(data: Buffer): void {
    // Section 5.5.3 lets us answer the last of several pings. A peer that sends pings and does not read would
    // otherwise have us keep a pong for each.
    if (this.#sink.full) this.#unanswered = data;
    else this.#answer(data);
    this.#sink.ping(data);
  }

  /** Answers a ping, ahead of what waits: a peer that pings during a long compression shall have one pong at a time. */
  #answer(data: Buffer): void {
    if (this.#state === "open" && this.#limits.autoPong !== false) this.#sender.sendNow(Opcode.PONG, data);
  }

  #receiveClose(payload: Buffer): void {
    const close = decodeClose(payload, this.#limits.skipUtf8Validation);
    if ("closeCode" in close) {
      this.#fail(close);
      return;
    }
    // Section 5.5.1: the answer to a close frame usually echoes it.
    if (this.#state === "open") this.#send(Opcode.CLOSE, payload);
    // Section 7.1.1: the server ends TCP first. A client waits for that; its owner sees to it that it ends.
    if (this.#isMasked) this.#sender.end();
    this.#finish(close.code, close.reason);
  }

  /** Fails the connection, section 7.1.7. Gives the end of `chunk`: none of it is of interest any more. */
  #fail(violation: Violation, chunk?: Buffer): number {
    this.#sender.abort();
    if (this.#state === "open") this.#send(Opcode.CLOSE, encodeClose(violation.closeCode, violation.message));
    this.#sink.end();
    this.#finish(CloseCode.ABNORMAL, "", new WebSocketError(violation));
    return chunk?.length ?? 0;
  }

  #finish(code: number, reason: string, error?: WebSocketError): void {
    this.#state = "closed";
    this.#rest = undefined;
    this.#frame = undefined;
    this.#message = undefined;
    this.#pending = undefined;
    this.#unanswered = undefined;
    this.#sink.closed(code, reason, error);
  }

  #sendControl(opcode: Opcode, data: Uint8Array): void {
    if (data.length > MAX_CONTROL_PAYLOAD) {
      throw new BaroError(ERR_CONTROL_LENGTH, "A ping or pong may have at most 125 bytes.");
    }
    this.#send(opcode, data);
  }

  #send(opcode: Opcode, data: Uint8Array): void {
    if (this.#state === "open") this.#sender.sendFrame(opcode, data);
  }
}
