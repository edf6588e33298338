import { type CompressionOptions, Compressor } from "./compressor.ts";
import { Deflate, type Direction } from "./deflate.ts";
import type { DeflateJobs } from "./deflate-jobs.ts";
import {
  acceptDeflate,
  checkDeflate,
  checkWishes,
  type DeflateAgreement,
  type DeflateParameters,
  type DeflateWishes,
  offerDeflate,
} from "./deflate-negotiation.ts";
import type { Extension } from "./extensions.ts";

/** How a server or a client compresses: the options of `ws` that concern the protocol. */
export interface PerMessageDeflateOptions extends DeflateWishes {
  /** Messages of fewer bytes are sent as they are; 1,024 by default. */
  readonly threshold?: number | undefined;
  /** How `node:zlib` compresses: `level`, `memLevel` and `strategy` count. */
  readonly zlibDeflateOptions?: CompressionOptions | undefined;
}

const THRESHOLD = 1024;

/**
 * permessage-deflate, RFC 7692, as one server or one client has it: its negotiation, and what its connections
 * share.
 */
export class PerMessageDeflate {
  readonly #wishes: DeflateWishes;
  readonly #compression: CompressionOptions;
  readonly #threshold: number;
  readonly #jobs: DeflateJobs | undefined;
  /** By their window bits: broadcasts are compressed once for each. */
  readonly #compressors = new Map<number, Compressor>();

  /**
   * @param jobs what compresses long messages; without it all are compressed at once.
   * @throws BaroError for window bits outside of 8 to 15, RangeError of `node:zlib` for its options.
   */
  constructor(options: PerMessageDeflateOptions = {}, jobs?: DeflateJobs) {
    checkWishes(options);
    this.#wishes = options;
    this.#compression = options.zlibDeflateOptions ?? {};
    this.#threshold = options.threshold ?? THRESHOLD;
    this.#jobs = jobs;
    // What is wrong with the options shall show now, not with the first connection.
    this.#compressor(options.serverMaxWindowBits ?? 15);
  }

  /** A client's `Sec-WebSocket-Extensions`. */
  offer(): string {
    return offerDeflate(this.#wishes);
  }

  /** A server's answer to what the client offers; `undefined` when no offer is acceptable. */
  accept(extensions: readonly Extension[]): DeflateAgreement | undefined {
    return acceptDeflate(extensions, this.#wishes);
  }

  /** Checks a server's answer to {@link offer}. A fault fails the connection. */
  check(extensions: readonly Extension[]): DeflateParameters | { readonly fault: string } {
    return checkDeflate(extensions, this.#wishes);
  }

  /** The compression of one connection. @param role which side we are. */
  open(role: "server" | "client", parameters: DeflateParameters): Deflate {
    const server: Direction = {
      noContextTakeover: parameters.serverNoContextTakeover,
      windowBits: parameters.serverMaxWindowBits,
    };
    const client: Direction = {
      noContextTakeover: parameters.clientNoContextTakeover,
      windowBits: parameters.clientMaxWindowBits,
    };
    const [own, peer] = role === "server" ? [server, client] : [client, server];
    return new Deflate(this.#compressor(own.windowBits), own, peer, this.#threshold, this.#jobs);
  }

  #compressor(windowBits: number): Compressor {
    let compressor = this.#compressors.get(windowBits);
    if (compressor === undefined) {
      compressor = new Compressor(windowBits, this.#compression, this.#jobs);
      this.#compressors.set(windowBits, compressor);
    }
    return compressor;
  }
}
