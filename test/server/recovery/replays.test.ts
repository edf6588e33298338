import { describe, expect, it } from "vitest";
import { type Replay, Replays } from "../../../src/server/recovery/replays.ts";
import { FakeClock } from "../../support/fake-clock.ts";

/** A client that needs so many pages of 300 events. */
function client(pages: number, log: string[], name: string): Replay & { writable: boolean } {
  let left = pages;
  return {
    writable: true,
    givePage() {
      log.push(name);
      left -= 1;
      return left <= 0 ? "done" : 300;
    },
  };
}

describe("replays", () => {
  it("give a page at once", () => {
    const log: string[] = [];
    new Replays(new FakeClock()).add(client(1, log, "a"));
    expect(log).toEqual(["a"]);
  });

  it("give no more in one turn than it bears, and everything in the end", () => {
    const clock = new FakeClock();
    const replays = new Replays(clock);
    const log: string[] = [];
    for (let n = 0; n < 100; n++) replays.add(client(34, log, String(n)));
    let before = 0;
    for (let turns = 0; clock.pending > 0; turns++) {
      expect(log.length - before).toBeLessThanOrEqual(10);
      expect(turns).toBeLessThan(400);
      before = log.length;
      clock.advance(0);
    }
    expect(log).toHaveLength(3_400);
  });

  it("let nobody wait for ever behind one who has more", () => {
    const clock = new FakeClock();
    const replays = new Replays(clock);
    const log: string[] = [];
    replays.add(client(1_000, log, "long"));
    replays.add(client(1, log, "short"));
    clock.advance(0);
    clock.advance(0);
    expect(log).toContain("short");
  });

  it("wait for a client that is not ready, without holding up the others", () => {
    const clock = new FakeClock();
    const replays = new Replays(clock);
    const log: string[] = [];
    const slow = client(2, log, "slow");
    slow.writable = false;
    replays.add(slow);
    replays.add(client(1, log, "other"));
    clock.advance(100);
    expect(log).toEqual(["other"]);
    slow.writable = true;
    clock.advance(100);
    expect(log).toEqual(["other", "slow", "slow"]);
    expect(clock.pending).toBe(0);
  });

  it("end with the server", () => {
    const clock = new FakeClock();
    const replays = new Replays(clock);
    const log: string[] = [];
    const slow = client(2, log, "slow");
    slow.writable = false;
    replays.add(slow);
    replays.close();
    slow.writable = true;
    expect(clock.pending).toBe(0);
    clock.advance(100);
    expect(log).toEqual([]);
  });
});
