import { Buffer, constants, isUtf8 } from "node:buffer";
import type { Deflate } from "./deflate.ts";
import { FIN, LENGTH_16, MASKED, OPCODE, Opcode, RSV1 } from "./frame.ts";
import { IncomingFrame } from "./incoming-frame.ts";
import { IncomingMessage } from "./incoming-message.ts";
import { applyMask, rotateMask } from "./mask.ts";
import type { ConnectionLimits, ConnectionState, Role, Sink } from "./sink.ts";
import { Violation } from "./violation.ts";

const TEXT_MESSAGE = FIN | Opcode.TEXT;
const BINARY_MESSAGE = FIN | Opcode.BINARY;
type Pending = { readonly isText: boolean; result: Buffer | Violation | undefined };

/** How many frames of its budget a decompression stands for: a bomb of 130 bytes costs a tenth of a millisecond. */
const INFLATE_FRAMES = 8;

/**
 * The receiving half of a connection: bytes in, messages out through its {@link Sink}. What control frames and faults
 * lead to is for {@link Connection} to say, which extends it: one object for both, since there may be very many.
 */
export abstract class Receiver {
  readonly role: Role;
  protected readonly limits: ConnectionLimits;
  protected readonly sink: Sink;
  readonly #deflate: Deflate | undefined;
  #paused = false;
  /** Received, but not looked at yet. */
  #rest: Buffer | undefined = undefined;
  #frame: IncomingFrame | undefined = undefined;
  #message: IncomingMessage | undefined = undefined;
  /** A message that is being decompressed: nothing behind it is looked at before it has been handed out. */
  #pending: Pending | undefined = undefined;
  /** What decompression took of the frame budget. */
  #spent = 0;

  protected constructor(role: Role, limits: ConnectionLimits, sink: Sink, deflate: Deflate | undefined) {
    this.role = role;
    this.limits = limits;
    this.sink = sink;
    this.#deflate = deflate;
  }

  /** Nothing is received in the state `closed`. */
  abstract get state(): ConnectionState;
  /** Fails the connection, section 7.1.7. */
  abstract fail(violation: Violation): void;
  protected abstract receivePing(data: Buffer): void;
  protected abstract receiveClose(payload: Buffer): void;

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
      while (at < end && frameBudget > this.#spent && !this.#paused && this.state !== "closed") {
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
      if (at < end && this.state !== "closed") this.#rest = chunk.subarray(at);
    }
    return this.#rest === undefined && this.#pending === undefined;
  }

  /** Hands out no more messages until `resume`. */
  pause(): void {
    this.#paused = true;
  }

  /** Hands out messages again: call `receive` with an empty chunk for those that are here already. */
  resume(): void {
    this.#paused = false;
  }

  /** Lets go of all that was received and not handed out. */
  protected forget(): void {
    this.#rest = undefined;
    this.#frame = undefined;
    this.#message = undefined;
    this.#pending = undefined;
  }

  get #maxPayload(): number {
    return this.limits.maxPayload || constants.MAX_LENGTH;
  }

  /** Whether the peer masks, as a client must. */
  get #isMasked(): boolean {
    return this.role === "server";
  }

  #receiveWhole(chunk: Buffer, first: number, start: number, stop: number): void {
    const isAscii = this.#isMasked && applyMask(chunk, start, stop, chunk.readInt32LE(start - 4));
    if (isAscii && first === TEXT_MESSAGE && this.sink.ascii !== undefined) {
      this.sink.ascii(chunk, start, stop);
      return;
    }
    const data = chunk.subarray(start, stop);
    const isText = (first & OPCODE) === Opcode.TEXT;
    if ((first & RSV1) !== 0) this.#inflate(data, isText);
    else this.#deliver(data, isText, isAscii);
  }

  /** Hands a message out. @param isChecked whether text is known to be valid UTF-8. */
  #deliver(data: Buffer, isText: boolean, isChecked: boolean): void {
    if (isText && !isChecked && !this.limits.skipUtf8Validation && !isUtf8(data)) this.fail(Violation.UTF8);
    else this.sink.message(data, isText);
  }

  /** Takes what `chunk` has of one frame, calling nobody; gives the first place behind it. */
  #receiveFrame(chunk: Buffer, at: number): number {
    this.#frame ??= new IncomingFrame(this.#isMasked, this.#deflate !== undefined);
    const frame = this.#frame;
    let start = at;
    if (!frame.isStarted) {
      const header = frame.receiveHeader(chunk, at);
      if (typeof header !== "number") return this.#failAt(header, chunk);
      if (!frame.isStarted) return header;
      const violation = this.#checkStart(frame);
      if (violation !== undefined) return this.#failAt(violation, chunk);
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
      return this.#failAt(Violation.UTF8, chunk);
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
        !this.limits.skipUtf8Validation,
        this.sink.wantsFragments === true,
      );
    }
    if (this.#message.fragments > this.limits.maxFragments) return Violation.FRAGMENTS;
    if (frame.remaining > this.#maxPayload - this.#message.length) return Violation.MESSAGE_LENGTH;
    return undefined;
  }

  #finishFrame(frame: IncomingFrame): void {
    this.#frame = undefined;
    if (frame.opcode === Opcode.PING) this.receivePing(frame.collected);
    else if (frame.opcode === Opcode.PONG) this.sink.pong(frame.collected);
    else if (frame.opcode === Opcode.CLOSE) this.receiveClose(frame.collected);
    else {
      this.#message?.finishFragment();
      if (frame.isFinal) this.#finishMessage();
    }
  }

  #finishMessage(message = this.#message): void {
    this.#message = undefined;
    const data = message?.take();
    if (message === undefined || data === undefined) this.fail(Violation.UTF8);
    else if (message.isDeflated) this.#inflate(data, message.isText);
    else this.sink.message(data, message.isText, message.ends);
  }

  #inflate(payload: Buffer, isText: boolean): void {
    this.#spent += INFLATE_FRAMES - 1;
    const pending: Pending = { isText, result: undefined };
    this.#pending = pending;
    pending.result = this.#deflate?.inflate(payload, this.#maxPayload, (late) => {
      pending.result = late;
      if (this.#pending === pending) this.sink.inflated();
    });
    this.#finishPending();
  }

  /** Hands the pending message out, if it is here; says whether it was. */
  #finishPending(): boolean {
    const pending = this.#pending;
    if (pending?.result === undefined || this.#paused) return false;
    this.#pending = undefined;
    if ("closeCode" in pending.result) this.fail(pending.result);
    else this.#deliver(pending.result, pending.isText, false);
    return true;
  }

  /** Fails the connection. Gives the end of `chunk`: none of it is of interest any more. */
  #failAt(violation: Violation, chunk: Buffer): number {
    this.fail(violation);
    return chunk.length;
  }
}
