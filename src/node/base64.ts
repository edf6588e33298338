import type { Base64, Binary } from "../binary.ts";

/** Base64 by `Buffer`, which reads past what is no base64; the length tells whether it did. */
export const base64: Base64 = {
  encode(data: Binary): string {
    return asBuffer(data).toString("base64");
  },

  decode(text: string): Buffer | undefined {
    if (text.length % 4 !== 0) return undefined;
    const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
    const data = Buffer.from(text, "base64");
    return data.length === (text.length / 4) * 3 - padding ? data : undefined;
  },
};

/** The same bytes as a `Buffer`, without a copy. */
export function asBuffer(data: Binary): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return data instanceof ArrayBuffer
    ? Buffer.from(data)
    : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
