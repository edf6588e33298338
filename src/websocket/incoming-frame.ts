import { Buffer } from "node:buffer";
import {
  CONTROL,
  FIN,
  LENGTH,
  LENGTH_16,
  LENGTH_64,
  MASKED,
  MAX_CONTROL_PAYLOAD,
  OPCODE,
  Opcode,
  RSV,
  RSV1,
} from "./frame.ts";
import { Violation } from "./violation.ts";

const NOTHING = Buffer.alloc(0);

/**
 * One frame of the peer on its way in. Takes its header from chunks that are split anywhere, one byte at a time,
 * and enforces what RFC 6455 section 5.2 says of a header alone.
 */
export class IncomingFrame {
  readonly #masked: boolean;
  readonly #deflates: boolean;
  #first = 0;
  #second = 0;
  /** How many bytes of the header are here, and how many it has as far as one knows. */
  #have = 0;
  #size = 2;
  /** The two halves of the length: 64 bits do not fit a number. */
  #high = 0;
  #low = 0;

  /** The masking key of the next byte of payload, its first byte lowest. */
  mask = 0;
  /** Bytes of payload that are still to come. */
  remaining = 0;
  /** What is here of the payload of a control frame. */
  collected: Buffer = NOTHING;

  /**
   * @param masked whether the peer is a client, and so must mask.
   * @param deflates whether permessage-deflate was agreed.
   */
  constructor(masked: boolean, deflates: boolean) {
    this.#masked = masked;
    this.#deflates = deflates;
  }

  /** Whether the header is complete. */
  get isStarted(): boolean {
    return this.#have === this.#size;
  }

  /** Whether the header and the payload are complete. */
  get isComplete(): boolean {
    return this.isStarted && this.remaining === 0;
  }

  get isFinal(): boolean {
    return (this.#first & FIN) !== 0;
  }

  /** Whether its message is compressed, RFC 7692 section 6; the first frame of it says so. */
  get isDeflated(): boolean {
    return (this.#first & RSV1) !== 0;
  }

  get opcode(): number {
    return this.#first & OPCODE;
  }

  get isControl(): boolean {
    return (this.#first & CONTROL) !== 0;
  }

  /** Takes header bytes of `chunk` from `at` on; gives the first place behind them, or the violation. */
  receiveHeader(chunk: Buffer, at: number): number | Violation {
    while (this.#have < this.#size && at < chunk.length) {
      const violation = this.#receiveByte(chunk[at] as number);
      if (violation !== undefined) return violation;
      at += 1;
    }
    // Above 2^53 this is not exact, but still far over every limit.
    if (this.isStarted) this.remaining = this.#high * 0x100000000 + this.#low;
    return at;
  }

  /** Takes payload of a control frame. At most 125 bytes: copying them again for each part is no attack. */
  collect(part: Buffer): void {
    this.collected = this.collected.length === 0 ? part : Buffer.concat([this.collected, part]);
  }

  #receiveByte(byte: number): Violation | undefined {
    const index = this.#have++;
    if (index === 0) {
      this.#first = byte;
      return this.#checkFirst();
    }
    if (index === 1) {
      this.#second = byte;
      return this.#checkSecond();
    }
    if (index >= this.#keyAt) {
      this.mask |= byte << ((index - this.#keyAt) << 3);
      return undefined;
    }
    this.#high = ((this.#high << 8) | (this.#low >>> 24)) >>> 0;
    this.#low = ((this.#low << 8) | byte) >>> 0;
    return index === this.#keyAt - 1 ? this.#checkLength() : undefined;
  }

  /** Where the masking key begins. */
  get #keyAt(): number {
    return this.#masked ? this.#size - 4 : this.#size;
  }

  #checkFirst(): Violation | undefined {
    // Section 5.2: a reserved bit must be clear unless an extension that gives it a meaning was negotiated.
    if ((this.#first & RSV & ~RSV1) !== 0) return Violation.RESERVED_BITS;
    const opcode = this.opcode;
    // RFC 7692 section 6.1: only the first frame of a message bears the bit.
    const mayDeflate = this.#deflates && (opcode === Opcode.TEXT || opcode === Opcode.BINARY);
    if (this.isDeflated && !mayDeflate) return Violation.RESERVED_BIT_1;
    if ((opcode & ~CONTROL) > 2) return Violation.OPCODE;
    if (this.isControl && !this.isFinal) return Violation.FRAGMENTED_CONTROL;
    return undefined;
  }

  #checkSecond(): Violation | undefined {
    // Section 5.1: a client masks every frame, a server none.
    if (((this.#second & MASKED) !== 0) !== this.#masked) {
      return this.#masked ? Violation.UNMASKED : Violation.MASKED;
    }
    const length = this.#second & LENGTH;
    if (this.isControl && length > MAX_CONTROL_PAYLOAD) return Violation.CONTROL_LENGTH;
    this.#size = 2 + (length === LENGTH_16 ? 2 : length === LENGTH_64 ? 8 : 0) + (this.#masked ? 4 : 0);
    if (length < LENGTH_16) this.#low = length;
    return undefined;
  }

  #checkLength(): Violation | undefined {
    if (this.#high >= 0x80000000) return Violation.LENGTH_SIGN;
    // Section 5.2: "the minimal number of bytes MUST be used to encode the length".
    const least = (this.#second & LENGTH) === LENGTH_16 ? LENGTH_16 : 0x10000;
    if (this.#high === 0 && this.#low < least) return Violation.LENGTH_NOT_MINIMAL;
    return undefined;
  }
}
