import { describe, expect, it } from "vitest";
import { Progress } from "../../src/server/progress.ts";
import { FakeClock } from "../support/fake-clock.ts";

const start = (told = 0) => {
  const clock = new FakeClock();
  const heard: number[] = [];
  const progress = new Progress(clock, told, (sequence) => heard.push(sequence));
  return { clock, heard, progress };
};

describe("progress", () => {
  it("is told once a second at most", () => {
    const { clock, heard, progress } = start();
    progress.taken(1);
    progress.taken(2);
    clock.advance(999);
    expect(heard).toEqual([]);
    clock.advance(1);
    progress.taken(3);
    clock.advance(1_000);
    expect(heard).toEqual([2, 3]);
    expect(clock.pending).toBe(0);
  });

  it("is told after 256 events", () => {
    const { clock, heard, progress } = start(10);
    for (let sequence = 11; sequence <= 10 + 256 + 3; sequence += 1) progress.taken(sequence);
    expect(heard).toEqual([266]);
    clock.advance(1_000);
    expect(heard).toEqual([266, 269]);
  });

  it("is not told where acknowledgements tell it", () => {
    const { clock, heard, progress } = start();
    for (const sequence of [1, 2]) {
      progress.taken(sequence);
      progress.acknowledged(sequence);
    }
    clock.advance(1_000);
    expect(heard).toEqual([]);
    // One that overtakes says nothing of those before it.
    progress.taken(3);
    progress.taken(4);
    progress.acknowledged(4);
    clock.advance(1_000);
    expect(heard).toEqual([4]);
  });

  it("ends with the connection", () => {
    const { clock, progress } = start();
    progress.taken(1);
    progress.end();
    expect(clock.pending).toBe(0);
  });
});
