import { decodeBase64Url, encodeBase64Url } from "./base64url.ts";
import type { Position } from "./store.ts";

/** A position of one store, as clients keep it. */
export interface Token extends Position {
  /** Names the store's history: 32 bits. */
  readonly epoch: number;
}

/** The first byte: how the rest is written. */
const VERSION = 1;
/** Version, epoch, a number of up to 53 bits in bytes of 7, digest; as base64url. */
const MAX_LENGTH = 23;
const MAX_VARINT = 8;

/**
 * Writes a position as one string for all rooms of a namespace: base64url of `1 | epoch (4 bytes) | sequence (varint,
 * little-endian groups of 7 bits) | digest (4 bytes)`. Opaque to clients.
 */
export function encodeToken({ epoch, sequence, digest }: Token): string {
  const bytes = [VERSION];
  pushUint32(bytes, epoch);
  let rest = sequence;
  while (rest > 0x7f) {
    bytes.push(0x80 | (rest % 0x80));
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  pushUint32(bytes, digest);
  return encodeBase64Url(bytes);
}

/** Reads what {@link encodeToken} wrote; gives `undefined` for anything else, whatever a client sends. */
export function decodeToken(text: unknown): Token | undefined {
  if (typeof text !== "string" || text.length > MAX_LENGTH) return undefined;
  const bytes = decodeBase64Url(text);
  if (bytes === undefined || bytes[0] !== VERSION) return undefined;
  const varint = bytes.slice(5, -4);
  const sequence = readVarint(varint);
  if (sequence === undefined) return undefined;
  return { epoch: readUint32(bytes, 1), sequence, digest: readUint32(bytes, 5 + varint.length) };
}

function readVarint(bytes: readonly number[]): number | undefined {
  const last = bytes.length - 1;
  if (last < 0 || last >= MAX_VARINT) return undefined;
  let value = 0;
  let factor = 1;
  for (const [index, byte] of bytes.entries()) {
    // The last byte ends the number, and only the last one; a zero there is a number in more bytes than it needs.
    if (byte > 0x7f === (index === last) || (byte === 0 && index === last && last > 0)) return undefined;
    value += (byte & 0x7f) * factor;
    factor *= 0x80;
  }
  return Number.isSafeInteger(value) ? value : undefined;
}

function pushUint32(bytes: number[], value: number): void {
  bytes.push(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

function readUint32(bytes: readonly number[], index: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(index, index + 4);
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
