import { expect, it, vi } from "vitest";
import { parseRetryAfter } from "../../src/web/retry-after.ts";

it.each([
  ["120", 120_000],
  ["0", 0],
  ["Thu, 01 Jan 2026 00:00:10 GMT", 10_000],
  ["Wed, 31 Dec 2025 23:59:59 GMT", -1_000],
  ["soon", Number.NaN],
  ["", undefined],
  [null, undefined],
])("reads %j as %j milliseconds", (header, milliseconds) => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1), toFake: ["Date"] });
  try {
    expect(parseRetryAfter(header)).toBe(milliseconds);
  } finally {
    vi.useRealTimers();
  }
});
