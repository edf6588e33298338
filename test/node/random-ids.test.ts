import { describe, expect, it } from "vitest";
import { randomIds } from "../../src/node/random-ids.ts";

describe("randomIds", () => {
  it("gives each id once, across many pools", () => {
    const next = randomIds(15);
    const ids = Array.from({ length: 5_000 }, next);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{20}$/);
  });

  it("uses all bits of all bytes", () => {
    const next = randomIds(16);
    const seen = Array.from({ length: 1_000 }, () => Buffer.from(next(), "base64url"));
    for (let byte = 0; byte < 16; byte += 1) {
      const column = seen.map((id) => id[byte] ?? 0);
      expect(column.reduce((all, each) => all | each, 0)).toBe(0xff);
      expect(column.reduce((all, each) => all & each, 0xff)).toBe(0);
    }
  });
});
