import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Lane } from "../server/wire/lane.js";

describe("a lane", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const FAST = { latency: 0, bytesPerSecond: 1_000, burstMs: 500 };
  const SLOW = { latency: 100, bytesPerSecond: 1_000, burstMs: 0 };

  function laneAt(speed: { latency: number; bytesPerSecond: number; burstMs: number }) {
    const arrived: (string | undefined)[] = [];
    const network = { speed };
    const lane = new Lane(
      () => network.speed,
      (chunk) => arrived.push(chunk?.toString()),
    );
    const send = (text: string) => lane.send(Buffer.from(text));
    return { lane, network, arrived, send };
  }

  it("delivers at once what passes within a burst, and the rest as fast as it may", () => {
    const { lane, arrived, send } = laneAt(FAST);
    send("x".repeat(500));
    expect(arrived).toHaveLength(1);
    send("y".repeat(100));
    expect([arrived.length, lane.bytes]).toEqual([1, 100]);
    vi.advanceTimersByTime(99);
    expect(arrived).toHaveLength(1);
    vi.advanceTimersByTime(2);
    expect([arrived.length, lane.bytes]).toEqual([2, 0]);
  });

  it("takes its time, and says beforehand how long", () => {
    const { arrived, send } = laneAt(SLOW);
    const began = performance.timeOrigin + performance.now();
    expect(send("x".repeat(50)) - began).toBeCloseTo(150, 0);
    expect(send("z") - began).toBeCloseTo(151, 0);
    vi.advanceTimersByTime(149);
    expect(arrived).toEqual([]);
    vi.advanceTimersByTime(4);
    expect(arrived).toEqual(["x".repeat(50), "z"]);
  });

  it("lets nothing overtake, when the network becomes fast or the sender ends", () => {
    const { lane, network, arrived, send } = laneAt(SLOW);
    const due = send("slow");
    network.speed = FAST;
    expect(send("fast")).toBeGreaterThanOrEqual(due);
    lane.send(undefined);
    expect(arrived).toEqual([]);
    vi.advanceTimersByTime(200);
    expect(arrived).toEqual(["slow", "fast", undefined]);
  });

  it("loses what is on its way when it is stopped", () => {
    const { lane, arrived, send } = laneAt(SLOW);
    send("lost");
    lane.stop();
    expect(lane.bytes).toBe(0);
    send("new");
    vi.advanceTimersByTime(1_000);
    expect(arrived).toEqual(["new"]);
  });
});
