import type { Role } from "../../src/websocket/connection.ts";
import type { FrameMaker } from "../support/wire.ts";

/** The endpoint under test, as a case may tell it to do something by itself. It echoes every message. */
export interface Subject {
  sendText(data: string): void;
  sendBinary(data: Buffer): void;
  sendPing(data: string): void;
  close(code?: number, reason?: string): void;
}

/** Bytes of a peer, and what an echoing endpoint must answer. */
export interface Case {
  /** Its section, and what is sent. Unique. */
  readonly id: string;
  /** The ids of the requirements that it stands for. */
  readonly musts?: readonly string[];
  /** The role of the subject; both when it is not given. */
  readonly role?: Role;
  /** What the subject does before the bytes come. */
  readonly act?: (subject: Subject) => void;
  readonly bytes: (frame: FrameMaker) => Buffer;
  /**
   * The frames of the answer, in the words of `nameOf`. When the last one is no close frame the connection must be
   * usable behind them: the runner sends close 1000, and wants it back.
   */
  readonly answer: readonly string[];
  /** Bytes per TCP packet; as few packets as possible when it is not given. */
  readonly chopped?: number;
  /** Megabytes: not tried byte by byte. */
  readonly large?: boolean;
}

export const join = (...parts: readonly Buffer[]): Buffer => Buffer.concat(parts);

export const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(" ", ""), "hex");

// A prime length: no boundary of frames, packets or words falls on its repetition twice alike.
const BLOCK = Buffer.from(Array.from({ length: 65_521 }, (_, i) => (i * 31 + (i >>> 8) * 7) & 0xff));
const LETTERS = Buffer.from(BLOCK.map((byte) => 0x20 + (byte % 95)));

/** A payload in which a byte that is lost, doubled or masked wrongly does not go unseen. */
export function pattern(length: number): Buffer {
  return length === 0 ? Buffer.alloc(0) : Buffer.alloc(length, BLOCK);
}

/** The same of printable ASCII. */
export function letters(length: number): string {
  return length === 0 ? "" : Buffer.alloc(length, LETTERS).toString("latin1");
}

/** `payload` as one message in frames of `size` bytes each; the last one may be shorter. */
export function fragments(frame: FrameMaker, opcode: 1 | 2, payload: Uint8Array, size: number): Buffer {
  const frames: Buffer[] = [];
  for (let at = 0; at === 0 || at < payload.length; at += size) {
    const isLast = at + size >= payload.length;
    frames.push(frame((at === 0 ? opcode : 0) | (isLast ? 0x80 : 0), payload.subarray(at, at + size)));
  }
  return Buffer.concat(frames);
}
