import { describe, expect, it } from "vitest";
import { parseSequence, UNNUMBERED } from "../../src/server/sequence.ts";

describe("the number of an event", () => {
  it.each([
    ["~1", 1],
    ["~42", 42],
    ["~999999999999999", 999_999_999_999_999],
    ["~", UNNUMBERED],
  ])("is read: %s", (text, sequence) => {
    expect(parseSequence(text)).toBe(sequence);
  });

  it.each([
    "",
    "1",
    "a~1",
    "~0",
    "~01",
    "~-1",
    "~1.5",
    "~1 ",
    "~x",
    "~~1",
    "~1000000000000000",
    1,
    null,
    {},
    ["~1"],
  ])("is none: %j", (argument) => {
    expect(parseSequence(argument)).toBeUndefined();
  });
});
