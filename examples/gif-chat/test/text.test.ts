import { describe, expect, it } from "vitest";
import { parseLine, parseMessageText } from "../server/text.js";

const codes = { empty: "nameEmpty", tooLong: "nameTooLong" } as const;
const line = (value: unknown) => parseLine(value, 20, codes);

describe("parseMessageText", () => {
  it("leaves what people write alone", () => {
    for (const text of ["안녕하세요", "a\n\tb", "👨‍👩‍👧‍👦 🇰🇷 ❤️", "مرحبا", "ที่นี่", "<b>&amp;"]) {
      expect(parseMessageText(text, 100)).toBe(text);
    }
  });

  it("takes out controls, direction overrides and lone surrogates", () => {
    expect(parseMessageText("a\u0000b\u001b[31m\u202Ecod.exe\u2066x\ud800", 100)).toBe("ab[31mcod.exex");
    expect(parseMessageText("a\r\nb\rc\u2028d", 100)).toBe("a\nb\nc\nd");
  });

  it("keeps a few of ten thousand accents", () => {
    expect(parseMessageText(`z${"\u0301".repeat(10_000)}`, 100).length).toBeLessThanOrEqual(8);
  });

  it("counts code points, after composing", () => {
    expect(parseMessageText("😀".repeat(100), 100)).toHaveLength(200);
    expect(parseMessageText("한글".normalize("NFD"), 2)).toBe("한글");
    expect(() => parseMessageText("가".repeat(101), 100)).toThrow("messageTooLong");
  });

  it("refuses what is no string", () => {
    for (const value of [undefined, null, 1, {}, [], true]) {
      expect(() => parseMessageText(value, 100)).toThrow("badRequest");
    }
  });
});

describe("parseLine", () => {
  it("makes one line", () => {
    expect(line("  Sleepy \n\t Otter ")).toBe("Sleepy Otter");
  });

  it("refuses what nobody could see", () => {
    for (const value of ["", "   ", "\u200b\u200d", "\u202e", "\u0301"])
      expect(() => line(value)).toThrow("nameEmpty");
  });

  it("refuses what is too long", () => {
    expect(() => line("x".repeat(21))).toThrow("nameTooLong");
  });
});
