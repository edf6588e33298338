import { describe, expect, it } from "vitest";
import { MemoryBudget } from "../../src/history/memory-budget.ts";
import { MemoryStore } from "../../src/history/memory-store.ts";
import type { Bounds } from "../../src/history/store.ts";
import { FakeClock } from "../support/fake-clock.ts";
import {
  draft,
  reading,
  type StoreSubject,
  storeContract,
  type TestPayload,
  texts,
} from "../support/store-contract.ts";

const UNBOUND: Bounds = {
  max: Number.POSITIVE_INFINITY,
  bytes: Number.POSITIVE_INFINITY,
  age: Number.POSITIVE_INFINITY,
};

let epochs = 0;

function create(
  bounds: Partial<Bounds> = {},
  budget = new MemoryBudget(1e9),
  clock = new FakeClock(),
): StoreSubject & {
  readonly store: MemoryStore<TestPayload>;
} {
  epochs += 1;
  const store = new MemoryStore<TestPayload>({
    epoch: epochs,
    seed: epochs * 7,
    now: () => clock.now(),
    boundsOf: () => ({ ...UNBOUND, ...bounds }),
    budget,
  });
  return { store, advance: (milliseconds) => clock.advance(milliseconds) };
}

storeContract("memory", ({ bounds } = {}) => create(bounds));

describe("a store in memory", () => {
  // A payload of 100 bytes counts 900.
  it("shares its budget with others: the oldest of all goes", () => {
    const budget = new MemoryBudget(3_000);
    const clock = new FakeClock();
    const [one, other] = [create({}, budget, clock), create({}, budget, clock)];
    one.store.append(draft("1", ["x", "y"]));
    clock.advance(1);
    other.store.append(draft("2", ["x"]));
    clock.advance(1);
    one.store.append(draft("3", ["x"]));
    expect(budget.used).toBe(2_700);
    clock.advance(1);
    other.store.append(draft("4", ["x"]));
    expect(budget.used).toBe(2_700);
    const all = { count: 9, bytes: 1e9 };
    expect(one.store.since([reading("x", 0), reading("y", 0)], all)).toEqual([
      { log: "x", reason: "expired" },
      { log: "y", reason: "expired" },
    ]);
    expect(texts(one.store.since([reading("x", 1)], all))).toEqual(["3"]);
    expect(texts(other.store.since([reading("x", 0)], all))).toEqual(["2", "4"]);
    one.store.close();
    expect(budget.used).toBe(1_800);
  });

  it("keeps nothing that is over the whole budget, and owns up to it", () => {
    const budget = new MemoryBudget(3_000);
    const { store } = create({}, budget);
    store.append(draft("huge", ["x"], { seal: () => ({ text: "huge", size: 5_000 }) }));
    expect(budget.used).toBe(0);
    expect(store.since([reading("x", 0)], { count: 1, bytes: 1 })).toEqual([{ log: "x", reason: "expired" }]);
  });

  it("counts an event until the last of its logs has let it go", () => {
    const budget = new MemoryBudget(1e9);
    const { store } = create({ max: 1 }, budget);
    store.append(draft("1", ["x", "y"]));
    store.append(draft("2", ["x"]));
    expect(budget.used).toBe(1_800);
    store.append(draft("3", ["y"]));
    expect(budget.used).toBe(1_800);
  });

  it("holds nothing of a thousand rooms that came and went", () => {
    const budget = new MemoryBudget(1e9);
    const { store, advance } = create({ age: 1_000 }, budget);
    for (let n = 0; n < 1_000; n++) store.append(draft("x", [`room ${n}`]));
    advance(1_000);
    store.trim(() => false);
    expect(budget.used).toBe(0);
    expect(store.state("room 1")).toBeUndefined();
  });
});
