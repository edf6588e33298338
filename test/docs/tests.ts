import { expect } from "vitest";

type Step = () => unknown;

/** What a block that is a test imports of vitest or of `node:test`: the tests are kept, and run behind the block. */
export class Tests {
  readonly module: Readonly<Record<string, unknown>>;
  readonly #tests: Step[] = [];
  readonly #before: Step[] = [];
  readonly #after: Step[] = [];

  constructor() {
    const test = (_name: string, step: Step) => void this.#tests.push(step);
    const before = (step: Step) => void this.#before.push(step);
    const after = (step: Step) => void this.#after.push(step);
    this.module = { test, it: test, beforeEach: before, afterEach: after, expect, default: test };
  }

  async run(): Promise<void> {
    const [tests, before, after] = [this.#tests, this.#before, this.#after].map((steps) => steps.splice(0));
    for (const test of tests ?? []) {
      for (const step of before ?? []) await step();
      await test();
      for (const step of after ?? []) await step();
    }
  }
}
