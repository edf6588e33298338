import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { base64 } from "../../src/web/base64.ts";

describe("base64 of the web", () => {
  it("is the base64 of Node, for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000 }), (bytes) => {
        const text = Buffer.from(bytes).toString("base64");
        expect(base64.encode(bytes)).toBe(text);
        expect(base64.encode(bytes.slice().buffer)).toBe(text);
        expect(base64.decode(text)).toEqual(bytes.slice().buffer);
      }),
    );
  });

  it("gives nothing for what is no base64", () => {
    for (const text of ["?", "a", "a===", "\u{1f600}"]) expect(base64.decode(text)).toBeUndefined();
  });
});
