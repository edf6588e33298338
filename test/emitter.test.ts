import { describe, expect, expectTypeOf, it } from "vitest";
import {
  type AckValue,
  type AllButLast,
  type DefaultEventsMap,
  Emitter,
  type EventNameWithAck,
  type EventsWithTimeout,
  type Last,
} from "../src/emitter.ts";
import { record } from "./support/record.ts";

interface Events {
  news: (text: string) => void;
  count: (left: number, right: number) => void;
}

class Recorder extends Emitter<Events> {
  fire(event: keyof Events, ...args: unknown[]): boolean {
    return this.dispatch(event, args);
  }
}

const start = () => ({ emitter: new Recorder(), ...record() });

describe("Emitter", () => {
  it("calls the listeners in order, with itself as this", () => {
    const { emitter, heard, listener } = start();
    emitter.on("news", listener("first"));
    emitter.on("news", function (this: unknown) {
      heard.push(this);
    });
    expect(emitter.fire("news", "a")).toBe(true);
    expect(heard).toEqual([["first", "a"], emitter]);
  });

  it("says when nobody listens", () => {
    expect(start().emitter.fire("news", "a")).toBe(false);
  });

  it("calls a once listener once, even when it fires the event again", () => {
    const { emitter, heard } = start();
    emitter.once("news", (text) => {
      heard.push(text);
      emitter.fire("news", "again");
    });
    emitter.fire("news", "a");
    expect(heard).toEqual(["a"]);
  });

  it("removes one listener, the last of its kind first", () => {
    const { emitter, heard, listener } = start();
    const twice = listener("twice");
    emitter.on("news", twice).on("news", listener("other")).on("news", twice);
    emitter.off("news", twice);
    emitter.fire("news");
    expect(heard).toEqual([["twice"], ["other"]]);
    emitter.removeListener("news", twice).removeListener("news", twice);
    expect(emitter.listeners("news")).toHaveLength(1);
  });

  it("removes a listener that was added by once", () => {
    const { emitter, heard, listener } = start();
    const once = listener("once");
    emitter.once("news", once).off("news", once);
    emitter.fire("news");
    expect(heard).toEqual([]);
  });

  it("removes the entry that was called, where one listener stands twice", () => {
    const { emitter, heard, listener } = start();
    const twice = listener("twice");
    emitter.once("news", twice).on("news", twice);
    for (let round = 0; round < 3; round += 1) emitter.fire("news", round);
    expect(heard).toEqual([
      ["twice", 0],
      ["twice", 0],
      ["twice", 1],
      ["twice", 2],
    ]);
  });

  it("removes all listeners of an event, or of all", () => {
    const { emitter, listener } = start();
    emitter.on("news", listener("a")).on("count", listener("b"));
    emitter.removeAllListeners("news");
    expect([emitter.hasListeners("news"), emitter.hasListeners("count")]).toEqual([false, true]);
    emitter.removeAllListeners();
    expect(emitter.hasListeners("count")).toBe(false);
  });

  it("lets changes during a dispatch take effect from the next one", () => {
    const { emitter, heard, listener } = start();
    const late = listener("late");
    emitter.on("news", () => {
      emitter.off("news", late).on("news", listener("new"));
    });
    emitter.on("news", late);
    emitter.fire("news");
    expect(heard).toEqual([["late"]]);
    emitter.fire("news");
    expect(heard).toEqual([["late"], ["new"]]);
  });

  it("hands what a listener throws to the caller, and calls no further one", () => {
    const { emitter, heard, listener } = start();
    emitter.on("news", () => {
      throw new Error("boom");
    });
    emitter.on("news", listener("after"));
    expect(() => emitter.fire("news")).toThrow("boom");
    expect(heard).toEqual([]);
  });

  it("tells its listeners and events", () => {
    const { emitter } = start();
    const listener = () => {};
    expect(emitter.hasListeners("news")).toBe(false);
    emitter.on("news", listener).once("news", listener);
    expect(emitter.listeners("news")).toEqual([listener, listener]);
    expect(emitter.listeners("news")).toHaveLength(2);
    expect(emitter.hasListeners("news")).toBe(true);
    expect(emitter.listeners("count")).toEqual([]);
  });

  it("takes names of the prototype as plain names", () => {
    const emitter = new (class extends Emitter<DefaultEventsMap> {
      fire(event: string): boolean {
        return this.dispatch(event, []);
      }
    })();
    for (const name of ["__proto__", "constructor", "hasOwnProperty"]) {
      expect(emitter.fire(name)).toBe(false);
      expect(emitter.listeners(name)).toHaveLength(0);
    }
  });

  it("types its listeners", () => {
    const { emitter } = start();
    emitter.on("count", (left, right) => expectTypeOf([left, right]).toEqualTypeOf<number[]>());
    // @ts-expect-error no such event
    emitter.on("other", () => {});
    // @ts-expect-error not this argument
    emitter.on("news", (text: number) => text);
  });
});

describe("the types of acknowledgements", () => {
  interface Acked {
    plain: (text: string) => void;
    ask: (text: string, answer: (value: number) => void) => void;
    fail: (answer: (error: Error, value: string) => void) => void;
    optional: (text: string, answer?: (value: boolean) => void) => void;
  }

  it("find the events that have one", () => {
    expectTypeOf<EventNameWithAck<Acked>>().toEqualTypeOf<"ask" | "fail" | "optional">();
    expectTypeOf<EventNameWithAck<DefaultEventsMap>>().toEqualTypeOf<string>();
  });

  it("take arguments apart", () => {
    expectTypeOf<Last<[string, number]>>().toEqualTypeOf<number>();
    expectTypeOf<AllButLast<[string, number]>>().toEqualTypeOf<[string]>();
    // biome-ignore lint/suspicious/noExplicitAny: what an untyped program has
    expectTypeOf<AllButLast<any[]>>().toEqualTypeOf<any[]>();
  });

  it("find what an acknowledgement brings", () => {
    expectTypeOf<AckValue<(value: number) => void>>().toEqualTypeOf<number>();
    expectTypeOf<AckValue<(error: Error, value: string) => void>>().toEqualTypeOf<string>();
    expectTypeOf<AckValue<() => void>>().toBeUndefined();
    // biome-ignore lint/suspicious/noExplicitAny: what an untyped program has
    expectTypeOf<AckValue<any>>().toBeAny();
  });

  it("put the error of a timeout first, once", () => {
    expectTypeOf<EventsWithTimeout<Acked>>().toEqualTypeOf<{
      plain: (text: string) => void;
      ask: (text: string, answer: (error: Error, value: number) => void) => void;
      fail: (answer: (error: Error, value: string) => void) => void;
      optional: (text: string, answer?: (error: Error, value: boolean) => void) => void;
    }>();
  });
});
