import { Buffer } from "node:buffer";

/** Shorter parts are copied: a part of its own costs about 300 bytes of objects. */
const KEEP_FROM = 4096;
/** The least room that is made for short parts. */
const SLAB = 4096;

/**
 * The bytes of an unfinished message. Holds at most 1.1 times what was appended, and 16 KiB: an attacker who
 * sends a message in millions of parts of one byte gets neither an object for each (short parts share slabs) nor
 * a 64 KiB chunk held for a few of its bytes (only parts that fill their memory are kept as they are). Each byte
 * is copied once on its way in at most, and once by `take`.
 */
export class ByteQueue {
  readonly #parts: Buffer[] = [];
  #slab: Buffer | undefined;
  /** Where in the slab the part begins that is being filled, and how far it is filled. */
  #begin = 0;
  #end = 0;
  #length = 0;

  /** How many bytes were appended. */
  get length(): number {
    return this.#length;
  }

  /**
   * Appends `part`, and may keep it: it must not change any more.
   *
   * @param toCome how many bytes follow, so that a short message fits its memory; `Infinity` when unknown.
   */
  append(part: Buffer, toCome: number): void {
    const unused = part.buffer.byteLength - part.length;
    if (part.length >= KEEP_FROM && unused <= part.length >>> 4) {
      this.#finishPart();
      this.#parts.push(part);
    } else {
      this.#copy(part, toCome);
    }
    this.#length += part.length;
  }

  /** Gives all bytes in one buffer; the queue is of no more use. */
  take(): Buffer {
    this.#finishPart();
    const [first] = this.#parts;
    if (first !== undefined && this.#parts.length === 1) return first;
    return Buffer.concat(this.#parts, this.#length);
  }

  #copy(part: Buffer, toCome: number): void {
    let at = 0;
    while (at < part.length) {
      if (this.#slab === undefined || this.#end === this.#slab.length) {
        this.#finishPart();
        const wanted = part.length - at + toCome;
        // Slabs grow with the message, so that their number grows with its logarithm.
        const size = Math.max(SLAB, this.#length >>> 4);
        this.#slab = Buffer.allocUnsafeSlow(Math.min(wanted, size));
        this.#begin = 0;
        this.#end = 0;
      }
      const copied = part.copy(this.#slab, this.#end, at);
      at += copied;
      this.#end += copied;
    }
  }

  #finishPart(): void {
    if (this.#slab === undefined || this.#begin === this.#end) return;
    this.#parts.push(this.#slab.subarray(this.#begin, this.#end));
    this.#begin = this.#end;
  }
}
