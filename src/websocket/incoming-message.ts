import type { Buffer } from "node:buffer";
import { ByteQueue } from "./byte-queue.ts";
import { Utf8Check } from "./utf8.ts";

/** A message of the peer that is not complete: fragments, or one frame that needs more than one chunk. */
export class IncomingMessage {
  readonly isText: boolean;
  /** Whether its payload is compressed. */
  readonly isDeflated: boolean;
  /** Frames begun, the first included. */
  fragments = 1;
  /** Where the fragments end that are complete, where somebody wants to know. At most 8 bytes for each. */
  readonly ends: number[] | undefined;
  readonly #queue = new ByteQueue();
  readonly #utf8: Utf8Check | undefined;

  /**
   * @param checksUtf8 whether text has to be valid; compressed text can only be checked when it is whole.
   * @param notesEnds whether to note the ends of fragments; those of a compressed message say nothing of its content.
   */
  constructor(isText: boolean, isDeflated: boolean, checksUtf8: boolean, notesEnds: boolean) {
    this.isText = isText;
    this.isDeflated = isDeflated;
    this.ends = notesEnds && !isDeflated ? [] : undefined;
    this.#utf8 = isText && checksUtf8 && !isDeflated ? new Utf8Check() : undefined;
  }

  /** Bytes received. */
  get length(): number {
    return this.#queue.length;
  }

  /**
   * Appends unmasked bytes, and keeps them.
   *
   * @param toCome how many bytes of the message follow; `Infinity` when unknown.
   * @returns false when they cannot be part of valid UTF-8 in a text message.
   */
  append(part: Buffer, toCome: number): boolean {
    if (part.length === 0) return true;
    if (this.#utf8 !== undefined && !this.#utf8.receive(part)) return false;
    this.#queue.append(part, toCome);
    return true;
  }

  /** A frame of it is complete. */
  finishFragment(): void {
    this.ends?.push(this.length);
  }

  /** Gives the whole message, or `undefined` when text ends inside a character. */
  take(): Buffer | undefined {
    return this.#utf8 === undefined || this.#utf8.complete ? this.#queue.take() : undefined;
  }
}
