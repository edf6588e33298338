import { describe, expect, it } from "vitest";
import type { Backlogged } from "../../src/engine/backlog.ts";
import { OutgoingBudget } from "../../src/node/outgoing-budget.ts";
import { SlowReaders } from "../../src/node/slow-readers.ts";
import { type Tickable, TickerEntry } from "../../src/node/ticker.ts";

const nextTick = () => new Promise<void>((resolve) => process.nextTick(resolve));

function start(slowConsumer: "close" | "drop" = "close") {
  let now = 1000;
  const entries: TickerEntry[] = [];
  const ticker = {
    add(tickable: Tickable) {
      const entry = new TickerEntry(tickable);
      entries.push(entry);
      return entry;
    },
  };
  const counts = { slowClosed: 0, memoryClosed: 0 };
  const limits = { softQueued: 100, slowTime: 10, maxQueued: 1000, slowConsumer };
  const readers = new SlowReaders(limits, counts, new OutgoingBudget(1e9), ticker, () => now);
  const told: string[] = [];
  const peer = {
    backlog: 0,
    shed(cause: "slow" | "memory", sentence: string) {
      told.push(sentence);
      readers.ended(cause);
    },
  } satisfies Backlogged;
  return {
    counts,
    told,
    hold(bytes: number) {
      peer.backlog = bytes;
      readers.hold(peer, bytes, bytes);
    },
    /** Some of it goes without a word. */
    drain(bytes: number) {
      peer.backlog = bytes;
    },
    async pass(milliseconds: number) {
      now += milliseconds;
      for (const { tickable } of entries)
        if (tickable !== undefined && tickable.deadline <= now) tickable.tick(now);
      await nextTick();
    },
  };
}

describe("SlowReaders", () => {
  it("end a peer for which too much waits for too long", async () => {
    const { hold, pass, told, counts } = start();
    hold(101);
    await pass(9);
    hold(500);
    expect(told).toEqual([]);
    await pass(1);
    expect(told).toEqual(["more than 100 bytes have waited for 10 ms for the peer to read"]);
    expect(counts).toEqual({ slowClosed: 1, memoryClosed: 0 });
  });

  it("let a burst pass that is read in time, and begin anew with the next", async () => {
    const { hold, pass, told } = start();
    hold(900);
    await pass(9);
    hold(100);
    await pass(1);
    hold(900);
    await pass(9);
    expect(told).toEqual([]);
    await pass(1);
    expect(told).toHaveLength(1);
  });

  it("look again before they end one", async () => {
    const { hold, drain, pass, told } = start();
    hold(900);
    drain(100);
    await pass(10);
    expect(told).toEqual([]);
  });

  it.each(["close", "drop"] as const)(
    "end at once a peer for which far too much waits: %s",
    async (policy) => {
      const { hold, told } = start(policy);
      hold(1000);
      await nextTick();
      expect(told).toEqual([]);
      hold(1001);
      expect(told).toEqual([]);
      await nextTick();
      expect(told).toEqual(["more than 1000 bytes wait for the peer to read"]);
    },
  );

  it("end nobody for the time that it takes, where events are dropped", async () => {
    const { hold, pass, told } = start("drop");
    hold(900);
    await pass(100);
    expect(told).toEqual([]);
  });
});
