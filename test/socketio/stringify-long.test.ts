import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringifyLong } from "../../src/socketio/stringify-long.ts";
import { LONG_TEXT } from "../../src/socketio/stringify-plain.ts";

describe("stringifyLong", () => {
  it.each([
    ["plain text", "a"],
    ["text of another alphabet", "바"],
    ["quotes", '"'],
    ["backslashes", "\\"],
    ["line feeds", "\n"],
    ["tabs", "\t"],
    ["the least control character", "\0"],
    ["the greatest control character", "\x1f"],
    ["a delete", "\x7f"],
    ["line separators", "\u2028"],
    ["half a pair", "\ud83d"],
    ["the other half", "\ude00"],
    ["whole pairs", "😀"],
  ])("writes %s as JSON has it, at each place and length", (_name, character) => {
    for (const length of [0, 1, LONG_TEXT - 2, LONG_TEXT - 1, LONG_TEXT, 10_000, 70_000]) {
      const rest = "x".repeat(length);
      for (const text of [character + rest, rest + character, rest + character + rest]) {
        expect(stringifyLong(["echo", text])).toBe(JSON.stringify(["echo", text]));
      }
    }
  });

  it("finds each control character, wherever it stands among whatever", () => {
    for (const letter of ["x", "é", "바"]) {
      const long = letter.repeat(LONG_TEXT);
      for (let code = 0; code < 0x20; code += 1) {
        const data = [long, `${long}${String.fromCharCode(code)}`, long];
        expect(stringifyLong(data)).toBe(JSON.stringify(data));
      }
    }
  });

  it("writes any text as JSON has it", () => {
    const unit = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme-composite" }));
    fc.assert(
      fc.property(unit, fc.nat(400), (text, length) => {
        const data = [`${"x".repeat(length)}${text}`];
        expect(stringifyLong(data)).toBe(JSON.stringify(data));
      }),
    );
  });

  it("writes what is not all text as JSON has it", () => {
    const long = "x".repeat(LONG_TEXT);
    for (const data of [["echo", long, 1], ["echo", long, undefined], { long }, long, []]) {
      expect(stringifyLong(data)).toBe(JSON.stringify(data));
    }
  });

  it("puts a head before it, whatever the text holds", () => {
    for (const text of ["short", "x".repeat(LONG_TEXT), `${"x".repeat(LONG_TEXT)}\t`]) {
      expect(stringifyLong(["echo", text], "2/a,1")).toBe(`2/a,1${JSON.stringify(["echo", text])}`);
    }
    expect(stringifyLong([], "3")).toBe("3[]");
  });

  it("writes any data as JSON has it", () => {
    const item = fc.oneof(
      fc.string(),
      fc.jsonValue(),
      fc.constantFrom(undefined, () => 1, Symbol("s"), new Date(0)),
    );
    fc.assert(
      fc.property(fc.array(item), (data) => {
        expect(stringifyLong(data)).toBe(JSON.stringify(data));
      }),
    );
  });
});
