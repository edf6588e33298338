import { constants, deflateRawSync } from "node:zlib";

const MASK = [0x12, 0x34, 0x56, 0x78];

const TEXT = 0x81;
const COMPRESSED_TEXT = 0xc1;

/** One masked text frame of a client, RFC 6455 section 5.2. */
function frame(first, payload) {
  const length = payload.length;
  if (length >= 65_536) throw new RangeError("the benchmark sends no message this long");
  const head = length < 126 ? [first, 0x80 | length] : [first, 0x80 | 126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([...head, ...MASK]), payload.map((byte, at) => byte ^ MASK[at & 3])]);
}

/** `count` frames of `text` in one buffer, so that any number of them up to `count` leaves as a slice. */
export function frames(text, count) {
  const one = frame(TEXT, Buffer.from(text));
  return { bytes: Buffer.concat(Array(count).fill(one)), size: one.length, count };
}

/** One compressed message, RFC 7692 section 7.2.1. */
export function compressedFrame(text) {
  const deflated = deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH });
  const bytes = frame(COMPRESSED_TEXT, deflated.subarray(0, -4));
  return { bytes, size: bytes.length, count: 1 };
}
