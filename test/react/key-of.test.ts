import { describe, expect, it } from "vitest";
import { KeyOf } from "../../src/react/key-of.ts";

describe("KeyOf", () => {
  const keys = new KeyOf();
  class Agent {
    readonly name = "agent";
  }
  const agent = new Agent();
  const parse = () => {};

  it.each<[string, unknown, unknown]>([
    ["objects with the same fields", { a: 1, b: [2, "3"] }, { b: [2, "3"], a: 1 }],
    ["a field that is undefined and none", { a: undefined }, {}],
    ["objects without a prototype and with one", Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ["the same instance", { agent }, { agent }],
    ["the same function", { parse }, { parse }],
  ])("is the same for %s", (_, one, other) => {
    expect(keys.of(one)).toBe(keys.of(other));
  });

  it.each<[string, unknown, unknown]>([
    ["a number and its text", 1, "1"],
    ["a list and its items in one text", ["a", "b"], ["a,b"]],
    ["a list in a list", [["a"], "b"], ["a", ["b"]]],
    ["fields that look like one another", { a: 'b","c":"d' }, { a: "b", c: "d" }],
    ["an empty list and an empty object", [], {}],
    ["null, false and nothing", [null, false], [false, undefined]],
    ["two instances", { agent }, { agent: new Agent() }],
    ["two functions", { parse }, { parse: () => {} }],
  ])("differs for %s", (_, one, other) => {
    expect(keys.of(one)).not.toBe(keys.of(other));
  });
});
