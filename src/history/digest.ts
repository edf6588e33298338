/**
 * The running digest of a log: `d(n) = f(d(n-1), id of message n)`, 32 bits. Two logs that ever differed have different
 * digests from there on, but for one chance in 2^32: a position of a log that was lost, or rolled back, is recognized
 * even where its number is in use again.
 */
export function nextDigest(digest: number, id: number): number {
  return mix((Math.imul(digest, 0x9e3779b1) ^ id) | 0);
}

/** A number of 32 bits from a random text. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return mix(value);
}

/** Each bit of the result depends on each of `value`. */
function mix(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
