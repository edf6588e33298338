import { Buffer } from "node:buffer";
import type { Compressor } from "./compressor.ts";
import { History } from "./deflate-history.ts";
import type { DeflateJobs, Inflated } from "./deflate-jobs.ts";
import type { Frames } from "./frame.ts";
import { Inflation } from "./inflation.ts";
import type { SharedMessage } from "./shared-message.ts";
import { Violation } from "./violation.ts";

/** A message that comes out longer is left to {@link DeflateJobs}: this much takes a tenth of a millisecond. */
const INFLATE_AT_ONCE = 131_072;

/**
 * How much of the last messages the next one refers to, at least; and twice its own length, so that one that
 * repeats the last one finds it. Measured with 64 bytes of JSON: 4 KiB bring it to 25 bytes in 11 µs, the whole
 * window of 32 KiB to 21 bytes in 60 µs, because zlib reads its dictionary anew for each message.
 */
const DICTIONARY = 4096;

const NOTHING = Buffer.alloc(0);

/** What one direction of a connection agreed on. */
export interface Direction {
  readonly noContextTakeover: boolean;
  readonly windowBits: number;
}

/**
 * permessage-deflate for the messages of one connection, RFC 7692 section 7.2. Between messages it holds no zlib
 * object, only their last bytes: those that the next message may refer to.
 */
export class Deflate {
  /** Messages of fewer bytes are not worth their compression. */
  readonly threshold: number;
  readonly #compressor: Compressor;
  readonly #jobs: DeflateJobs | undefined;
  readonly #sent: History | undefined;
  readonly #received: History | undefined;
  readonly #receivedWindow: number;

  constructor(
    compressor: Compressor,
    own: Direction,
    peer: Direction,
    threshold: number,
    jobs?: DeflateJobs,
  ) {
    this.#compressor = compressor;
    this.#jobs = jobs;
    this.threshold = threshold;
    this.#sent = own.noContextTakeover || !compressor.usesHistory ? undefined : new History();
    this.#received = peer.noContextTakeover ? undefined : new History();
    this.#receivedWindow = 1 << peer.windowBits;
  }

  /**
   * Compresses the next message to send.
   *
   * @returns `undefined` when it takes longer; then `done` is called later, without a result when there was no
   *   memory for it. Until then nothing else may be compressed.
   */
  deflate(data: Buffer, done: (deflated: Buffer | undefined) => void): Buffer | undefined {
    const deflated = this.#compressor.deflate(data, this.#sent?.bytes ?? NOTHING, (result) => {
      if (result !== undefined) this.#rememberSent(data);
      done(result);
    });
    if (deflated !== undefined) this.#rememberSent(data);
    return deflated;
  }

  /**
   * The frame of a message that goes to many connections. It refers to nothing before it, so that it is compressed
   * once for all of them; what comes after may refer to it.
   */
  deflateShared(message: SharedMessage, done: (frames: Frames | undefined) => void): Frames | undefined {
    const frames = message.deflated(this.#compressor, (result) => {
      if (result !== undefined) this.#rememberSent(message.data);
      done(result);
    });
    if (frames !== undefined) this.#rememberSent(message.data);
    return frames;
  }

  /**
   * Decompresses the next message of the peer.
   *
   * @param limit bytes that it may have: decompression stops there.
   * @returns the message or its violation; or `undefined` when it takes longer: then `done` is called later, and
   *   nothing else may be decompressed until then.
   */
  inflate(
    payload: Buffer,
    limit: number,
    done: (result: Buffer | Violation) => void,
  ): Buffer | Violation | undefined {
    const jobs = this.#jobs;
    if (jobs === undefined) return this.#rememberReceived(this.#inflateAtOnce(payload, limit));
    if (payload.length <= INFLATE_AT_ONCE) {
      const result = this.#inflateAtOnce(payload, Math.min(limit, INFLATE_AT_ONCE));
      if (result !== Violation.MESSAGE_LENGTH || limit <= INFLATE_AT_ONCE)
        return this.#rememberReceived(result);
    }
    const inflation = this.#inflation(payload, limit);
    const receive = (step: Inflated | Error): void => {
      const result = inflation.receive(step);
      if (result === undefined) jobs.inflate(inflation.input, inflation.options, receive);
      else done(this.#rememberReceived(result));
    };
    jobs.inflate(inflation.input, inflation.options, receive);
    return undefined;
  }

  #inflateAtOnce(payload: Buffer, limit: number): Buffer | Violation {
    const inflation = this.#inflation(payload, limit);
    for (;;) {
      const result = inflation.receive(inflation.step());
      if (result !== undefined) return result;
    }
  }

  #inflation(payload: Buffer, limit: number): Inflation {
    return new Inflation(payload, limit, this.#received?.bytes ?? NOTHING);
  }

  #rememberSent(data: Buffer): void {
    const most = 1 << this.#compressor.windowBits;
    this.#sent?.append(data, Math.min(most, Math.max(DICTIONARY, 2 * data.length)));
  }

  #rememberReceived(result: Buffer | Violation): Buffer | Violation {
    if (result instanceof Buffer) this.#received?.append(result, this.#receivedWindow);
    return result;
  }
}
