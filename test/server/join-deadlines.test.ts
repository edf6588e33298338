import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/clock.ts";
import { JoinDeadlines } from "../../src/server/join-deadlines.ts";
import { FakeClock } from "../support/fake-clock.ts";

class Waiting {
  closed: string | undefined;

  close(reason: string): void {
    this.closed = reason;
  }
}

describe("JoinDeadlines", () => {
  it("closes each client when its own time is over, and not before", () => {
    const clock = new FakeClock();
    const deadlines = new JoinDeadlines(clock, 100);
    const [early, late] = [new Waiting(), new Waiting()];
    deadlines.add(early);
    clock.advance(60);
    deadlines.add(late);
    clock.advance(40);
    expect([early.closed, late.closed]).toEqual(["forced server close", undefined]);
    clock.advance(59);
    expect(late.closed).toBeUndefined();
    clock.advance(1);
    expect(late.closed).toBe("forced server close");
  });

  it("closes nobody early, however soon behind another its time is over", () => {
    const clock = new FakeClock();
    const deadlines = new JoinDeadlines(clock, 100);
    const came = [0, 1, 2, 10, 49, 50, 51];
    const closedAt: number[] = [];
    for (const moment of came) {
      clock.advance(moment - clock.now());
      deadlines.add({ close: () => closedAt.push(clock.now()) });
    }
    clock.advance(1_000);
    expect(closedAt).toEqual(came.map((moment) => moment + 100));
    expect(clock.pending).toBe(0);
  });

  it("closes nobody early when its timer comes too soon, as those of Node may", () => {
    const clock = new FakeClock();
    const early: Clock = {
      now: () => clock.now(),
      after: (milliseconds, run) => clock.after(Math.max(milliseconds - 1, 0.25), run),
    };
    const deadlines = new JoinDeadlines(early, 100);
    let closedAt = 0;
    deadlines.add({ close: () => (closedAt = clock.now()) });
    clock.advance(1_000);
    expect(closedAt).toBeGreaterThanOrEqual(100);
    expect(closedAt).toBeLessThan(101);
  });

  it("closes at once all whose time has passed while nothing ran", () => {
    const clock = new FakeClock();
    const deadlines = new JoinDeadlines(clock, 100);
    const waiting = [new Waiting(), new Waiting(), new Waiting()];
    for (const each of waiting) {
      deadlines.add(each);
      clock.advance(30);
    }
    clock.sleep(50);
    clock.advance(0);
    expect(waiting.map(({ closed }) => closed)).toEqual([
      "forced server close",
      "forced server close",
      undefined,
    ]);
  });

  it("leaves those alone who have joined, and has no timer when it has run for nobody", () => {
    const clock = new FakeClock();
    const deadlines = new JoinDeadlines(clock, 100);
    const [first, second] = [new Waiting(), new Waiting()];
    for (const each of [first, second]) deadlines.add(each);
    deadlines.delete(first);
    deadlines.delete(second);
    deadlines.delete(second);
    clock.advance(1_000);
    expect([first.closed, second.closed]).toEqual([undefined, undefined]);
    expect(clock.pending).toBe(0);
  });

  it("has one timer for all who come, also when each joins before the next one comes", () => {
    const clock = new FakeClock();
    const deadlines = new JoinDeadlines(clock, 100);
    for (let count = 0; count < 5; count += 1) {
      const waiting = new Waiting();
      deadlines.add(waiting);
      deadlines.delete(waiting);
      clock.advance(10);
    }
    expect(clock.pending).toBe(1);
    const late = new Waiting();
    deadlines.add(late);
    clock.advance(99);
    expect(late.closed).toBeUndefined();
    clock.advance(1);
    expect(late.closed).toBe("forced server close");
  });

  it("begins anew after all have gone", () => {
    const clock = new FakeClock();
    const deadlines = new JoinDeadlines(clock, 100);
    const [first, second] = [new Waiting(), new Waiting()];
    deadlines.add(first);
    clock.advance(100);
    deadlines.add(second);
    clock.advance(100);
    expect([first.closed, second.closed]).toEqual(["forced server close", "forced server close"]);
    expect(clock.pending).toBe(0);
  });
});
