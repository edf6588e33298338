import type { Base64 } from "../binary.ts";

/** Base64 by `btoa` and `atob`, which know only strings of bytes. */
export const base64: Base64 = {
  encode: (data) => btoa(new Uint8Array(data).reduce((text, byte) => text + String.fromCharCode(byte), "")),

  decode(text) {
    try {
      return Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer;
    } catch {
      return undefined;
    }
  },
};
