import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeToken, encodeToken } from "../../src/history/token.ts";

const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const token = fc.record({ epoch: uint32, sequence: fc.maxSafeNat(), digest: uint32 });
const encode = (...bytes: number[]): string => Buffer.from(bytes).toString("base64url");

describe("the token of a position", () => {
  it.each([
    [{ epoch: 0, sequence: 0, digest: 0 }, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    [{ epoch: 0x01020304, sequence: 127, digest: 0xa0b0c0d0 }, [1, 1, 2, 3, 4, 127, 160, 176, 192, 208]],
    [
      { epoch: 0xffffffff, sequence: 128, digest: 0xffffffff },
      [1, 255, 255, 255, 255, 128, 1, 255, 255, 255, 255],
    ],
    [{ epoch: 1, sequence: 300, digest: 2 }, [1, 0, 0, 0, 1, 172, 2, 0, 0, 0, 2]],
    [
      { epoch: 1, sequence: Number.MAX_SAFE_INTEGER, digest: 2 },
      [1, 0, 0, 0, 1, 255, 255, 255, 255, 255, 255, 255, 15, 0, 0, 0, 2],
    ],
  ])("is these bytes: %j", (position, bytes) => {
    expect(encodeToken(position)).toBe(encode(...bytes));
    expect(decodeToken(encodeToken(position))).toEqual(position);
  });

  it("comes back as it went out", () => {
    const property = fc.property(token, (position) => {
      expect(decodeToken(encodeToken(position))).toEqual(position);
    });
    fc.assert(property);
  });

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["a number", 5],
    ["an object", { toString: () => encode(1, 0, 0, 0, 0, 0, 0, 0, 0, 0) }],
    ["an empty text", ""],
    ["a megabyte", "A".repeat(1_000_000)],
    ["a user's text", "connected"],
    ["another version", encode(2, 0, 0, 0, 0, 0, 0, 0, 0, 0)],
    ["no number", encode(1, 0, 0, 0, 0, 0, 0, 0, 0)],
    ["too few bytes", encode(1, 0, 0)],
    ["a number that does not end", encode(1, 0, 0, 0, 0, 128, 0, 0, 0, 0)],
    ["a number that ends too soon", encode(1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0)],
    ["a number in more bytes than it needs", encode(1, 0, 0, 0, 0, 129, 0, 0, 0, 0, 0)],
    ["2^53", encode(1, 0, 0, 0, 0, 128, 128, 128, 128, 128, 128, 128, 16, 0, 0, 0, 0)],
    ["a number of nine bytes", encode(1, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0, 0, 0, 0)],
    ["padding", `${encode(1, 0, 0, 0, 0, 0, 0, 0, 0, 0)}==`],
    ["the other alphabet", "AQ/+AAAAAAAAAA"],
    ["bits behind the end", "AQAAAAAAAAAAAB"],
    ["a length that is none", "AQAAAAAAAAAAAAA=A"],
  ])("is not read from %s", (_, text) => {
    expect(decodeToken(text)).toBeUndefined();
  });

  it("is read from nothing that would be written otherwise, and never throws", () => {
    const alphabet = fc.constantFrom(
      ..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ ~",
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(alphabet, { maxLength: 30 }).map((each) => each.join("")),
      fc.tuple(token, fc.nat(30), alphabet).map(([position, at, other]) => {
        const whole = encodeToken(position);
        return whole.slice(0, at) + other + whole.slice(at + 1);
      }),
    );
    const property = fc.property(text, (each) => {
      const decoded = decodeToken(each);
      if (decoded !== undefined) expect(encodeToken(decoded)).toBe(each);
    });
    fc.assert(property, { numRuns: 2_000 });
  });
});
