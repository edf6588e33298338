import { Buffer } from "node:buffer";
import type { Compressor } from "./compressor.ts";
import { encodeFrame, encodeMessage, type Frames, Opcode, RSV1 } from "./frame.ts";

type Done = (frames: Frames | undefined) => void;

/**
 * A message of a server to many connections. Each of its wire forms is made at most once, when the first connection
 * needs it: the plain frame, and a compressed one for each way of compression.
 */
export class SharedMessage {
  /** The payload; it must not change until it has been sent everywhere. */
  readonly data: Buffer;
  readonly #isText: boolean;
  #plain: Frames | undefined = undefined;
  readonly #deflated = new Map<Compressor, Frames>();
  /** Who waits for a compression that is under way. */
  readonly #waiting = new Map<Compressor, Done[]>();

  /** @param isText whether bytes are a text message; they must then be valid UTF-8. */
  constructor(data: string | Uint8Array, isText = typeof data === "string") {
    this.data =
      typeof data === "string"
        ? Buffer.from(data)
        : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    this.#isText = isText;
  }

  /** The frame without compression. */
  get plain(): Frames {
    this.#plain ??= encodeMessage(this.data, this.#isText);
    return this.#plain;
  }

  /**
   * The compressed frame.
   *
   * @returns `undefined` when compression takes longer; then `done` is called later, without frames when there was
   *   no memory for it.
   */
  deflated(compressor: Compressor, done: Done): Frames | undefined {
    const frames = this.#deflated.get(compressor);
    if (frames !== undefined) return frames;
    const waiting = this.#waiting.get(compressor);
    if (waiting !== undefined) {
      waiting.push(done);
      return undefined;
    }
    const deflated = compressor.deflate(this.data, NOTHING, (result) => {
      const made = result && this.#keep(compressor, result);
      const all = this.#waiting.get(compressor) ?? [];
      this.#waiting.delete(compressor);
      for (const tell of all) tell(made);
    });
    if (deflated !== undefined) return this.#keep(compressor, deflated);
    this.#waiting.set(compressor, [done]);
    return undefined;
  }

  #keep(compressor: Compressor, deflated: Buffer): Frames {
    const frames = encodeFrame((this.#isText ? Opcode.TEXT : Opcode.BINARY) | RSV1, deflated, undefined);
    this.#deflated.set(compressor, frames);
    return frames;
  }
}

const NOTHING = Buffer.alloc(0);
