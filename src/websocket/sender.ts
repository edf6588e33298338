import { Buffer } from "node:buffer";
import type { Deflate } from "./deflate.ts";
import { COPY_LIMIT, encodeFrame, type Frames, Opcode, RSV1 } from "./frame.ts";
import type { MaskSource } from "./mask.ts";
import type { SharedMessage } from "./shared-message.ts";

/** Where the bytes go. */
export interface SenderSink {
  write(bytes: Uint8Array): void;
  end(): void;
}

/** What waits for the message before it. */
interface Step {
  readonly bytes: number;
  /** @param isSent false when all that waits is forgotten. */
  readonly run: (isSent: boolean) => void;
}

/**
 * The sending half of a connection: frames in the order in which they were asked for. While a long message is
 * compressed elsewhere, everything behind it waits.
 */
export class Sender {
  readonly #sink: SenderSink;
  readonly #masks: MaskSource | undefined;
  readonly #deflate: Deflate | undefined;
  /** A message is compressed elsewhere. */
  #isBusy = false;
  #isAborted = false;
  #steps: Step[] | undefined = undefined;
  #waiting = 0;
  /** The last message was sent without its end. */
  #isSendingFragments = false;

  constructor(sink: SenderSink, masks: MaskSource | undefined, deflate: Deflate | undefined) {
    this.#sink = sink;
    this.#masks = masks;
    this.#deflate = deflate;
  }

  /** Bytes that wait for a compression: the message itself, and what comes after it. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Sends a message; it is compressed when that was agreed, is asked for and worth it. */
  sendMessage(opcode: Opcode, data: string | Uint8Array, compress: boolean): void {
    const deflate = this.#deflate;
    if (deflate === undefined || !compress || !reaches(data, deflate.threshold)) this.sendFrame(opcode, data);
    else if (this.#isBusy)
      this.#wait(asBytes(data, true), (bytes) => this.#sendDeflated(deflate, opcode, bytes));
    else this.#sendDeflated(deflate, opcode, asBytes(data, false));
  }

  /** Sends a frame as it is. */
  sendFrame(opcode: Opcode, data: string | Uint8Array, isFinal = true): void {
    this.sendReady(encodeFrame(opcode, data, this.#masks?.(), isFinal));
  }

  /** Sends a frame ahead of all that waits. */
  sendNow(opcode: Opcode, data: Uint8Array): void {
    this.#write(encodeFrame(opcode, data, this.#masks?.()));
  }

  /** Sends a piece of a message. Pieces are never compressed: RFC 7692 section 6 leaves that to the sender. */
  sendFragment(data: string | Uint8Array, isText: boolean, isFinal: boolean): void {
    const first = isText ? Opcode.TEXT : Opcode.BINARY;
    const opcode = this.#isSendingFragments ? Opcode.CONTINUATION : first;
    this.#isSendingFragments = !isFinal;
    this.sendFrame(opcode, data, isFinal);
  }

  /** Sends frames that are finished. */
  sendReady(frames: Frames): void {
    if (!this.#isBusy) this.#write(frames);
    else if (frames instanceof Uint8Array) this.#wait(frames, (bytes) => this.#write(bytes));
    else for (const part of frames) this.#wait(part, (bytes) => this.#write(bytes));
  }

  /** Sends a message of many connections, from a server. */
  sendShared(message: SharedMessage, compress: boolean): void {
    const deflate = this.#deflate;
    if (deflate === undefined || !compress || message.data.length < deflate.threshold) {
      this.sendReady(message.plain);
    } else if (this.#isBusy) {
      this.#wait(message.data, () => this.#sendSharedDeflated(deflate, message));
    } else {
      this.#sendSharedDeflated(deflate, message);
    }
  }

  /** Calls back behind all that waits, or when that is forgotten. */
  whenSent(callback: (isSent: boolean) => void): void {
    if (this.#isBusy) this.#push({ bytes: 0, run: callback });
    else callback(true);
  }

  /** Ends the connection behind all that waits. */
  end(): void {
    this.whenSent((isSent) => {
      if (isSent) this.#sink.end();
    });
  }

  /** Forgets all that waits. Nothing of it has begun on the wire. */
  abort(): void {
    if (!this.#isBusy) return;
    this.#isAborted = true;
    this.#isBusy = false;
    const steps = this.#steps ?? [];
    this.#steps = undefined;
    this.#waiting = 0;
    for (const step of steps) step.run(false);
  }

  #sendDeflated(deflate: Deflate, opcode: Opcode, data: Buffer): void {
    const deflated = deflate.deflate(data, (result) => {
      this.#finishJob(data.length, () => {
        if (result !== undefined) this.#writeDeflated(opcode, result);
        else this.#write(encodeFrame(opcode, data, this.#masks?.()));
      });
    });
    if (deflated !== undefined) this.#writeDeflated(opcode, deflated);
    else this.#beginJob(data.length);
  }

  #sendSharedDeflated(deflate: Deflate, message: SharedMessage): void {
    const frames = deflate.deflateShared(message, (result) => {
      this.#finishJob(message.data.length, () => this.#write(result ?? message.plain));
    });
    if (frames !== undefined) this.#write(frames);
    else this.#beginJob(message.data.length);
  }

  #beginJob(bytes: number): void {
    this.#isBusy = true;
    this.#waiting += bytes;
  }

  #finishJob(bytes: number, write: () => void): void {
    if (this.#isAborted) return;
    this.#waiting -= bytes;
    this.#isBusy = false;
    write();
    // One of these may be a long message again; then the rest goes on waiting.
    while (!this.#isBusy) {
      const step = this.#steps?.shift();
      if (step === undefined) break;
      this.#waiting -= step.bytes;
      step.run(true);
    }
    if (this.#steps?.length === 0) this.#steps = undefined;
  }

  #wait<Bytes extends Uint8Array>(bytes: Bytes, run: (bytes: Bytes) => void): void {
    this.#push({
      bytes: bytes.length,
      run: (isSent) => {
        if (isSent) run(bytes);
      },
    });
  }

  #push(step: Step): void {
    this.#steps ??= [];
    this.#steps.push(step);
    this.#waiting += step.bytes;
  }

  #writeDeflated(opcode: Opcode, deflated: Buffer): void {
    // Section 6.1: the bit that says so is RSV1 of the first frame.
    this.#write(encodeFrame(opcode | RSV1, deflated, this.#masks?.()));
  }

  #write(frames: Frames): void {
    if (frames instanceof Uint8Array) this.#sink.write(frames);
    else for (const bytes of frames) this.#sink.write(bytes);
  }
}

/** Whether `data` has `length` bytes or more. */
function reaches(data: string | Uint8Array, length: number): boolean {
  return (typeof data === "string" ? Buffer.byteLength(data) : data.length) >= length;
}

/** @param isKept whether it may change before it is read: short data is copied, as it is when it is sent at once. */
function asBytes(data: string | Uint8Array, isKept: boolean): Buffer {
  if (typeof data === "string") return Buffer.from(data);
  if (isKept && data.length <= COPY_LIMIT) return Buffer.from(data);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
