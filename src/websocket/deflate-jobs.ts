import type { Buffer } from "node:buffer";
import type { ZlibOptions } from "node:zlib";

/** What decompression gives. */
export interface Inflated {
  readonly data: Buffer;
  /** How many bytes of the input it took: fewer than there are when a final block came before their end. */
  readonly taken: number;
}

/**
 * Where the messages are compressed that would hold up all connections: a port, because waiting is not for the
 * core. Neither method calls `done` before it returns, and both may be called for any number of connections.
 */
export interface DeflateJobs {
  /** Compresses `data`, which does not change meanwhile. `undefined`: there was no memory for it. */
  deflate(data: Buffer, options: ZlibOptions, done: (data: Buffer | undefined) => void): void;
  /** Decompresses `data`, as far as `options.maxOutputLength`. The error is that of `node:zlib`. */
  inflate(data: Buffer, options: ZlibOptions, done: (inflated: Inflated | Error) => void): void;
}
