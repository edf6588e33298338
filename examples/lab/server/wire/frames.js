/** Bytes of a payload that are kept to be shown. */
const SHOWN = 160;
const OPCODES = new Map([
  [0x0, "continuation"],
  [0x1, "text"],
  [0x2, "binary"],
  [0x8, "close"],
  [0x9, "ping"],
  [0xa, "pong"],
]);

/** @typedef {{ readonly opcode: string, readonly payload: Buffer, readonly bytes: number }} Frame */

/**
 * Reads the frames of one direction (RFC 6455, section 5.2). It only looks: whether they are right is for the two ends
 * to say, and whatever the bytes are, it neither throws nor holds more than a header and the beginning of a payload.
 */
export class FrameReader {
  /** @type {Buffer} */
  #header = Buffer.alloc(0);
  /** @type {{ opcode: string, mask: Buffer, start: number, length: number, kept: Buffer[], keptBytes: number } | undefined} */
  #frame;
  #left = 0;

  /**
   * @param {Buffer} chunk
   * @returns {Frame[]} those that ended in it
   */
  receive(chunk) {
    /** @type {Frame[]} */
    const frames = [];
    let rest = chunk;
    while (rest.length > 0 || (this.#frame !== undefined && this.#left === 0)) {
      if (this.#frame === undefined) rest = this.#receiveHeader(rest);
      const frame = this.#frame;
      if (frame === undefined) break;
      const taken = rest.subarray(0, this.#left);
      if (frame.keptBytes < SHOWN) {
        const kept = taken.subarray(0, SHOWN - frame.keptBytes);
        frame.kept.push(kept);
        frame.keptBytes += kept.length;
      }
      rest = rest.subarray(taken.length);
      this.#left -= taken.length;
      if (this.#left > 0) break;
      this.#frame = undefined;
      const payload = unmasked(Buffer.concat(frame.kept), frame.mask);
      frames.push({ opcode: frame.opcode, payload, bytes: frame.start + frame.length });
    }
    return frames;
  }

  /**
   * @param {Buffer} chunk
   * @returns what follows the header
   */
  #receiveHeader(chunk) {
    const held = this.#header.length === 0 ? chunk : Buffer.concat([this.#header, chunk]);
    const size = headerSize(held);
    if (size === undefined || held.length < size) {
      this.#header = held;
      return Buffer.alloc(0);
    }
    this.#header = Buffer.alloc(0);
    const [first = 0, second = 0] = held;
    const short = second & 0x7f;
    const length =
      short === 127 ? Number(held.readBigUInt64BE(2)) : short === 126 ? held.readUInt16BE(2) : short;
    const mask = held.subarray(size - (second & 0x80 ? 4 : 0), size);
    const opcode = OPCODES.get(first & 0x0f) ?? "reserved";
    this.#frame = { opcode, mask, start: size, length, kept: [], keptBytes: 0 };
    this.#left = length;
    return held.subarray(size);
  }
}

/**
 * @param {Buffer} held
 * @returns {number | undefined} undefined while the second byte is missing
 */
function headerSize(held) {
  const second = held[1];
  if (second === undefined) return undefined;
  const short = second & 0x7f;
  return 2 + (short === 127 ? 8 : short === 126 ? 2 : 0) + (second & 0x80 ? 4 : 0);
}

/**
 * @param {Buffer} payload
 * @param {Buffer} mask none, or four bytes
 */
function unmasked(payload, mask) {
  if (mask.length === 0) return payload;
  return Buffer.from(payload.map((byte, index) => byte ^ (mask[index & 3] ?? 0)));
}
