import { Connection, type ConnectionLimits, type Role, type Sink } from "../../src/websocket/connection.ts";
import type { Deflate } from "../../src/websocket/deflate.ts";
import type { WebSocketError } from "../../src/websocket/websocket-error.ts";

/** What a sink was told, as plain values that compare. */
export type Event =
  | { readonly text: string }
  | { readonly binary: string }
  | { readonly ping: string }
  | { readonly pong: string }
  | { readonly closed: number; readonly reason: string; readonly error?: string };

export const LIMITS: ConnectionLimits = { maxPayload: 100 * 1024 * 1024, maxFragments: 131072 };

/** A mask that is not the same for any two bytes. */
export const MASK = 0x78563412;

/** A connection with a sink that writes down everything. */
export class Recorder implements Sink {
  readonly events: Event[] = [];
  readonly written: Uint8Array[] = [];
  ends = 0;
  full = false;
  /** What the sink does with a message, besides noting it. */
  onMessage: ((data: Buffer) => void) | undefined;
  readonly connection: Connection;

  constructor(role: Role = "server", limits: Partial<ConnectionLimits> = {}, deflate?: Deflate) {
    this.connection = new Connection(
      role,
      { ...LIMITS, ...limits },
      this,
      role === "client" ? () => MASK : undefined,
      deflate,
    );
  }

  /** All bytes written, in hex. */
  get wire(): string {
    return Buffer.concat(this.written).toString("hex");
  }

  /** Takes what was written. */
  takeWritten(): Buffer {
    return Buffer.concat(this.written.splice(0));
  }

  /** Feeds copies of chunks with no budget to speak of: the connection alters what it is given. */
  feed(...chunks: readonly Uint8Array[]): this {
    for (const chunk of chunks) this.connection.receive(Buffer.from(chunk), 1e9);
    return this;
  }

  write(bytes: Uint8Array): void {
    this.written.push(bytes);
  }
  end(): void {
    this.ends += 1;
  }
  message(data: Buffer, isText: boolean): void {
    this.events.push(isText ? { text: data.toString() } : { binary: data.toString("hex") });
    this.onMessage?.(data);
  }
  ping(data: Buffer): void {
    this.events.push({ ping: data.toString("hex") });
  }
  pong(data: Buffer): void {
    this.events.push({ pong: data.toString("hex") });
  }
  inflated(): void {
    this.connection.receive(Buffer.alloc(0), 1e9);
  }
  closed(code: number, reason: string, error?: WebSocketError): void {
    this.events.push({ closed: code, reason, ...(error && { error: `${error.closeCode} ${error.code}` }) });
  }
}

/** Bytes from hex with blanks. */
export function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(/\s/g, ""), "hex");
}

/** A frame as any peer might send it, valid or not: written apart from the library's own encoder. */
export function frame(
  first: number,
  payload: Uint8Array | string = "",
  { mask = MASK, length, extended }: { mask?: number | null; length?: number; extended?: 2 | 8 } = {},
): Buffer {
  const body = Buffer.from(payload);
  const size = length ?? body.length;
  const form = extended ?? (size < 126 ? 0 : size < 65536 ? 2 : 8);
  const head = [first, (mask === null ? 0 : 0x80) | (form === 0 ? size : form === 2 ? 126 : 127)];
  if (form !== 0) {
    for (let i = form - 1; i >= 0; i -= 1) head.push(Math.floor(size / 2 ** (8 * i)) % 256);
  }
  if (mask === null) return Buffer.concat([Buffer.from(head), body]);
  const key = Buffer.from([mask, mask >> 8, mask >> 16, mask >> 24].map((byte) => byte & 0xff));
  for (let i = 0; i < body.length; i += 1) body[i] = (body[i] ?? 0) ^ (key[i % 4] ?? 0);
  return Buffer.concat([Buffer.from(head), key, body]);
}

/** As {@link frame}, unmasked: the frame of a server. */
export function serverFrame(first: number, payload: Uint8Array | string = ""): Buffer {
  return frame(first, payload, { mask: null });
}

/** The ways to split `bytes` under which every vector must give the same events: whole, by bytes, at random. */
export function splits(bytes: Buffer, random: () => number): Buffer[][] {
  const single = Array.from(bytes, (byte) => Buffer.from([byte]));
  const all: Buffer[][] = [[bytes], single];
  for (let round = 0; round < 5; round += 1) all.push(splitAtRandom(bytes, random, round === 0 ? 3 : 40));
  return all;
}

/** `bytes` in chunks of 1 to `most` bytes. */
export function splitAtRandom(bytes: Buffer, random: () => number, most = 40): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + Math.floor(random() * Math.min(bytes.length - at, most));
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

/** A small generator with a seed, so that a failing split comes back. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
