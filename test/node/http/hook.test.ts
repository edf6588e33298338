import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { askHook, type HookOutcome } from "../../../src/node/http/hook.ts";
import { startEngine } from "../../support/engine-app.ts";
import { RawWebSocket } from "../../support/engine-client.ts";
import { ask } from "../../support/http.ts";

type Hook = (callback: (error: unknown, answer: boolean) => void) => unknown;

function outcomesOf(hook: Hook): HookOutcome<boolean>[] {
  const outcomes: HookOutcome<boolean>[] = [];
  askHook(hook, 1000, (outcome) => outcomes.push(outcome));
  return outcomes;
}

describe("askHook", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("takes the first answer, at once or later, and no other", async () => {
    const answered = [{ kind: "answered", answer: true }];
    expect(outcomesOf((callback) => callback(null, true))).toEqual(answered);
    const later = outcomesOf((callback) => {
      setTimeout(() => callback(undefined, true), 10);
      setTimeout(() => callback("late", false), 20);
    });
    expect(later).toEqual([]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(later).toEqual(answered);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("H-16: counts what it throws, rejects or reports as a failure", async () => {
    const error = new Error("no");
    const failed = [{ kind: "failed", error }];
    expect(outcomesOf((callback) => callback(error, true))).toEqual(failed);
    expect(
      outcomesOf(() => {
        throw error;
      }),
    ).toEqual(failed);
    const rejected = outcomesOf(() => Promise.reject(error));
    await vi.advanceTimersByTimeAsync(0);
    expect(rejected).toEqual(failed);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("H-12: waits no longer than it says", () => {
    const outcomes = outcomesOf(() => {});
    vi.advanceTimersByTime(999);
    expect(outcomes).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(outcomes).toEqual([{ kind: "silent" }]);
  });

  it("lets through what the caller throws", () => {
    expect(() =>
      askHook<boolean>(
        (callback) => callback(null, true),
        1000,
        () => {
          throw new Error("mine");
        },
      ),
    ).toThrow("mine");
  });
});

describe("allowRequest", () => {
  const path = "/engine.io/?EIO=4&transport=polling";

  it("lets a request in, at once or later", async () => {
    const { port } = await startEngine({
      allowRequest: (_request, callback) => setImmediate(callback, null, true),
    });
    expect((await ask({ port, path })).status).toBe(200);
    expect(await (await RawWebSocket.open(port, "")).next()).toMatch(/^0/);
  });

  it.each([
    ["no", (callback) => callback(null, false), "Forbidden"],
    ["no, with a reason", (callback) => callback("not today", false), "not today"],
    [
      "nothing, but throws",
      () => {
        throw new Error("secret");
      },
      "Forbidden",
    ],
    ["nothing, but rejects", () => Promise.reject(new Error("secret")), "Forbidden"],
  ] as [name: string, hook: Hook, message: string][])("H-16: that says %s", async (_name, hook, text) => {
    const { port, engine } = await startEngine({
      allowRequest: (_request, callback) => hook(callback as Parameters<Hook>[0]),
    });
    const answer = await ask({ port, path });
    expect([answer.status, answer.body]).toEqual([403, JSON.stringify({ code: 4, message: text })]);
    await expect(RawWebSocket.open(port, "")).rejects.toThrow("refused: 403");
    expect(engine.clientsCount).toBe(0);
  });
});
