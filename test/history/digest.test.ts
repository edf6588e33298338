import { expect, it } from "vitest";
import { hash, nextDigest } from "../../src/history/digest.ts";

it("differs from the first event on that differs", () => {
  const run = (ids: readonly number[]): number[] => {
    let digest = 1;
    return ids.map((id) => {
      digest = nextDigest(digest, id);
      return digest;
    });
  };
  const [one, other] = [run([1, 2, 3, 4, 5]), run([1, 2, 9, 4, 5])];
  expect(other.slice(0, 2)).toEqual(one.slice(0, 2));
  for (const index of [2, 3, 4]) expect(other[index]).not.toBe(one[index]);
});

it("is 32 bits without a sign, and does not repeat itself soon", () => {
  const seen = new Set<number>();
  let digest = 0;
  for (let n = 0; n < 10_000; n++) {
    digest = nextDigest(digest, 1);
    expect(digest >>> 0).toBe(digest);
    seen.add(digest);
  }
  expect(seen.size).toBe(10_000);
  expect(hash("a")).not.toBe(hash("b"));
});
