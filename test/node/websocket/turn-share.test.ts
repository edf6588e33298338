import { describe, expect, it } from "vitest";
import { receiveInTurn, type TurnShare } from "../../../src/node/websocket/turn-share.ts";
import { frame, Recorder } from "../../websocket/recorder.ts";

const flood = (count: number): Buffer => Buffer.concat(new Array(count).fill(frame(0x81, "a")));

/** How many messages each turn handles, until nothing is left. */
function turns(recorder: Recorder, chunk: Buffer, share: TurnShare): number[] {
  const handled: number[] = [];
  for (let isDone = false; !isDone; chunk = Buffer.alloc(0)) {
    const before = recorder.events.length;
    isDone = receiveInTurn(recorder.connection, chunk, share);
    handled.push(recorder.events.length - before);
  }
  return handled;
}

const forEver = { timeBudget: Number.POSITIVE_INFINITY };

describe("what a peer may take of one turn", () => {
  it("F-17 is 256 frames", () => {
    expect(turns(new Recorder(), flood(600), forEver)).toEqual([256, 256, 88]);
  });

  it("F-17 is a number of frames that is no multiple of a slice", () => {
    expect(turns(new Recorder(), flood(50), { ...forEver, frameBudget: 20 })).toEqual([20, 20, 10]);
    expect(turns(new Recorder(), flood(3), { ...forEver, frameBudget: 1 })).toEqual([1, 1, 1]);
  });

  it("F-17 is a slice when there is no time", () => {
    expect(turns(new Recorder(), flood(40), { timeBudget: 0 })).toEqual([16, 16, 8]);
  });

  it("F-17 ends with the slice in which a listener has taken the time", () => {
    const recorder = new Recorder();
    recorder.onMessage = () => {
      if (recorder.events.length !== 17) return;
      for (const end = performance.now() + 5; performance.now() < end; );
    };
    // On a slow machine it may end before; with frames alone counted it would be all of them.
    const [first] = turns(recorder, flood(200), {});
    expect(first).toBeLessThanOrEqual(32);
  });

  it("is over when the connection is paused or closed", () => {
    const recorder = new Recorder();
    recorder.onMessage = () => {
      if (recorder.events.length === 20) recorder.connection.pause();
    };
    expect(receiveInTurn(recorder.connection, flood(60), forEver)).toBe(false);
    expect(recorder.events).toHaveLength(20);
    recorder.onMessage = () => {
      if (recorder.events.length === 40) recorder.connection.receiveEnd();
    };
    recorder.connection.resume();
    expect(receiveInTurn(recorder.connection, Buffer.alloc(0), forEver)).toBe(true);
    expect(recorder.events.slice(40)).toEqual([{ closed: 1006, reason: "" }]);
  });
});
