import type { Buffer } from "node:buffer";
import { constants, deflateRawSync, type ZlibOptions } from "node:zlib";
import type { DeflateJobs } from "./deflate-jobs.ts";

/** What `node:zlib` lets one choose about compression; its own defaults otherwise. */
export interface CompressionOptions {
  /** -1 to 9. */
  readonly level?: number | undefined;
  /** 1 to 9: the size of the tables that live while one message is compressed. */
  readonly memLevel?: number | undefined;
  /** One of the strategies of `zlib.constants`. */
  readonly strategy?: number | undefined;
}

/** Above, compression takes more than a millisecond or two: it is left to {@link DeflateJobs}. */
const DEFLATE_AT_ONCE = 65_536;

/** `00 00 ff ff`, the end of every flush. */
const FLUSH_END = 4;

/** A match of zlib ends this far before the end of its window. */
const LOOKAHEAD = 262;

/** The smallest window that zlib compresses with. */
const LEAST_BITS = 9;

/** How messages are compressed with one size of window. One object serves any number of connections. */
export class Compressor {
  readonly windowBits: number;
  readonly #level: number;
  readonly #memLevel: number;
  readonly #strategy: number;
  readonly #jobs: DeflateJobs | undefined;

  /**
   * @param windowBits 8 to 15.
   * @param jobs what compresses long messages; without it all are compressed at once.
   * @throws RangeError of `node:zlib` for an option out of its range.
   */
  constructor(windowBits: number, options: CompressionOptions, jobs?: DeflateJobs) {
    this.windowBits = windowBits;
    this.#jobs = jobs;
    this.#level = options.level ?? constants.Z_DEFAULT_COMPRESSION;
    this.#memLevel = options.memLevel ?? constants.Z_DEFAULT_MEMLEVEL;
    const strategy = options.strategy ?? constants.Z_DEFAULT_STRATEGY;
    // zlib takes 9 for 8, and so may refer back further than the 256 bytes that the peer keeps. With this strategy
    // it never refers back further than one byte.
    const isNarrow = windowBits < LEAST_BITS && strategy !== constants.Z_HUFFMAN_ONLY;
    this.#strategy = isNarrow ? constants.Z_RLE : strategy;
    deflateRawSync("", { level: this.#level, memLevel: this.#memLevel, strategy });
  }

  /** Whether what went before is of use. */
  get usesHistory(): boolean {
    return this.windowBits >= LEAST_BITS;
  }

  /**
   * Compresses a message, RFC 7692 section 7.2.1, without the four bytes that section has the sender remove.
   *
   * @param dictionary what the peer has of the messages before it; may be empty.
   * @returns `undefined` for a long message, for which `done` is called later: without a result when there was no
   *   memory for it.
   */
  deflate(
    data: Buffer,
    dictionary: Buffer,
    done: (deflated: Buffer | undefined) => void,
  ): Buffer | undefined {
    const windowBits = this.#windowFor(data.length + dictionary.length);
    const options: ZlibOptions = {
      windowBits,
      level: this.#level,
      // In the proportion of zlib's defaults, 15 and 8.
      memLevel: Math.min(this.#memLevel, windowBits - 7),
      strategy: this.#strategy,
      finishFlush: constants.Z_SYNC_FLUSH,
      // Room for what does not compress, so that one piece is enough.
      chunkSize: data.length + (data.length >>> 8) + 64,
      dictionary: dictionary.length > 0 ? dictionary : undefined,
    };
    if (this.#jobs === undefined || data.length <= DEFLATE_AT_ONCE) {
      return withoutEnd(deflateRawSync(data, options));
    }
    this.#jobs.deflate(data, options, (deflated) => done(deflated && withoutEnd(deflated)));
    return undefined;
  }

  /** The smallest window that holds everything: with the tables of the largest, 64 bytes take a third more time. */
  #windowFor(length: number): number {
    const bits = 32 - Math.clz32(length + LOOKAHEAD);
    return Math.max(LEAST_BITS, Math.min(bits, this.windowBits));
  }
}

function withoutEnd(deflated: Buffer): Buffer {
  return deflated.subarray(0, deflated.length - FLUSH_END);
}
