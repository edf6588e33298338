/** Binary data as the platform has it: a `Buffer` in Node, an `ArrayBuffer` in a browser. */
export type Binary = Uint8Array | ArrayBuffer;

/** Base64 as the platform does it best; handed to the codecs, which are the same everywhere. */
export interface Base64 {
  encode(data: Binary): string;
  /** Gives `undefined` for text that is no base64. */
  decode(text: string): Binary | undefined;
}
