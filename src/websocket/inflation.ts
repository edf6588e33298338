import { Buffer } from "node:buffer";
import { inflateRawSync, type ZlibOptions } from "node:zlib";
import { History } from "./deflate-history.ts";
import type { Inflated } from "./deflate-jobs.ts";
import { Violation } from "./violation.ts";

/**
 * What follows a message: the four bytes that the sender removed, RFC 7692 section 7.2.2, and a final block. With
 * it zlib reports data that ends inside a block; without, a truncated message would pass for a short one.
 */
const TAIL = Buffer.from("0000ffff010000ffff", "hex");

/**
 * Final blocks inside one message, each of which begins a new stream. Section 7.2.1 allows any number; nobody
 * sends more than one. A message of 64 KiB may have 32,000, which would cost 200 ms.
 */
const MAX_STREAMS = 16;
const WINDOW = 32_768;

/** One message on its way through the decompressor: a DEFLATE stream, or several where blocks are final. */
export class Inflation {
  readonly #input: Buffer;
  readonly #length: number;
  readonly #limit: number;
  #dictionary: Buffer;
  readonly #parts: Buffer[] = [];
  #at = 0;
  #size = 0;

  /**
   * @param payload the payload of the message, all fragments together.
   * @param limit bytes that the message may have.
   * @param history what the peer may refer to.
   */
  constructor(payload: Buffer, limit: number, history: Buffer) {
    this.#input = Buffer.concat([payload, TAIL], payload.length + TAIL.length);
    this.#length = payload.length;
    this.#limit = limit;
    this.#dictionary = history;
  }

  /** The input of the next step. */
  get input(): Buffer {
    return this.#at === 0 ? this.#input : this.#input.subarray(this.#at);
  }

  /** How the next step is to be made. */
  get options(): ZlibOptions & { readonly info: true } {
    return {
      info: true,
      // Pieces of the size of the result spare the zeroed or copied rest; a guess is enough.
      chunkSize: Math.min(65_536, Math.max(256, this.#input.length << 2)),
      // A message of the limit exactly must pass, and zlib counts what it has put out before it stops.
      maxOutputLength: Math.max(1, this.#limit - this.#size),
      dictionary: this.#dictionary.length > 0 ? this.#dictionary : undefined,
    };
  }

  /** Makes the next step here and now. */
  step(): Inflated | Error {
    try {
      return toInflated(inflateRawSync(this.input, this.options));
    } catch (error) {
      return error as Error;
    }
  }

  /** Takes what a step gave; gives the message, the violation, or `undefined` when another step is to be made. */
  receive(result: Inflated | Error): Buffer | Violation | undefined {
    if (result instanceof Error) return violationOf(result);
    this.#at += result.taken;
    this.#size += result.data.length;
    if (this.#size > this.#limit) return Violation.MESSAGE_LENGTH;
    this.#parts.push(result.data);
    // A sender that ends with a final block, and does not append the empty one of section 7.2.3.5, has ended.
    if (this.#at >= this.#length) return this.#take();
    if (this.#parts.length === MAX_STREAMS || result.taken === 0) return Violation.COMPRESSION;
    // The next stream may refer to the one before it.
    const history = new History();
    history.append(this.#dictionary, WINDOW);
    history.append(result.data, WINDOW);
    this.#dictionary = history.bytes;
    return undefined;
  }

  #take(): Buffer {
    const [first] = this.#parts;
    return first !== undefined && this.#parts.length === 1 ? first : Buffer.concat(this.#parts, this.#size);
  }
}

/** Reads what `node:zlib` gives for the option `info`, which its types leave out. */
export function toInflated(result: unknown): Inflated {
  const { buffer, engine } = result as { buffer: Buffer; engine: { bytesWritten: number } };
  return { data: buffer, taken: engine.bytesWritten };
}

function violationOf(error: Error): Violation {
  const isTooLong = "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
  return isTooLong ? Violation.MESSAGE_LENGTH : Violation.COMPRESSION;
}
