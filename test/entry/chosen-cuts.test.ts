import { describe, expect, it } from "vitest";
import { CUT_CLASSES, type CutClass, WAYS } from "../support/cut-classes.ts";
import type { Disturbance } from "../support/cut-proxy.ts";
import { chance, expectNothingLost, TIME } from "../support/lossless.ts";
import type { Unit } from "../support/wire-units.ts";

/** Each class with each way at which its places are met. */
const CASES = CUT_CLASSES.flatMap((cutClass) => cutClass.ways.map((way) => ({ cutClass, way })));

/** How many sessions are tried: one of each class by each way by default, `CUTS=200` for more. */
const SESSIONS = Number(process.env.CUTS ?? CASES.length);
/** The first of them; `CUT_SEED=7` for another one, and with `CUTS=1` alone. */
const SEED = Number(process.env.CUT_SEED ?? 0);
const AT_ONCE = 8;
/** The most cuts of one session. */
const CUTS = 3;
const NOTHING: readonly Disturbance[] = [];

/** How often a connection was broken, by class. */
const counts = new Map(CUT_CLASSES.map(({ name }) => [name, 0]));

/** Breaks the connections of one session at places of one class, some of which it lets pass. */
class Cuts {
  readonly #cutClass: CutClass;
  readonly #random: () => number;
  #left: number;
  #toPass = 0;
  /** Whether what comes down next is what was missed. */
  #isReplayed = false;
  #isPrepared: boolean;

  constructor(cutClass: CutClass, random: () => number) {
    this.#cutClass = cutClass;
    this.#random = random;
    this.#left = cutClass.once ? 1 : 1 + this.#below(CUTS);
    this.#isPrepared = cutClass.isOfReplay !== true;
    this.#toPass = this.#below(cutClass.often);
  }

  get areOver(): boolean {
    return this.#left === 0;
  }

  /** Says what happens to `unit`: pieces and delays to each tenth, and to those places what is meant for them. */
  of(unit: Unit): readonly Disturbance[] {
    if (this.areOver) return NOTHING;
    const isSplit = this.#random() < 0.1;
    const pieces = isSplit
      ? [0, 1].map(() => ({ at: this.#below(unit.bytes.length), action: this.#below(15) }))
      : NOTHING;
    const cut = this.#cutIn(unit);
    return cut === undefined ? pieces : [...pieces, cut];
  }

  #cutIn(unit: Unit): Disturbance | undefined {
    const { name, find, often, silence, isOfReplay } = this.#cutClass;
    if (isOfReplay) {
      // A client that comes back names the session that it had.
      if (unit.direction === "up" && unit.text.includes('40{"pid"')) this.#isReplayed = true;
      // Not the answer to CONNECT, which may bring the first events: without it there is no session.
      const hasEvent = unit.text.includes('"down"') && !unit.text.includes('"sid"');
      if (!this.#isPrepared && unit.direction === "down" && hasEvent) {
        this.#isPrepared = true;
        return { at: unit.bytes.length - 1, action: "cut" };
      }
      if (!this.#isReplayed) return undefined;
    }
    const range = find(unit);
    if (range === undefined || this.#toPass-- > 0) return undefined;
    this.#left -= 1;
    this.#toPass = this.#below(often);
    this.#isReplayed = false;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    const [least, most] = range;
    return { at: least + this.#below(most - least + 1), action: silence ? "silence" : "cut" };
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }
}

async function run(seed: number): Promise<void> {
  const chosen = CASES[seed % CASES.length];
  if (chosen === undefined) throw new Error(`no case for the seed ${seed}`);
  const { cutClass, way } = chosen;
  const cuts = new Cuts(cutClass, chance(seed));
  const inUnit = (unit: Unit): readonly Disturbance[] => cuts.of(unit);
  await expectNothingLost({
    name: `seed ${seed}, ${way}, cut ${cutClass.name}`,
    transports: WAYS[way],
    plan: () => ({ inUnit }),
    isOver: () => cuts.areOver,
    calm: 20,
  });
}

describe("A client and a server whose connection breaks at a chosen place", () => {
  for (let first = SEED; first < SEED + SESSIONS; first += AT_ONCE) {
    const last = Math.min(first + AT_ONCE, SEED + SESSIONS) - 1;
    it(`lose nothing and do nothing twice: seeds ${first} to ${last}`, { timeout: 4 * TIME }, async () => {
      await Promise.all(Array.from({ length: last - first + 1 }, (_, index) => run(first + index)));
    });
  }

  it("was broken at each of them", () => {
    if (SESSIONS < CASES.length) return;
    const missing = [...counts].filter(([, count]) => count === 0).map(([name]) => name);
    expect(missing).toEqual([]);
  });
});
