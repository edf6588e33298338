import fc from "fast-check";
import { expect, it } from "vitest";
import { Timeline } from "../../src/history/timeline.ts";

it("finds what was not removed, in whatever order the rest goes", () => {
  const property = fc.property(fc.integer({ min: 1, max: 200 }), fc.array(fc.nat(199)), (count, removals) => {
    const timeline = new Timeline<{ readonly sequence: number }>();
    const items = Array.from({ length: count }, (_, index) => ({ sequence: index * 2 + 1 }));
    for (const item of items) timeline.push(item);
    const left = new Set(items);
    for (const index of removals) {
      const item = items[index];
      if (item === undefined || !left.delete(item)) continue;
      timeline.remove(item);
    }
    expect(timeline.oldest).toBe([...left][0]);
    for (const item of items) expect(timeline.find(item.sequence)).toBe(left.has(item) ? item : undefined);
    expect(timeline.find(2)).toBeUndefined();
  });
  fc.assert(property);
});
