import { createHash } from "node:crypto";
import { frame } from "../../test/websocket/recorder.ts";

/** One frame as it stood on the wire. */
export interface WireFrame {
  /** FIN, the reserved bits and the opcode. */
  readonly first: number;
  readonly masked: boolean;
  readonly payload: Buffer;
}

/** Reads frames strictly and apart from the library's own code: what it throws is a fault of the sender. */
export class FrameReader {
  #rest = Buffer.alloc(0);
  #parts: Buffer[] = [];
  #length = 0;
  /** Bytes that the next frame needs at least. */
  #wanted = 2;

  receive(chunk: Uint8Array): WireFrame[] {
    this.#parts.push(Buffer.from(chunk));
    this.#length += chunk.length;
    if (this.#length < this.#wanted) return [];
    this.#rest = Buffer.concat(this.#parts);
    const frames: WireFrame[] = [];
    for (let next = this.#next(); next !== undefined; next = this.#next()) frames.push(next);
    this.#length = this.#rest.length;
    // An empty view would hold the whole of what was read.
    if (this.#length === 0) this.#rest = Buffer.alloc(0);
    this.#parts = this.#length === 0 ? [] : [this.#rest];
    return frames;
  }

  #next(): WireFrame | undefined {
    const bytes = this.#rest;
    this.#wanted = 2;
    if (bytes.length < 2) return undefined;
    const [first = 0, second = 0] = bytes;
    const masked = second >= 0x80;
    const form = second & 0x7f;
    const key = form < 126 ? 2 : form === 126 ? 4 : 10;
    const start = key + (masked ? 4 : 0);
    this.#wanted = start;
    if (bytes.length < start) return undefined;
    const length =
      form < 126 ? form : form === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (length < (form < 126 ? 0 : form === 126 ? 126 : 65_536))
      throw new Error("a length that is not minimal");
    this.#wanted = start + length;
    if (bytes.length < start + length) return undefined;
    const payload = Buffer.from(bytes.subarray(start, start + length));
    if (masked)
      for (let i = 0; i < length; i += 1) payload[i] = (payload[i] ?? 0) ^ (bytes[key + (i % 4)] ?? 0);
    this.#rest = bytes.subarray(start + length);
    this.#wanted = 2;
    return { first, masked, payload };
  }
}

const NAMES: Readonly<Record<number, string>> = {
  129: "text",
  130: "binary",
  136: "close",
  137: "ping",
  138: "pong",
};

/** A frame as a short string that compares: of a close frame the code, of long payloads their hash. */
export function nameOf({ first, payload }: Pick<WireFrame, "first" | "payload">): string {
  const name = NAMES[first] ?? `frame ${first.toString(16)}`;
  if (name === "close") return payload.length < 2 ? "close" : `close ${payload.readUInt16BE(0)}`;
  if (payload.length === 0) return name;
  if (payload.length <= 200) return `${name} ${payload.toString("hex")}`;
  return `${name} of ${payload.length}: ${createHash("sha1").update(payload).digest("hex")}`;
}

// What a subject is expected to answer, in the words of `nameOf`.
export const text = (payload: string | Uint8Array) => nameOf({ first: 0x81, payload: Buffer.from(payload) });
export const binary = (payload: string | Uint8Array) =>
  nameOf({ first: 0x82, payload: Buffer.from(payload) });
export const ping = (payload: string | Uint8Array) => nameOf({ first: 0x89, payload: Buffer.from(payload) });
export const pong = (payload: string | Uint8Array) => nameOf({ first: 0x8a, payload: Buffer.from(payload) });
export const closed = (code?: number) => (code === undefined ? "close" : `close ${code}`);

/** Makes frames of a subject's peer, valid or not: `first` is the whole first byte. */
export type FrameMaker = (
  first: number,
  payload?: Uint8Array | string,
  options?: { readonly length?: number; readonly extended?: 2 | 8; readonly masked?: boolean },
) => Buffer;

/** The frames that a subject in this role gets: masked for a server, unmasked for a client. */
export function peerOf(role: "server" | "client"): FrameMaker {
  return (first, payload = "", { masked = role === "server", ...options } = {}) =>
    frame(first, payload, masked ? options : { ...options, mask: null });
}

/** The payload of a close frame. */
export function closePayload(code: number, reason: string | Uint8Array = ""): Buffer {
  return Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]);
}
