import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringifyPlain } from "../../src/socketio/stringify-plain.ts";

describe("stringifyPlain", () => {
  it("writes short plain texts, numbers, truths and null as JSON has them", () => {
    const data = ["news", "", "a b~[]{}", 0, -0, -1.5, 1e21, 5e-324, true, false, null];
    expect(stringifyPlain(data, "2/a,7")).toBe(`2/a,7${JSON.stringify(data)}`);
  });

  it.each([
    ["a long text", "x".repeat(256)],
    ["a quote", '"'],
    ["a backslash", "\\"],
    ["a control character", "\x1f"],
    ["a delete", "\x7f"],
    ["another alphabet", "é"],
    ["half a pair", "\ud83d"],
    ["what is no number", Number.NaN],
    ["what is infinite", Number.POSITIVE_INFINITY],
    ["undefined", undefined],
    ["an object", {}],
    ["a list", []],
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["a large integer", 1n],
    ["a number with methods", Object(1)],
  ])("leaves %s to others", (_name, item) => {
    expect(stringifyPlain(["a", item], "2")).toBeUndefined();
    expect(stringifyPlain([item], "2")).toBeUndefined();
  });

  it("leaves a list that is empty, or has JSON of its own, to others", () => {
    expect(stringifyPlain([], "2")).toBeUndefined();
    expect(stringifyPlain(Object.assign(["a"], { toJSON: () => 1 }), "2")).toBeUndefined();
  });

  it("gives what JSON gives, and ASCII, for whatever it takes", () => {
    const item = fc.oneof(fc.string({ unit: "binary" }), fc.string(), fc.double(), fc.jsonValue());
    fc.assert(
      fc.property(fc.array(item), (data) => {
        const text = stringifyPlain(data, "");
        if (text === undefined) return;
        expect(text).toBe(JSON.stringify(data));
        expect(Buffer.byteLength(text)).toBe(text.length);
      }),
    );
  });
});
