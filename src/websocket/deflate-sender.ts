import { Buffer } from "node:buffer";
import type { Deflate } from "./deflate.ts";
import { COPY_LIMIT, encodeFrame, type Frames, type Opcode, RSV1, writeFrames } from "./frame.ts";
import type { MaskSource } from "./mask.ts";
import type { SharedMessage } from "./shared-message.ts";

/** Where the bytes go. */
interface SenderSink {
  write(bytes: Uint8Array): void;
}

/** What waits for the message before it. */
interface Step {
  readonly bytes: number;
  /** @param isSent false when all that waits is forgotten. */
  readonly run: (isSent: boolean) => void;
}

/**
 * What a connection sends through once permessage-deflate was agreed: frames in the order in which they were asked for.
 * While a long message is compressed elsewhere, everything behind it waits.
 */
export class DeflateSender {
  readonly #sink: SenderSink;
  readonly #masks: MaskSource | undefined;
  readonly #deflate: Deflate;
  /** A message is compressed elsewhere. */
  #isBusy = false;
  #isAborted = false;
  #steps: Step[] | undefined = undefined;
  #waiting = 0;

  constructor(sink: SenderSink, masks: MaskSource | undefined, deflate: Deflate) {
    this.#sink = sink;
    this.#masks = masks;
    this.#deflate = deflate;
  }

  /** Bytes that wait for a compression: the message itself, and what comes after it. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Sends a message, compressed unless it is too short for that. */
  sendMessage(opcode: Opcode, data: string | Uint8Array): void {
    if (!reaches(data, this.#deflate.threshold)) {
      this.sendReady(encodeFrame(opcode, data, this.#masks?.()));
    } else if (this.#isBusy) {
      this.#wait(asBytes(data, true), (bytes) => this.#sendDeflated(opcode, bytes));
    } else {
      this.#sendDeflated(opcode, asBytes(data, false));
    }
  }

  /** Sends frames that are finished. */
  sendReady(frames: Frames): void {
    if (!this.#isBusy) writeFrames(this.#sink, frames);
    else if (frames instanceof Uint8Array) this.#wait(frames, (bytes) => this.#sink.write(bytes));
    else for (const part of frames) this.#wait(part, (bytes) => this.#sink.write(bytes));
  }

  /** Sends a message of many connections, from a server; compressed unless it is too short for that. */
  sendShared(message: SharedMessage): void {
    if (message.data.length < this.#deflate.threshold) this.sendReady(message.plain);
    else if (this.#isBusy) this.#wait(message.data, () => this.#sendSharedDeflated(message));
    else this.#sendSharedDeflated(message);
  }

  /** Calls back behind all that waits, or when that is forgotten. */
  whenSent(callback: (isSent: boolean) => void): void {
    if (this.#isBusy) this.#push({ bytes: 0, run: callback });
    else callback(true);
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

  #sendDeflated(opcode: Opcode, data: Buffer): void {
    const deflated = this.#deflate.deflate(data, (result) => {
      this.#finishJob(data.length, () => {
        if (result !== undefined) this.#writeDeflated(opcode, result);
        else writeFrames(this.#sink, encodeFrame(opcode, data, this.#masks?.()));
      });
    });
    if (deflated !== undefined) this.#writeDeflated(opcode, deflated);
    else this.#beginJob(data.length);
  }

  #sendSharedDeflated(message: SharedMessage): void {
    const frames = this.#deflate.deflateShared(message, (result) => {
      this.#finishJob(message.data.length, () => writeFrames(this.#sink, result ?? message.plain));
    });
    if (frames !== undefined) writeFrames(this.#sink, frames);
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
    writeFrames(this.#sink, encodeFrame(opcode | RSV1, deflated, this.#masks?.()));
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
