import { describe, expect, it } from "vitest";
import { type BlobLike, isBlob, readBlob } from "../src/blob.ts";

const later = (
  settle: (done: (bytes: ArrayBuffer) => void, failed: (error: unknown) => void) => void,
  size = 2,
  // biome-ignore lint/suspicious/noThenProperty: a blob gives a thenable, and here a test holds it
) => ({ size, arrayBuffer: () => ({ then: settle }) }) as BlobLike;

describe("a blob", () => {
  it("is known by its shape", () => {
    expect([new Blob([]), later(() => {})].map(isBlob)).toEqual([true, true]);
    const others = [
      {},
      { size: 1 },
      { arrayBuffer: () => {} },
      { size: 1, arrayBuffer: 1 },
      new ArrayBuffer(1),
    ];
    expect(others.map(isBlob)).toEqual(others.map(() => false));
  });

  it("is read into its place", () => {
    const target = new Uint8Array(2);
    const results: boolean[] = [];
    readBlob(
      later((done) => done(new Uint8Array([7, 8]).buffer)),
      target,
      (success) => results.push(success),
    );
    expect([[...target], results]).toEqual([[7, 8], [true]]);
  });

  it("that gives other bytes than its size says is not read", () => {
    const results: boolean[] = [];
    readBlob(
      later((done) => done(new ArrayBuffer(3))),
      new Uint8Array(2),
      (success) => results.push(success),
    );
    expect(results).toEqual([false]);
  });

  it("that fails leaves its error to the program", () => {
    const results: boolean[] = [];
    const failing = later((_done, failed) => failed(new Error("gone")));
    expect(() => readBlob(failing, new Uint8Array(2), (success) => results.push(success))).toThrow("gone");
    expect(results).toEqual([false]);
  });
});
