import { describe, expect, it } from "vitest";
import { AssemblyBudget } from "../../src/node/assembly-budget.ts";

/** Notes the names of those that gave up, in order. */
function party(limit: number) {
  const gone: string[] = [];
  const budget = new AssemblyBudget(limit);
  const member = (name: string) => ({ giveUp: () => void gone.push(name) });
  return { budget, gone, member };
}

describe("AssemblyBudget", () => {
  it("F-13d ends the one that holds most when all together hold too much", () => {
    const { budget, gone, member } = party(100);
    const [small, large, other] = [member("small"), member("large"), member("other")];
    budget.hold(small, 10);
    budget.hold(large, 60);
    budget.hold(other, 30);
    expect(gone).toEqual([]);
    budget.hold(small, 11);
    expect(gone).toEqual(["large"]);
    expect(budget.total).toBe(41);
  });

  it("may end the one that came last, and ends as many as it takes", () => {
    const { budget, gone, member } = party(100);
    budget.hold(member("a"), 50);
    budget.hold(member("b"), 40);
    budget.hold(member("c"), 101);
    expect(gone).toEqual(["c"]);
    expect(budget.total).toBe(90);
  });

  it("counts the latest figure of each, and forgets those that are done", () => {
    const { budget, gone, member } = party(100);
    const a = member("a");
    budget.hold(a, 90);
    budget.hold(a, 20);
    expect(budget.total).toBe(20);
    budget.hold(a, 0);
    budget.hold(a, 0);
    expect(budget.total).toBe(0);
    budget.hold(member("b"), 100);
    expect(gone).toEqual([]);
  });
});
