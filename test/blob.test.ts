import { expect, it } from "vitest";
import { isBlob } from "../src/blob.ts";

it("knows a blob by its shape", () => {
  expect([new Blob([]), { size: 2, arrayBuffer: () => {} }].map(isBlob)).toEqual([true, true]);
  const others = [
    {},
    { size: 1 },
    { arrayBuffer: () => {} },
    { size: 1, arrayBuffer: 1 },
    new ArrayBuffer(1),
  ];
  expect(others.map(isBlob)).toEqual(others.map(() => false));
});
