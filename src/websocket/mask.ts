import { randomFillSync } from "node:crypto";

/**
 * From this many bytes on, going by 32-bit words pays for the view that it needs: measured, 0.2 ns per byte and
 * 50 ns for the view, against 0.75 ns per byte.
 */
const WORDS_FROM = 128;

const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** The masking key for what follows `count` masked bytes. */
export function rotateMask(mask: number, count: number): number {
  const bits = (count & 3) << 3;
  return bits === 0 ? mask : (mask >>> bits) | (mask << (32 - bits));
}

/**
 * Masks or unmasks `bytes[start, end)` in place, RFC 6455 section 5.3.
 *
 * @param mask the key as a 32-bit integer, its first byte lowest.
 * @returns whether every resulting byte is ASCII: text that is needs no further check of its UTF-8.
 */
export function applyMask(bytes: Uint8Array, start: number, end: number, mask: number): boolean {
  if (end - start >= WORDS_FROM && LITTLE_ENDIAN) return applyByWords(bytes, start, end, mask);
  return (applyByBytes(bytes, start, end, mask) & 0x80) === 0;
}

/** Gives all resulting bytes or-ed together. */
function applyByBytes(bytes: Uint8Array, start: number, end: number, mask: number): number {
  const m0 = mask & 0xff;
  const m1 = (mask >>> 8) & 0xff;
  const m2 = (mask >>> 16) & 0xff;
  const m3 = mask >>> 24;
  let all = 0;
  let at = start;
  for (; at + 3 < end; at += 4) {
    const b0 = (bytes[at] as number) ^ m0;
    const b1 = (bytes[at + 1] as number) ^ m1;
    const b2 = (bytes[at + 2] as number) ^ m2;
    const b3 = (bytes[at + 3] as number) ^ m3;
    bytes[at] = b0;
    bytes[at + 1] = b1;
    bytes[at + 2] = b2;
    bytes[at + 3] = b3;
    all |= b0 | b1 | b2 | b3;
  }
  for (let key = mask; at < end; at += 1, key >>>= 8) {
    const byte = (bytes[at] as number) ^ (key & 0xff);
    bytes[at] = byte;
    all |= byte;
  }
  return all;
}

function applyByWords(bytes: Uint8Array, start: number, end: number, mask: number): boolean {
  // Payloads follow headers of 6 or 8 bytes, so they begin anywhere; a typed array of words must not.
  const before = -(bytes.byteOffset + start) & 3;
  const aligned = start + before;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + aligned, (end - aligned) >>> 2);
  const key = rotateMask(mask, before);
  const count = words.length;
  let all = 0;
  let index = 0;
  // Four at a time: a third less time for 64 KiB than one at a time.
  for (; index + 3 < count; index += 4) {
    const w0 = (words[index] as number) ^ key;
    const w1 = (words[index + 1] as number) ^ key;
    const w2 = (words[index + 2] as number) ^ key;
    const w3 = (words[index + 3] as number) ^ key;
    words[index] = w0;
    words[index + 1] = w1;
    words[index + 2] = w2;
    words[index + 3] = w3;
    all |= w0 | w1 | w2 | w3;
  }
  for (; index < count; index += 1) {
    const word = (words[index] as number) ^ key;
    words[index] = word;
    all |= word;
  }
  const edges =
    applyByBytes(bytes, start, aligned, mask) | applyByBytes(bytes, aligned + (count << 2), end, key);
  return (all & 0x80808080) === 0 && (edges & 0x80) === 0;
}

/** Gives masking keys. */
export type MaskSource = () => number;

/**
 * Makes a source of unpredictable masking keys, as RFC 6455 section 10.3 demands of a client. Random bytes are
 * fetched 1,024 at a time: a call of the random generator takes longer than the masking of a short message.
 */
export function randomMasks(): MaskSource {
  let pool: Int32Array<ArrayBuffer> | undefined;
  let next = 0;
  return () => {
    if (pool === undefined || next === pool.length) {
      pool = randomFillSync(pool ?? new Int32Array(256));
      next = 0;
    }
    return pool[next++] as number;
  };
}
