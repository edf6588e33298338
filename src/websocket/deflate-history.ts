import { Buffer } from "node:buffer";

const NOTHING = Buffer.alloc(0);

/**
 * The last bytes of what was compressed in one direction: the dictionary of the next message. That is all of the
 * state that context takeover needs, RFC 7692 section 7.1.1, and it takes little more than what it holds, where
 * a zlib stream takes its whole window and its tables from the first byte on.
 */
export class History {
  #bytes = NOTHING;
  #begin = 0;
  #end = 0;

  /** What is held, in one piece; it is written over by the next `append`. */
  get bytes(): Buffer {
    return this.#bytes.subarray(this.#begin, this.#end);
  }

  /** Adds a copy of `data`, and keeps the last `limit` bytes. */
  append(data: Uint8Array, limit: number): void {
    const added = data.length > limit ? data.subarray(data.length - limit) : data;
    const kept = Math.min(this.#end - this.#begin, limit - added.length);
    this.#begin = this.#end - kept;
    const wanted = kept + added.length;
    const isTooLarge = this.#bytes.length > 2 * limit;
    if (isTooLarge || this.#end + added.length > this.#bytes.length) {
      // A quarter more than is wanted, so that the bytes move once for every quarter of them that comes.
      const room = wanted + (wanted >>> 2);
      const to = isTooLarge || room > this.#bytes.length ? Buffer.allocUnsafeSlow(room) : this.#bytes;
      this.#bytes.copy(to, 0, this.#begin, this.#end);
      this.#bytes = to;
      this.#begin = 0;
      this.#end = kept;
    }
    this.#bytes.set(added, this.#end);
    this.#end += added.length;
  }
}
