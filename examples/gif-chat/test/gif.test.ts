import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseGif } from "../server/gif.js";
import { limits } from "../server/limits.js";
import { ChatRefusal } from "../server/refusal.js";
import { blinkingGif, makeGif, uint16 } from "./support/make-gif.ts";

const parse = (bytes: Buffer) => parseGif(bytes, limits);
const codeOf = (bytes: Buffer): string => {
  try {
    parse(bytes);
    return "none";
  } catch (error) {
    return error instanceof ChatRefusal ? error.code : String(error);
  }
};

/** The smallest image: one pixel, no table of its own. */
const image = (width = 1, height = 1) =>
  Buffer.concat([Buffer.of(0x2c, 0, 0, 0, 0), uint16(width), uint16(height), Buffer.of(0, 2, 1, 0x4c, 0)]);
const screen = (width: number, height: number, version = "GIF89a") =>
  Buffer.concat([Buffer.from(version), uint16(width), uint16(height), Buffer.of(0, 0, 0)]);
const trailer = Buffer.of(0x3b);
const comment = (text: string) =>
  Buffer.concat([Buffer.of(0x21, 0xfe, text.length), Buffer.from(text), Buffer.of(0)]);

describe("parseGif", () => {
  it("measures an animated GIF, and leaves it as it is", () => {
    const gif = blinkingGif(64, 48);
    expect(parse(gif)).toEqual({ width: 64, height: 48, frames: 2, bytes: gif });
  });

  it("takes GIF87a", () => {
    const gif = Buffer.concat([screen(1, 1, "GIF87a"), image(), trailer]);
    expect(parse(gif)).toMatchObject({ width: 1, height: 1, frames: 1 });
  });

  it("looks at the first bytes, not at names", () => {
    for (const bytes of ["", "GIF", "GIF90a", "\x89PNG\r\n\x1a\n", "<html>GIF89a"]) {
      expect(codeOf(Buffer.from(bytes, "latin1"))).toBe("notGif");
    }
  });

  it("refuses every truncation", () => {
    const gif = makeGif({ width: 6, height: 5, frames: 2, paint: (x) => x });
    for (let length = 6; length < gif.length; length++)
      expect(codeOf(gif.subarray(0, length))).toBe("gifBroken");
  });

  it("refuses a GIF without frames, without area, with an unknown block or a bad code size", () => {
    expect(codeOf(Buffer.concat([screen(1, 1), trailer]))).toBe("gifBroken");
    expect(codeOf(Buffer.concat([screen(1, 1), image(0, 1), trailer]))).toBe("gifBroken");
    expect(codeOf(Buffer.concat([screen(1, 1), Buffer.of(0x99), image(), trailer]))).toBe("gifBroken");
    const wide = image();
    wide.writeUInt8(12, 10);
    expect(codeOf(Buffer.concat([screen(1, 1), wide, trailer]))).toBe("gifBroken");
  });

  it("refuses a screen or a frame that costs gigabytes to draw", () => {
    expect(codeOf(Buffer.concat([screen(65_535, 65_535), image(), trailer]))).toBe("gifTooManyPixels");
    expect(codeOf(Buffer.concat([screen(1, 1), image(65_535, 65_535), trailer]))).toBe("gifTooManyPixels");
    expect(codeOf(Buffer.concat([screen(4_097, 1), image(), trailer]))).toBe("gifTooManyPixels");
    expect(codeOf(Buffer.concat([screen(1, 4_097), image(), trailer]))).toBe("gifTooManyPixels");
    expect(codeOf(Buffer.concat([screen(4_096, 4_096), image(), trailer]))).toBe("none");
  });

  it("refuses 100,000 frames, and stops at the bound", () => {
    const frames = Buffer.concat([screen(1, 1), ...Array.from({ length: 100_000 }, () => image()), trailer]);
    expect(codeOf(frames)).toBe("gifTooManyPixels");
    // Broken after the bound: the walk does not get there.
    expect(codeOf(Buffer.concat([frames.subarray(0, 50_000), Buffer.of(0x99)]))).toBe("gifTooManyPixels");
  });

  it("refuses few frames of many pixels", () => {
    const frames = Array.from({ length: 30 }, () => image());
    expect(codeOf(Buffer.concat([screen(4_000, 4_000), ...frames, trailer]))).toBe("gifTooManyPixels");
  });

  it("drops comments, foreign data and what follows the trailer", () => {
    const script = "<script>alert(1)</script>";
    const application = Buffer.concat([
      Buffer.from("\x21\xff\x0bEVILSCRIPT1", "latin1"),
      Buffer.of(1, 0x41, 0),
    ]);
    const polyglot = [screen(1, 1), comment(script), application, image(), trailer, Buffer.from(script)];
    const { bytes } = parse(Buffer.concat(polyglot));
    expect(bytes).toEqual(Buffer.concat([screen(1, 1), image(), trailer]));
  });

  it("refuses or measures whatever comes, and never fails otherwise", () => {
    const gif = blinkingGif(4, 4);
    const anything = fc
      .uint8Array({ maxLength: 300 })
      .map((bytes) => Buffer.concat([gif.subarray(0, 13), bytes]));
    fc.assert(
      fc.property(anything, (bytes) => {
        expect(["none", "gifBroken", "gifTooManyPixels"]).toContain(codeOf(bytes));
      }),
    );
  });

  it("gives bytes that it takes again", () => {
    const { bytes } = parse(Buffer.concat([screen(3, 2), comment("x"), image(), image(), trailer]));
    expect(parse(bytes)).toEqual({ width: 3, height: 2, frames: 2, bytes });
  });
});
