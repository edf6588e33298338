import { Buffer } from "node:buffer";

/** What `send` takes: besides text and bytes all that `Buffer.from` does. */
export type BufferLike =
  | string
  | number
  | ArrayBufferView
  | ArrayBuffer
  | SharedArrayBuffer
  | Blob
  | readonly unknown[]
  | { valueOf(): ArrayBuffer | SharedArrayBuffer | Uint8Array | readonly number[] | string }
  | { [Symbol.toPrimitive](hint: string): string };

const NOTHING = Buffer.alloc(0);

/** Text or bytes of `data`; nothing for `undefined` and `null`. @throws TypeError as `Buffer.from` does. */
export function toPayload(data: unknown): string | Uint8Array {
  if (typeof data === "string" || data instanceof Uint8Array) return data;
  if (typeof data === "number") return String(data);
  if (data === undefined || data === null) return NOTHING;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.from(data as Parameters<typeof Buffer.from>[0]);
}

/** As {@link toPayload}, as bytes. */
export function toBytes(data: unknown): Uint8Array {
  const payload = toPayload(data);
  return typeof payload === "string" ? Buffer.from(payload) : payload;
}

/** How many bytes `data` has; of a Blob too. */
export function byteLengthOf(data: unknown): number {
  return data instanceof Blob ? data.size : Buffer.byteLength(toPayload(data));
}

export const BINARY_TYPES = ["nodebuffer", "arraybuffer", "fragments", "blob"] as const;
/** The form in which binary messages are handed out. */
export type BinaryType = (typeof BINARY_TYPES)[number];

/** A binary message as `message` hands it out. */
export type BinaryData = Buffer | ArrayBuffer | Buffer[] | Blob;

/** Puts a binary message into the form that was asked for. @param ends where its fragments end. */
export function toBinaryType(data: Buffer, type: BinaryType, ends?: readonly number[]): BinaryData {
  if (type === "arraybuffer") return toArrayBuffer(data);
  if (type === "fragments") return toFragments(data, ends ?? [data.length]);
  if (type === "blob") return new Blob([data as Uint8Array<ArrayBuffer>]);
  return data;
}

/** Without those that are empty, as `ws` has it. */
function toFragments(data: Buffer, ends: readonly number[]): Buffer[] {
  const fragments = ends.map((end, index) => data.subarray(ends[index - 1] ?? 0, end));
  return fragments.filter((fragment) => fragment.length > 0);
}

/** All of it belongs to the receiver, so that nothing else of the chunk is in it. */
function toArrayBuffer(data: Buffer): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = data;
  if (byteLength === buffer.byteLength) return buffer as ArrayBuffer;
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}
