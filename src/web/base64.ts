import type { Base64, Binary } from "../binary.ts";

/** `String.fromCharCode` takes its bytes as arguments; engines differ in how many they allow. */
const SLICE = 8_192;

/** Base64 by `btoa` and `atob`, which know only strings of bytes. */
export const base64: Base64 = {
  encode(data: Binary): string {
    const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : data;
    let text = "";
    for (let start = 0; start < bytes.length; start += SLICE) {
      text += String.fromCharCode(...bytes.subarray(start, start + SLICE));
    }
    return btoa(text);
  },

  decode(text: string): ArrayBuffer | undefined {
    try {
      return Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer;
    } catch {
      return undefined;
    }
  },
};
