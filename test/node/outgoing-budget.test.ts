import { describe, expect, it } from "vitest";
import type { Backlogged } from "../../src/engine/backlog.ts";
import { OutgoingBudget } from "../../src/node/outgoing-budget.ts";

const nextTick = () => new Promise<void>((resolve) => process.nextTick(resolve));

/** A peer that never reads; what waits for it is what its transport holds. */
function peer(budget: OutgoingBudget, backlog: number) {
  const told: string[] = [];
  const made: Backlogged & { told: string[] } = { backlog, told, shed: (cause) => void told.push(cause) };
  budget.hold(made, backlog, backlog);
  return made;
}

describe("OutgoingBudget", () => {
  it("gives up the one that most waits for, until the rest fits", async () => {
    const budget = new OutgoingBudget(100);
    const [small, large, middle] = [peer(budget, 20), peer(budget, 60), peer(budget, 40)];
    expect(large.told).toEqual([]);
    await nextTick();
    expect([small.told, large.told, middle.told]).toEqual([[], ["memory"], []]);
    expect(budget.total).toBe(60);
  });

  it("counts what waits in queues, too", async () => {
    const budget = new OutgoingBudget(100);
    const only = peer(budget, 10);
    budget.queue(90);
    await nextTick();
    expect(only.told).toEqual([]);
    budget.queue(1);
    await nextTick();
    expect(only.told).toEqual(["memory"]);
  });

  it("forgets what waits no more", async () => {
    const budget = new OutgoingBudget(100);
    const first = peer(budget, 90);
    budget.hold(first, 0, 0);
    budget.queue(50);
    budget.queue(-50);
    const second = peer(budget, 100);
    await nextTick();
    expect([first.told, second.told]).toEqual([[], []]);
    expect(budget.total).toBe(100);
  });
});
