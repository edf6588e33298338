import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encode } from "../../src/socketio/encoder.ts";
import { type EventPacket, PacketType } from "../../src/socketio/packet.ts";
import { LONG_TEXT, quote } from "../../src/socketio/quote.ts";

describe("quote", () => {
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
    for (const length of [0, 1, LONG_TEXT - 2, LONG_TEXT - 1, LONG_TEXT, 10_000]) {
      const rest = "x".repeat(length);
      for (const text of [character + rest, rest + character, rest + character + rest]) {
        expect(quote(text)).toBe(JSON.stringify(text));
      }
    }
  });

  it("writes any text as JSON has it", () => {
    const unit = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme-composite" }));
    fc.assert(
      fc.property(unit, fc.nat(400), (text, length) => {
        const long = `${"x".repeat(length)}${text}`;
        expect(quote(long)).toBe(JSON.stringify(long));
      }),
    );
  });

  it("stands in for JSON where an event is all text", () => {
    const long = "x".repeat(LONG_TEXT);
    for (const data of [
      ["echo", long],
      ["echo", long, "short"],
      ["echo", long, 1],
      ["echo", long, undefined],
    ]) {
      const packet = { type: PacketType.EVENT, namespace: "/", id: undefined, data } as const;
      expect(encode(packet as unknown as EventPacket).text).toBe(`2${JSON.stringify(data)}`);
    }
  });
});
