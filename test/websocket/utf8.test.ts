import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Utf8Check } from "../../src/websocket/utf8.ts";
import { hex } from "./recorder.ts";

/** At which part the check says no; `"complete"` or `"cut"` when at none. */
function check(...parts: Buffer[]): number | "complete" | "cut" {
  const utf8 = new Utf8Check();
  for (const [index, part] of parts.entries()) if (!utf8.receive(part)) return index;
  return utf8.complete ? "complete" : "cut";
}
const byByte = (bytes: Buffer) => Array.from(bytes, (byte) => Buffer.from([byte]));

describe("Utf8Check", () => {
  const cases: [string, number | "complete" | "cut"][] = [
    ["", "complete"],
    ["7f", "complete"],
    ["80", 0],
    ["c3", "cut"],
    ["c3a9", "complete"],
    ["c0", 0],
    ["c1", 0],
    ["c328", 1],
    ["e282ac", "complete"],
    ["e282", "cut"],
    ["e09f", 1],
    ["e0a080", "complete"],
    ["ed9fbf", "complete"],
    ["eda0", 1],
    ["ee8080", "complete"],
    ["f09f9880", "complete"],
    ["f09f98", "cut"],
    ["f08f", 1],
    ["f0908080", "complete"],
    ["f48fbfbf", "complete"],
    ["f490", 1],
    ["f5", 0],
    ["ff", 0],
    ["e28228", 2],
    ["f09f9828", 3],
  ];
  for (const [bytes, result] of cases) {
    it(`${bytes || "nothing"}: ${result}, told at the first byte that decides it`, () => {
      expect(check(...byByte(hex(bytes)))).toBe(result);
      expect(check(hex(bytes))).toBe(typeof result === "number" ? 0 : result);
      // Behind ASCII and before it, too.
      const before = check(Buffer.from("abc"), ...byByte(hex(bytes)));
      expect(before).toBe(typeof result === "number" ? result + 1 : result);
    });
  }

  it("says of any bytes at any splits what Node says of the whole", () => {
    const nearlyText = fc.oneof(
      fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom("e2", "e282", "eda0", "f09f98", "80", "ac").map(hex),
    );
    fc.assert(
      fc.property(fc.array(nearlyText, { maxLength: 8 }), (parts) => {
        expect(check(...parts) === "complete").toBe(isUtf8(Buffer.concat(parts)));
      }),
      { numRuns: 2000 },
    );
  });
});
