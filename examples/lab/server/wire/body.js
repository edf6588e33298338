/**
 * Gives the bytes of a body as they are meant, and says when it is over.
 * @typedef {object} BodyReader
 * @property {(chunk: Buffer) => Buffer[]} receive
 * @property {boolean} isOver
 */

/**
 * What the body after a head is delimited by: RFC 9112, section 6.3.
 * @param {import("./head.js").Head} head
 * @param {boolean} isRequest
 * @returns {BodyReader}
 */
export function bodyAfter({ first, headers }, isRequest) {
  if (/\bchunked$/i.test(headers.get("transfer-encoding") ?? "")) return new ChunkedBody();
  const length = headers.get("content-length");
  if (length !== undefined) return new SizedBody(Number(length));
  const [, status = ""] = first.split(" ");
  return new SizedBody(isRequest || status === "204" || status === "304" ? 0 : Number.POSITIVE_INFINITY);
}

class SizedBody {
  #left;

  /** @param {number} length */
  constructor(length) {
    this.#left = length;
  }

  get isOver() {
    return this.#left <= 0;
  }

  /** @param {Buffer} chunk */
  receive(chunk) {
    this.#left -= chunk.length;
    return chunk.length === 0 ? [] : [chunk];
  }
}

/** RFC 9112, section 7.1. */
class ChunkedBody {
  /** What is read of a line: a chunk's size, or a trailer. */
  #line = "";
  /** Of the chunk's data and the line end behind it. */
  #left = 0;
  /** @type {"size" | "data" | "over"} */
  #state = "size";

  get isOver() {
    return this.#state === "over";
  }

  /** @param {Buffer} chunk */
  receive(chunk) {
    const parts = [];
    let at = 0;
    while (at < chunk.length && this.#state !== "over") {
      if (this.#state === "data") {
        const data = Math.min(this.#left - 2, chunk.length - at);
        if (data > 0) parts.push(chunk.subarray(at, at + data));
        const taken = Math.min(this.#left, chunk.length - at);
        at += taken;
        this.#left -= taken;
        if (this.#left === 0) this.#state = "size";
      } else {
        const end = chunk.indexOf("\n", at);
        const stop = end === -1 ? chunk.length : end + 1;
        // A size has a few digits; whatever else stands in a line is passed over.
        if (this.#line.length < 64) this.#line += chunk.toString("latin1", at, Math.min(stop, at + 64));
        at = stop;
        if (end !== -1) this.#sized();
      }
    }
    return parts;
  }

  #sized() {
    const size = Number.parseInt(this.#line, 16);
    this.#line = "";
    if (size > 0) {
      this.#left = size + 2;
      this.#state = "data";
    } else this.#state = "over";
  }
}
