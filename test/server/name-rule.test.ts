import { expect, it } from "vitest";
import { names } from "../../src/server/name-rule.ts";

it("a rule names what it is, or what it matches, as often as it is asked", () => {
  expect([names("a", "a"), names("a", "ab")]).toEqual([true, false]);
  for (const pattern of [/^a/, /^a/g, /^a/y]) {
    expect([1, 2, 3].map(() => names(pattern, "ab"))).toEqual([true, true, true]);
    expect(names(pattern, "ba")).toBe(false);
  }
});
