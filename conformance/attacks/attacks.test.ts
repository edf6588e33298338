import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { withstand } from "./arena.ts";
import { CATALOGUE } from "./catalogue.ts";
import { CLIENT } from "./client.ts";
import { ELSEWHERE } from "./elsewhere.ts";
import { FRAMES } from "./frames.ts";
import { HANDSHAKES } from "./handshakes.ts";
import { MEMORY } from "./memory.ts";
import { report } from "./report.ts";
import { isFull } from "./scale.ts";

const ATTACKS = [...HANDSHAKES, ...FRAMES, ...CLIENT, ...MEMORY];

const TIMEOUT = isFull ? 3_600_000 : 30_000;

describe("under attack", () => {
  for (const { ids, name, start, run, rounds } of ATTACKS) {
    it(
      `${ids.join(", ")}: ${name}`,
      async () => {
        report.add(ids, name, await withstand(start, run, rounds));
      },
      TIMEOUT,
    );
  }
  afterAll(() => report.print());
});

describe("the catalogue", () => {
  it.each(ELSEWHERE)("$id stands in $file: $name", ({ file, name }) => {
    const source = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
    expect(source).toContain(name);
  });

  it("has a test for each id, and no test is for an id that is not there", () => {
    const tested = new Set([...ATTACKS.flatMap(({ ids }) => ids), ...ELSEWHERE.map(({ id }) => id)]);
    expect([...tested].sort()).toEqual(Object.keys(CATALOGUE).sort());
  });
});
