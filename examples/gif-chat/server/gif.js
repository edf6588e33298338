import { ChatRefusal } from "./refusal.js";

// GIF89a specification, https://www.w3.org/Graphics/GIF/spec-gif89a.txt
const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const GRAPHIC_CONTROL = 0xf9;
const APPLICATION = 0xff;
const LOOPING = new Set(["NETSCAPE2.0", "ANIMEXTS1.0"]);

/**
 * @typedef {Pick<import("./limits.js").ChatLimits, "gifSide" | "gifFrames" | "gifPixelsInAll">} GifLimits
 * @typedef {{ width: number, height: number, frames: number, bytes: Buffer }} InertGif
 */

/**
 * Walks all blocks of a GIF and puts together a new one of only those that draw: comments, foreign application
 * data and whatever follows the trailer are where the HTML and JavaScript of polyglots hide. Frames are not
 * decompressed. Throws `notGif`, `gifBroken` or `gifTooManyPixels`.
 * @param {Buffer} bytes
 * @param {GifLimits} limits
 * @returns {InertGif}
 */
export function parseGif(bytes, limits) {
  const signature = bytes.toString("latin1", 0, 6);
  if (signature !== "GIF87a" && signature !== "GIF89a") throw new ChatRefusal("notGif");

  const walk = new Walk(bytes);
  walk.skip(6);
  let width = walk.uint16();
  let height = walk.uint16();
  walk.colourTable(walk.byte());
  walk.skip(2); // background colour, aspect ratio

  const kept = [bytes.subarray(0, walk.at)];
  let frames = 0;
  for (;;) {
    const start = walk.at;
    const block = walk.byte();
    if (block === TRAILER) break;
    if (block === EXTENSION) {
      if (walk.extension()) kept.push(bytes.subarray(start, walk.at));
    } else if (block === IMAGE) {
      const image = walk.image();
      frames++;
      // Browsers draw on the larger of both, so the larger of both is what is bounded.
      if (frames === 1 || width === 0) width = Math.max(width, image.right);
      if (frames === 1 || height === 0) height = Math.max(height, image.bottom);
      const across = Math.max(width, image.right);
      const down = Math.max(height, image.bottom);
      const tooWide = across > limits.gifSide || down > limits.gifSide;
      if (tooWide || frames > limits.gifFrames || across * down * frames > limits.gifPixelsInAll) {
        throw new ChatRefusal("gifTooManyPixels");
      }
      kept.push(bytes.subarray(start, walk.at));
    } else {
      throw new ChatRefusal("gifBroken");
    }
  }
  if (frames === 0 || width === 0 || height === 0) throw new ChatRefusal("gifBroken");
  kept.push(Buffer.of(TRAILER));
  return { width, height, frames, bytes: Buffer.concat(kept) };
}

class Walk {
  #bytes;
  at = 0;

  /** @param {Buffer} bytes */
  constructor(bytes) {
    this.#bytes = bytes;
  }

  /** @param {number} count */
  skip(count) {
    if (this.at + count > this.#bytes.length) throw new ChatRefusal("gifBroken");
    this.at += count;
  }

  byte() {
    this.skip(1);
    return this.#bytes.readUInt8(this.at - 1);
  }

  uint16() {
    this.skip(2);
    return this.#bytes.readUInt16LE(this.at - 2);
  }

  /** @param {number} flags of a screen or an image descriptor */
  colourTable(flags) {
    // The screen's table follows two more bytes; their order does not matter to a walk that only counts.
    if ((flags & 0x80) !== 0) this.skip(3 * 2 ** ((flags & 7) + 1));
  }

  subBlocks() {
    for (let length = this.byte(); length !== 0; length = this.byte()) this.skip(length);
  }

  /** Says whether the extension matters for the drawing. */
  extension() {
    const label = this.byte();
    const start = this.at;
    this.subBlocks();
    if (label === GRAPHIC_CONTROL) return true;
    return label === APPLICATION && LOOPING.has(this.#bytes.toString("latin1", start + 1, start + 12));
  }

  image() {
    const left = this.uint16();
    const top = this.uint16();
    const right = left + this.uint16();
    const bottom = top + this.uint16();
    this.colourTable(this.byte());
    const codeSize = this.byte();
    if (codeSize < 1 || codeSize > 8 || right === left || bottom === top) throw new ChatRefusal("gifBroken");
    this.subBlocks();
    return { right, bottom };
  }
}
