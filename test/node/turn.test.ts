import { describe, expect, it } from "vitest";
import { Turn } from "../../src/node/turn.ts";

const nextTurn = () => new Promise(setImmediate);

describe("Turn", () => {
  it("flushes everything once, in order, after the code that runs now", async () => {
    const turn = new Turn();
    const flushed: string[] = [];
    turn.schedule({ flush: () => flushed.push("a") });
    turn.schedule({ flush: () => flushed.push("b") });
    expect(flushed).toEqual([]);
    await nextTurn();
    await nextTurn();
    expect(flushed).toEqual(["a", "b"]);
  });

  it("gives what is scheduled during a flush a turn of its own", async () => {
    const turn = new Turn();
    const flushed: string[] = [];
    turn.schedule({
      flush: () => {
        flushed.push("a");
        turn.schedule({ flush: () => flushed.push("b") });
      },
    });
    await nextTurn();
    expect(flushed).toEqual(["a"]);
    await nextTurn();
    expect(flushed).toEqual(["a", "b"]);
  });

  it("loses nothing behind a flush that throws", async () => {
    const turn = new Turn();
    const flushed: string[] = [];
    const uncaught: unknown[] = [];
    const note = (error: unknown) => uncaught.push(error);
    process.on("uncaughtException", note);
    const own = new Error("a flush that should not have thrown");
    turn.schedule({ flush: () => flushed.push("a") });
    turn.schedule({
      flush: () => {
        throw own;
      },
    });
    turn.schedule({ flush: () => flushed.push("b") });
    for (let i = 0; i < 3; i += 1) await nextTurn();
    turn.schedule({ flush: () => flushed.push("c") });
    await nextTurn();
    process.off("uncaughtException", note);
    expect(flushed).toEqual(["a", "b", "c"]);
    expect(uncaught).toEqual([own]);
  });
});
