import type { Buffer } from "node:buffer";
import { deflateRaw, inflateRaw, type ZlibOptions } from "node:zlib";
import type { DeflateJobs, Inflated } from "../../websocket/deflate-jobs.ts";
import { toInflated } from "../../websocket/inflation.ts";

/**
 * Compresses and decompresses long messages on the thread pool of Node, a bounded number at a time and first come,
 * first served. Each job holds some 300 KB of zlib and its output: 500 connections that send bombs all at once
 * shall wait for each other.
 */
export class DeflatePool implements DeflateJobs {
  readonly #limit: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param limit how many jobs may run at a time. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  deflate(data: Buffer, options: ZlibOptions, done: (data: Buffer | undefined) => void): void {
    this.#start(() => {
      deflateRaw(data, options, (error, result) => {
        this.#finish();
        done(error === null ? result : undefined);
      });
    });
  }

  inflate(data: Buffer, options: ZlibOptions, done: (inflated: Inflated | Error) => void): void {
    this.#start(() => {
      inflateRaw(data, options, (error, result) => {
        this.#finish();
        done(error ?? toInflated(result));
      });
    });
  }

  #start(job: () => void): void {
    if (this.#running >= this.#limit) {
      this.#waiting.push(job);
      return;
    }
    this.#running += 1;
    job();
  }

  #finish(): void {
    this.#running -= 1;
    const job = this.#waiting.shift();
    if (job !== undefined) this.#start(job);
  }
}
