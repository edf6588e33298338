import { expect, it } from "vitest";
import { reconnectionDelay } from "../../../src/web/event-source/reconnection-delay.ts";

const bounds = { minRetry: 500, maxRetry: 3_600_000 };

it.each([
  [3_000, 0, 0, 3_000],
  [3_000, 0, 1, 4_500],
  [3_000, 1, 0, 6_000],
  [3_000, 3, 0, 24_000],
  [3_000, 4, 0, 30_000],
  [3_000, 5_000, 0, 30_000],
  [0, 0, 0, 500],
  [0, 2, 0, 2_000],
  [60_000, 0, 0, 60_000],
  [60_000, 3, 0, 60_000],
  [1e18, 0, 0, 3_600_000],
  [Number.POSITIVE_INFINITY, 7, 1, 5_400_000],
])("asked for %d, after %d failures, by chance %d: %d", (asked, failures, random, delay) => {
  expect(reconnectionDelay(asked, failures, bounds, random)).toBe(delay);
});
