/** Characters of a block that are kept to be shown. */
const SHOWN = 160;

/** Splits a stream of events into its blocks: HTML standard, section 9.2.6. */
export class BlockReader {
  #decoder = new TextDecoder();
  #held = "";

  /**
   * @param {Buffer} chunk
   * @returns {string[]} the beginnings of the blocks that ended in it
   */
  receive(chunk) {
    const parts = (this.#held + this.#decoder.decode(chunk, { stream: true })).split(/\r?\n\r?\n/);
    const rest = parts.pop() ?? "";
    // The last characters may be the first half of an end.
    this.#held = rest.length > 2 * SHOWN ? rest.slice(0, SHOWN) + rest.slice(-3) : rest;
    return parts.map((block) => block.slice(0, SHOWN));
  }
}
