const END = "\r\n\r\n";
/** More than Node's own limit for a head (16 KiB). */
const MOST = 32 * 1024;

/**
 * The first line and the headers of a request or a response.
 * @typedef {{ readonly first: string, readonly headers: ReadonlyMap<string, string>, readonly bytes: number }} Head
 */

/** Collects chunks until a head is whole. */
export class HeadReader {
  /** @type {Buffer} */
  #held = Buffer.alloc(0);

  /**
   * @param {Buffer} chunk
   * @returns {{ head: Head, rest: Buffer } | undefined} when it is whole
   */
  receive(chunk) {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const end = this.#held.indexOf(END);
    if (end === -1) {
      if (this.#held.length > MOST) this.#held = this.#held.subarray(-END.length);
      return undefined;
    }
    const bytes = end + END.length;
    const [first = "", ...lines] = this.#held.toString("latin1", 0, end).split("\r\n");
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const rest = this.#held.subarray(bytes);
    this.#held = Buffer.alloc(0);
    return { head: { first, headers, bytes }, rest };
  }
}
