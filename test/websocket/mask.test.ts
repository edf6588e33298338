import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyMask, randomMasks, rotateMask } from "../../src/websocket/mask.ts";

/** RFC 6455 section 5.3, letter by letter. */
function reference(bytes: Uint8Array, mask: number): Uint8Array {
  const key = new Uint8Array(4);
  new DataView(key.buffer).setInt32(0, mask, true);
  return bytes.map((byte, i) => byte ^ (key[i % 4] as number));
}

describe("applyMask", () => {
  it("is the masking of section 5.3 for every length, start and alignment, and touches nothing else", () => {
    for (const length of [0, 1, 2, 3, 4, 5, 63, 64, 65, 127, 128, 129, 130, 131, 132, 133, 500]) {
      for (let offset = 0; offset < 4; offset += 1) {
        for (let start = 0; start < 5; start += 1) {
          const memory = new Uint8Array(offset + start + length + 3).fill(0x55);
          const bytes = memory.subarray(offset);
          const payload = Uint8Array.from({ length }, (_, i) => i * 7);
          bytes.set(payload, start);
          applyMask(bytes, start, start + length, -0x1234568);
          const expected = new Uint8Array(memory.length).fill(0x55);
          expected.set(reference(payload, -0x1234568), offset + start);
          expect(memory).toEqual(expected);
        }
      }
    }
  });

  it("says whether the result is ASCII", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300, max: 0x7f }),
        fc.integer(),
        fc.nat(),
        fc.boolean(),
        (ascii, mask, place, spoilt) => {
          const plain = Uint8Array.from(ascii);
          const isSpoilt = spoilt && plain.length > 0;
          if (isSpoilt) plain[place % plain.length] = 0x80 | place;
          const bytes = reference(plain, mask);
          expect(applyMask(bytes, 0, bytes.length, mask)).toBe(!isSpoilt);
          expect(bytes).toEqual(plain);
        },
      ),
    );
  });

  it("goes on in the middle of a payload with the rotated key", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer(), fc.nat(300), (payload, mask, cut) => {
        const at = Math.min(cut, payload.length);
        const bytes = Uint8Array.from(payload);
        applyMask(bytes, 0, at, mask);
        applyMask(bytes, at, bytes.length, rotateMask(mask, at));
        expect(bytes).toEqual(reference(payload, mask));
      }),
    );
  });
});

describe("randomMasks", () => {
  it("does not repeat itself over a refill", () => {
    const next = randomMasks();
    // Of 1,000 random 32-bit integers two are the same once in 8,600 runs; four pairs, practically never.
    expect(new Set(Array.from({ length: 1000 }, next)).size).toBeGreaterThan(996);
  });
});
