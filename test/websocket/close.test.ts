import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeClose, encodeClose } from "../../src/websocket/close.ts";
import { isCloseCode } from "../../src/websocket/close-code.ts";

describe("the payload of a close frame", () => {
  it("has codes 1000 to 1003, 1007 to 1014 and 3000 to 4999, and no other", () => {
    const valid = Array.from({ length: 65536 }, (_, code) => code).filter(isCloseCode);
    const expected = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014];
    for (let code = 3000; code < 5000; code += 1) expected.push(code);
    expect(valid).toEqual(expected);
  });

  it("comes back as it was, up to 123 bytes of reason", () => {
    const reason = fc
      .string({ unit: "grapheme", maxLength: 123 })
      .filter((text) => Buffer.byteLength(text) <= 123);
    fc.assert(
      fc.property(fc.integer({ min: 3000, max: 4999 }), reason, (code, text) => {
        expect(decodeClose(encodeClose(code, text))).toEqual({ code, reason: text });
      }),
    );
    expect(decodeClose(encodeClose(1000, "x".repeat(123)))).toEqual({ code: 1000, reason: "x".repeat(123) });
  });

  it("is empty without a code", () => {
    expect(encodeClose().length).toBe(0);
    expect(decodeClose(encodeClose())).toEqual({ code: 1005, reason: "" });
  });
});
