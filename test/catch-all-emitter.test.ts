import { describe, expect, it } from "vitest";
import { CatchAllEmitter } from "../src/catch-all-emitter.ts";
import type { DefaultEventsMap } from "../src/emitter.ts";
import { record } from "./support/record.ts";

class Recorder extends CatchAllEmitter<DefaultEventsMap, Record<never, never>> {
  hear(event: string, ...args: unknown[]): void {
    this.dispatchAny(event, args);
    this.dispatch(event, args);
  }

  tell(event: string, ...args: unknown[]): void {
    if (this.hasAnyOutgoing) this.dispatchAnyOutgoing([event, ...args]);
  }
}

const start = () => ({ emitter: new Recorder(), ...record() });

describe("CatchAllEmitter", () => {
  it("tells of every event before its own listeners hear it", () => {
    const { emitter, heard, listener } = start();
    emitter.on("news", listener("news"));
    emitter.onAny(listener("any")).prependAny(listener("first"));
    emitter.hear("news", 1);
    expect(heard).toEqual([
      ["first", "news", 1],
      ["any", "news", 1],
      ["news", 1],
    ]);
  });

  it("keeps what comes and what goes apart", () => {
    const { emitter, heard, listener } = start();
    emitter.onAny(listener("in"));
    emitter.onAnyOutgoing(listener("out")).prependAnyOutgoing(listener("first out"));
    emitter.tell("news", 1);
    expect(heard).toEqual([
      ["first out", "news", 1],
      ["out", "news", 1],
    ]);
    expect(emitter.offAnyOutgoing().listenersAnyOutgoing()).toEqual([]);
    expect(emitter.listenersAny()).toHaveLength(1);
  });

  it("removes one, the last of its kind, or all of them", () => {
    const { emitter, listener } = start();
    const [twice, once] = [listener("twice"), listener("once")];
    emitter.onAny(twice).onAny(once).onAny(twice).offAny(twice);
    expect(emitter.listenersAny()).toEqual([twice, once]);
    expect(emitter.offAny(listener("other")).listenersAny()).toEqual([twice, once]);
    expect(emitter.offAny().listenersAny()).toEqual([]);
  });

  it("leaves them in peace when all listeners of events go", () => {
    const { emitter, heard, listener } = start();
    emitter.onAny(listener("any")).on("news", listener("news")).off();
    emitter.hear("news");
    expect(heard).toEqual([["any", "news"]]);
    expect(emitter.hasListeners("news")).toBe(false);
  });
});
