import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SmallMap } from "../../src/server/small-map.ts";

const key = fc.constantFrom("/", "/a", "/b");
const step = fc.oneof(
  fc.record({ do: fc.constant("set"), key, value: fc.nat() }),
  fc.record({ do: fc.constant("delete"), key }),
  fc.record({ do: fc.constant("clear") }),
);

describe("SmallMap", () => {
  it("holds what a Map holds", () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const small = new SmallMap<string, number>();
        const map = new Map<string, number>();
        for (const each of steps) {
          if ("value" in each) {
            small.set(each.key, each.value);
            map.set(each.key, each.value);
          } else if ("key" in each) {
            small.delete(each.key);
            map.delete(each.key);
          } else {
            small.clear();
            map.clear();
          }
          for (const name of ["/", "/a", "/b"]) expect(small.get(name)).toBe(map.get(name));
          expect(small.entries()).toEqual([...map]);
          expect(small.values()).toEqual([...map.values()]);
        }
      }),
    );
  });
});
