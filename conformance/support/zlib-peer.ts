import { constants, createDeflateRaw, createInflateRaw, type DeflateRaw, type InflateRaw } from "node:zlib";
import type { FrameMaker, WireFrame } from "./wire.ts";

const TAIL = Buffer.from("0000ffff", "hex");

/** One direction of permessage-deflate, as agreed. */
export interface Agreed {
  readonly noContextTakeover: boolean;
  readonly windowBits: number;
}

/** The other side of permessage-deflate, on streams of `node:zlib`: written apart from the library's own code. */
export class ZlibPeer {
  readonly #own: Agreed;
  readonly #other: Agreed;
  #deflate: DeflateRaw | undefined;
  #inflate: InflateRaw | undefined;

  /** @param own what binds this side; @param other what binds the subject. */
  constructor(own: Agreed, other: Agreed) {
    this.#own = own;
    this.#other = other;
  }

  /** One compressed frame; in pieces of `size` bytes where that is given. */
  async message(
    frame: FrameMaker,
    opcode: 1 | 2,
    payload: Uint8Array | string,
    size?: number,
  ): Promise<Buffer> {
    // zlib has no raw window of 256 bytes for compression; without matches there is no distance to be too far.
    const small = this.#own.windowBits === 8;
    this.#deflate ??= createDeflateRaw({
      windowBits: small ? 9 : this.#own.windowBits,
      ...(small && { strategy: constants.Z_HUFFMAN_ONLY }),
    });
    const whole = await through(this.#deflate, Buffer.from(payload));
    const data = whole.subarray(0, -4);
    if (this.#own.noContextTakeover) this.#deflate = undefined;
    if (size === undefined) return frame(0xc0 | opcode, data);
    const frames: Buffer[] = [];
    for (let at = 0; at < data.length; at += size) {
      const first = at === 0 ? 0x40 | opcode : 0;
      frames.push(frame(first | (at + size >= data.length ? 0x80 : 0), data.subarray(at, at + size)));
    }
    return Buffer.concat(frames);
  }

  /** What a frame of the subject says; throws where its window is larger than agreed. */
  async read({ first, payload }: WireFrame): Promise<Buffer> {
    if ((first & 0x40) === 0) return payload;
    this.#inflate ??= createInflateRaw({ windowBits: this.#other.windowBits });
    const data = await through(this.#inflate, Buffer.concat([payload, TAIL]));
    if (this.#other.noContextTakeover) this.#inflate = undefined;
    return data;
  }
}

function through(stream: DeflateRaw | InflateRaw, data: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const collect = (part: Buffer): void => void parts.push(part);
    stream.on("data", collect);
    stream.once("error", reject);
    stream.write(data);
    stream.flush(constants.Z_SYNC_FLUSH, () => {
      stream.off("data", collect);
      stream.off("error", reject);
      resolve(Buffer.concat(parts));
    });
  });
}
