import { describe, expect, it } from "vitest";
import { type DrainResult, drain, type Movable, settleDrainOptions } from "../../src/server/drain.ts";
import { FakeClock } from "../support/fake-clock.ts";

class FakeClient implements Movable {
  isBusy = false;
  readonly advice: number[] = [];
  readonly #all: Set<Movable>;
  readonly #closed: number[];
  readonly #clock: FakeClock;

  constructor(all: Set<Movable>, closed: number[], clock: FakeClock) {
    this.#all = all;
    this.#closed = closed;
    this.#clock = clock;
    all.add(this);
  }

  advise(retryIn: number): void {
    this.advice.push(retryIn);
  }

  close(): void {
    this.#all.delete(this);
    this.#closed.push(this.#clock.now());
  }
}

function start(count: number, options: { over?: number; timeout?: number } = {}) {
  const clock = new FakeClock();
  const all = new Set<Movable>();
  const closed: number[] = [];
  const clients = Array.from({ length: count }, () => new FakeClient(all, closed, clock));
  const results: DrainResult[] = [];
  const begin = () => drain(all, clock, settleDrainOptions(options), (result) => results.push(result));
  return { clock, all, closed, clients, results, begin };
}

describe("drain", () => {
  it("moves clients away one after another over the time that it is given", () => {
    const { clock, closed, results, begin } = start(10, { over: 1_000 });
    const started = clock.now();
    begin();
    clock.advance(2_000);
    expect(closed.map((at) => at - started)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
    expect(results).toEqual([{ moved: 10, unanswered: 0 }]);
  });

  it("advises each of a crowd to come back at another moment of a second", () => {
    const { clock, clients, begin } = start(100, { over: 0 });
    begin();
    clock.advance(100);
    const moments = clients.flatMap(({ advice }) => advice);
    expect(moments).toHaveLength(100);
    expect(Math.max(...moments)).toBeLessThan(1_000);
    // Evenly: a tenth of them in each tenth of the second.
    for (let tenth = 0; tenth < 1_000; tenth += 100) {
      const there = moments.filter((moment) => moment >= tenth && moment < tenth + 100).length;
      expect(there).toBeGreaterThanOrEqual(8);
      expect(there).toBeLessThanOrEqual(12);
    }
  });

  it("waits for acknowledgements, and not for ever", () => {
    const { clock, clients, closed, results, begin } = start(3, { over: 0, timeout: 1_000 });
    const [first, second] = clients as [FakeClient, FakeClient, FakeClient];
    first.isBusy = true;
    second.isBusy = true;
    begin();
    clock.advance(500);
    expect(closed).toHaveLength(1);
    first.isBusy = false;
    clock.advance(100);
    expect(closed).toHaveLength(2);
    expect(results).toEqual([]);
    clock.advance(500);
    expect(closed).toHaveLength(3);
    expect(results).toEqual([{ moved: 3, unanswered: 1 }]);
  });

  it("does not count those who leave by themselves", () => {
    const { clock, all, clients, results, begin } = start(4, { over: 1_000 });
    begin();
    all.delete(clients[3] as FakeClient);
    clock.advance(2_000);
    expect(results).toEqual([{ moved: 3, unanswered: 0 }]);
  });

  it("ends at once where nobody is", () => {
    const { results, begin } = start(0);
    begin();
    expect(results).toEqual([{ moved: 0, unanswered: 0 }]);
  });

  it.each([{ over: -1 }, { timeout: Number.NaN }, { retryAfter: Number.POSITIVE_INFINITY }])(
    "refuses %j",
    (options) => {
      expect(() => settleDrainOptions(options)).toThrow(expect.objectContaining({ code: "BARO_OPTION" }));
    },
  );
});
