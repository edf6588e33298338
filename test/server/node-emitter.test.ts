import { describe, expect, it } from "vitest";
import type { DefaultEventsMap } from "../../src/emitter.ts";
import { NodeCatchAllEmitter, NodeEmitter } from "../../src/server/node-emitter.ts";
import { record } from "../support/record.ts";

class Plain extends NodeEmitter<DefaultEventsMap> {
  fire(event: string, ...args: unknown[]): boolean {
    return this.dispatch(event, args);
  }
}

class CatchAll extends NodeCatchAllEmitter<DefaultEventsMap, Record<never, never>> {
  fire(event: string, ...args: unknown[]): boolean {
    this.dispatchAny(event, args);
    return this.dispatch(event, args);
  }
}

describe.each([
  ["NodeEmitter", Plain],
  ["NodeCatchAllEmitter", CatchAll],
])("%s", (_, Emitter) => {
  it("puts prepended listeners first", () => {
    const { heard, listener } = record();
    const emitter = new Emitter();
    emitter.addListener("news", listener("last"));
    emitter.prependListener("news", listener("middle"));
    emitter.prependOnceListener("news", listener("first"));
    emitter.fire("news");
    emitter.fire("news");
    expect(heard).toEqual([["first"], ["middle"], ["last"], ["middle"], ["last"]]);
  });

  it("tells its listeners and the names of its events", () => {
    const { listener } = record();
    const emitter = new Emitter();
    const [first, second] = [listener("first"), listener("second")];
    emitter.on("news", first).once("news", second).on("other", first);
    expect(emitter.listenerCount("news")).toBe(2);
    expect(emitter.rawListeners("news")).toEqual([first, second]);
    expect(emitter.eventNames()).toEqual(["news", "other"]);
    expect(emitter.off("news").eventNames()).toEqual(["other"]);
  });

  it("has no bound for listeners", () => {
    const emitter = new Emitter();
    expect(emitter.setMaxListeners(1)).toBe(emitter);
    expect(emitter.getMaxListeners()).toBe(0);
  });
});

it("names no listeners of all events among the events", () => {
  const { heard, listener } = record();
  const emitter = new CatchAll();
  emitter.onAny(listener("any"));
  emitter.fire("news");
  expect(heard).toEqual([["any", "news"]]);
  expect(emitter.eventNames()).toEqual([]);
});
