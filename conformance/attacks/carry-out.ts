import { afterAll, it } from "vitest";
import { withstand } from "./arena.ts";
import type { Attack } from "./attack.ts";
import { report } from "./report.ts";
import { isFull } from "./scale.ts";

const TIMEOUT = isFull ? 3_600_000 : 30_000;

/** A test for each attack. */
export function carryOut(attacks: readonly Attack[]): void {
  for (const { ids, name, start, run, rounds } of attacks) {
    it(
      `${ids.join(", ")}: ${name}`,
      async () => {
        report.add(ids, name, await withstand(start, run, rounds));
      },
      TIMEOUT,
    );
  }
  afterAll(() => report.print());
}
