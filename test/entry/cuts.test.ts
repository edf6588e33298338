import { describe, it } from "vitest";
import type { CutPlan, Disturbance } from "../support/cut-proxy.ts";
import { chance, expectNothingLost, TIME } from "../support/lossless.ts";

/** How many networks are tried; `CUTS=200` for more. */
const NETWORKS = Number(process.env.CUTS ?? 16);
/** The first network; `CUT_SEED=7` for another one. */
const SEED = Number(process.env.CUT_SEED ?? 0);
const AT_ONCE = 8;
/** Connections of each that are disturbed; those after them pass. */
const DISTURBED = 6;
/** About what a session's handshake, upgrade and first messages take. */
const BYTES = 3_000;

function disturbances(random: () => number): Disturbance[] {
  const place = (): number => Math.floor(random() * BYTES);
  const delays = [0, 1].map(() => ({ at: place(), action: Math.floor(random() * 60) }));
  const last = random();
  if (last < 0.5) return [...delays, { at: place(), action: "cut" }];
  return last < 0.7 ? [...delays, { at: place(), action: "stall" }] : delays;
}

function plans(seed: number): CutPlan[] {
  const random = chance(seed);
  return Array.from({ length: DISTURBED }, () => ({
    up: disturbances(random),
    down: disturbances(random),
    ...(random() < 0.3 && { split: 1 + Math.floor(random() * 40) }),
  }));
}

const WAYS = [["polling", "websocket"], ["polling"], ["websocket"], ["sse"]] as const;

function run(seed: number): Promise<void> {
  const disturbed = plans(seed);
  return expectNothingLost({
    name: `network ${seed}`,
    transports: WAYS[seed % WAYS.length] ?? [],
    plan: (index) => disturbed[index] ?? {},
    isOver: () => true,
    // More than the disturbed connections of a session can carry together.
    calm: 150,
  });
}

describe("A client and a server, with a network between them that cuts, stalls, delays and splits", () => {
  for (let first = SEED; first < SEED + NETWORKS; first += AT_ONCE) {
    const seeds = Array.from(
      { length: Math.min(AT_ONCE, SEED + NETWORKS - first) },
      (_, index) => first + index,
    );
    it(`lose nothing and do nothing twice: networks ${seeds.join(" ")}`, { timeout: 4 * TIME }, async () => {
      await Promise.all(seeds.map(run));
    });
  }
});
