import { describe, expect, it } from "vitest";
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

  it("leaves those alone who have joined, and then has no timer", () => {
    const clock = new FakeClock();
    const deadlines = new JoinDeadlines(clock, 100);
    const [first, second] = [new Waiting(), new Waiting()];
    for (const each of [first, second]) deadlines.add(each);
    deadlines.delete(first);
    expect(clock.pending).toBe(1);
    deadlines.delete(second);
    deadlines.delete(second);
    expect(clock.pending).toBe(0);
    clock.advance(1_000);
    expect([first.closed, second.closed]).toEqual([undefined, undefined]);
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
