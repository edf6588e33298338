import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type {
  Bounds,
  Draft,
  LogName,
  Page,
  PageLimit,
  Position,
  Reading,
  Store,
} from "../../src/history/store.ts";

/** A payload of the contract: a text, and as many bytes as it says. */
export interface TestPayload {
  readonly text: string;
  readonly size: number;
}

/** A store on its own, with a clock that can be moved on. */
export interface StoreSubject {
  readonly store: Store<TestPayload>;
  /** Milliseconds. */
  advance(milliseconds: number): void;
}

/** What a store is to be made with. */
export interface StoreWish {
  /** Of each log; no bounds by default. */
  readonly bounds?: Partial<Bounds>;
}

const ALL: PageLimit = { count: 1_000_000, bytes: Number.MAX_SAFE_INTEGER };

let lastId = 0;

export function draft(
  text: string,
  logs: readonly LogName[],
  more: Partial<Draft<TestPayload>> = {},
): Draft<TestPayload> {
  lastId += 1;
  return { id: lastId, logs, except: [], sender: undefined, seal: () => ({ text, size: 100 }), ...more };
}

export function reading(log: LogName, after: number, member?: string): Reading {
  return { log, after, member };
}

export function texts(result: Page<TestPayload> | readonly unknown[]): unknown {
  return "found" in result ? result.found.map(({ entry }) => entry.payload.text) : result;
}

/** What every store promises. */
export function storeContract(name: string, create: (wish?: StoreWish) => StoreSubject): void {
  describe(`the contract of a store: ${name}`, () => {
    it("gives each event the next place, in the history and in each of its logs", () => {
      const { store } = create();
      const start = store.head;
      expect(start.sequence).toBe(0);
      const entries = ["a", "b", "c"].map((text) =>
        store.append(draft(text, text === "b" ? ["y"] : ["x", "y"])),
      );
      expect(entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
      expect(store.head).toMatchObject({ sequence: 3, digest: entries[2]?.digest });
      const offsets = (log: LogName): unknown => {
        const page = store.since([reading(log, 0)], ALL);
        return "found" in page && page.found.map(({ offset, log: found }) => [found, offset]);
      };
      expect(offsets("x")).toEqual([
        ["x", 1],
        ["x", 2],
      ]);
      expect(offsets("y")).toEqual([
        ["y", 1],
        ["y", 2],
        ["y", 3],
      ]);
      expect(store.state("y")).toMatchObject({ first: 1, last: 3 });
      expect(store.state("never")).toBeUndefined();
    });

    it("seals with the place, calls done once, and keeps what the draft says", () => {
      const { store } = create();
      const sealed: Position[] = [];
      const done: unknown[] = [];
      const seal = (position: Position): TestPayload => {
        sealed.push({ ...position });
        return { text: "a", size: 1 };
      };
      const entry = store.append(draft("a", ["x"], { seal, except: ["y"], sender: "s" }), (error) =>
        done.push(error),
      );
      expect(sealed).toEqual([{ sequence: 1, digest: entry.digest }]);
      expect(done).toEqual([undefined]);
      expect(entry).toMatchObject({ except: ["y"], sender: "s", payload: { text: "a", size: 1 } });
    });

    it("is as it was when a draft cannot be sealed", () => {
      const { store } = create();
      store.append(draft("a", ["x"]));
      const before = { ...store.head };
      const fail = (): never => {
        throw new Error("no JSON");
      };
      expect(() => store.append(draft("b", ["x"], { seal: fail }))).toThrow("no JSON");
      expect(store.head).toMatchObject(before);
      store.append(draft("c", ["x"]));
      expect(texts(store.since([reading("x", 0)], ALL))).toEqual(["a", "c"]);
      expect(store.state("x")).toMatchObject({ first: 1, last: 2 });
    });

    it("gives what is in several logs once, in the order of the history", () => {
      const { store } = create();
      store.append(draft("1", ["x"]));
      store.append(draft("2", [null]));
      store.append(draft("3", ["y", "x"]));
      store.append(draft("4", ["z"]));
      store.append(draft("5", ["y"]));
      expect(texts(store.since([reading("x", 0), reading("y", 0), reading(null, 0)], ALL))).toEqual([
        "1",
        "2",
        "3",
        "5",
      ]);
      expect(texts(store.since([reading("x", 1), reading("y", 3)], ALL))).toEqual(["3", "5"]);
      expect(texts(store.last(["x", "y"], 2))).toEqual(["3", "5"]);
      expect(texts(store.last(["x", "y"], 9))).toEqual(["1", "3", "5"]);
      expect(texts(store.last(["x"], 0))).toEqual([]);
      expect(store.count([reading("x", 0), reading("y", 3)])).toBe(3);
    });

    it("says where a page ends, and that there is more", () => {
      const { store } = create();
      for (let n = 1; n <= 5; n++) store.append(draft(String(n), [n % 2 === 0 ? "x" : "y"]));
      const all = [reading("x", 0), reading("y", 0)];
      const page = store.since(all, { count: 2, bytes: 1_000 });
      expect(page).toMatchObject({ more: true, reached: { sequence: 2 } });
      expect(texts(page)).toEqual(["1", "2"]);
      const bytes = store.since(all, { count: 9, bytes: 250 });
      expect(bytes).toMatchObject({ more: true });
      expect(texts(bytes)).toEqual(["1", "2"]);
      expect(texts(store.since(all, { count: 9, bytes: 1 }))).toEqual(["1"]);
      const last = store.since([reading("x", 4), reading("y", 3)], { count: 1, bytes: 1 });
      expect(last).toMatchObject({ more: false, reached: store.head });
    });

    it.each<[string, Partial<Bounds>]>([
      ["events", { max: 2 }],
      ["bytes", { bytes: 2_000 }],
    ])("keeps no more %s than it may, and says so", (_, bounds) => {
      const { store } = create({ bounds });
      for (let n = 1; n <= 6; n++) store.append(draft(String(n), ["x"]));
      const state = store.state("x");
      expect(state?.last).toBe(6);
      expect(state?.first).toBeGreaterThan(1);
      const kept = (state?.first ?? 0) - 1;
      expect(store.since([reading("x", kept - 1)], ALL)).toEqual([{ log: "x", reason: "expired" }]);
      expect(texts(store.since([reading("x", kept)], ALL))).toHaveLength(6 - kept);
      // One log that has a gap is enough.
      expect(store.since([reading("x", 0), reading("y", 0)], ALL)).toEqual([{ log: "x", reason: "expired" }]);
    });

    it("lets events go that are over their age", () => {
      const { store, advance } = create({ bounds: { age: 1_000 } });
      store.append(draft("old", ["x"]));
      advance(600);
      store.append(draft("new", ["x"]));
      advance(399);
      expect(texts(store.since([reading("x", 0)], ALL))).toEqual(["old", "new"]);
      advance(1);
      expect(store.since([reading("x", 0)], ALL)).toEqual([{ log: "x", reason: "expired" }]);
      expect(texts(store.since([reading("x", 1)], ALL))).toEqual(["new"]);
      advance(1_000);
      // Nothing is kept any more, and who has it all has it all.
      expect(texts(store.since([reading("x", 2)], ALL))).toEqual([]);
      expect(store.state("x")).toMatchObject({ first: 3, last: 2 });
    });

    it("misses nothing on behalf of a member who sent it", () => {
      const { store, advance } = create({ bounds: { age: 1_000 } });
      store.append(draft("of another", ["x"], { sender: "b" }));
      store.append(draft("mine", ["x"], { sender: "a" }));
      store.append(draft("mine", ["x"], { sender: "a" }));
      advance(1_000);
      expect(texts(store.since([reading("x", 1, "a")], ALL))).toEqual([]);
      const gap = [{ log: "x", reason: "expired" }];
      expect(store.since([reading("x", 0, "a")], ALL)).toEqual(gap);
      expect(store.since([reading("x", 1, "b")], ALL)).toEqual(gap);
      expect(store.since([reading("x", 1)], ALL)).toEqual(gap);
    });

    it("forgets logs that nobody wants, and owns up to it", () => {
      const { store, advance } = create({ bounds: { age: 1_000 } });
      store.append(draft("1", ["x"]));
      store.append(draft("2", ["y"]));
      const before = store.state("x");
      advance(1_000);
      store.trim((log) => log === "y");
      expect(store.state("x")).toBeUndefined();
      expect(store.state("y")).toMatchObject({ first: 2, last: 1 });
      // A stranger may have missed something of it; a member cannot: it would have been wanted.
      expect(store.since([reading("x", 0)], ALL)).toEqual([{ log: "x", reason: "expired" }]);
      expect(texts(store.since([reading("x", 0, "a")], ALL))).toEqual([]);
      store.append(draft("3", ["x"]));
      expect(store.since([reading("x", 0)], ALL)).toEqual([{ log: "x", reason: "expired" }]);
      expect(texts(store.since([reading("x", 0, "a")], ALL))).toEqual(["3"]);
      expect(store.state("x")).toMatchObject({ first: 1, last: 1 });
      expect(store.state("x")?.epoch).not.toBe(before?.epoch);
      expect(store.sequenceAt("x", before?.epoch ?? 0, 1)).toBe("epoch");
    });

    it("knows its own positions, and no others", () => {
      const { store } = create();
      const entries = ["a", "b", "c"].map((text) => store.append(draft(text, ["x"])));
      for (const { sequence, digest } of entries) {
        expect(store.verify({ sequence, digest })).toBeUndefined();
        expect(store.verify({ sequence, digest: digest ^ 1 })).toBe("digest");
      }
      expect(store.verify({ sequence: 4, digest: entries[2]?.digest ?? 0 })).toBe("digest");
      expect(store.verify({ sequence: Number.MAX_SAFE_INTEGER, digest: 0 })).toBe("digest");
    });

    it("finds places by the offset in one log", () => {
      const { store } = create({ bounds: { max: 2 } });
      for (const log of ["x", "y", "x", "x"]) store.append(draft(log, [log]));
      const { epoch } = store.state("x") ?? { epoch: 0 };
      expect([0, 1, 2, 3, 4].map((offset) => store.sequenceAt("x", epoch, offset))).toEqual([
        "expired",
        1,
        3,
        4,
        "digest",
      ]);
      expect(store.sequenceAt("x", epoch ^ 1, 2)).toBe("epoch");
    });

    it("is another history than any other", () => {
      const [one, other] = [create().store, create().store];
      expect(one.epoch).not.toBe(other.epoch);
    });

    it("gives a reader in pages exactly what it would have heard live", () => {
      const log = fc.constantFrom<LogName>("x", "y", "z", null);
      const event = fc.record({
        logs: fc.uniqueArray(log, { minLength: 1 }),
        size: fc.integer({ min: 0, max: 400 }),
      });
      const property = fc.property(
        fc.array(event, { maxLength: 60 }),
        fc.uniqueArray(log, { minLength: 1 }),
        fc.nat(60),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 900 }),
        (events, wanted, from, count, bytes) => {
          const { store } = create();
          for (const [index, { logs, size }] of events.entries()) {
            store.append(draft(String(index + 1), logs, { seal: () => ({ text: String(index + 1), size }) }));
          }
          const expected = events.flatMap(({ logs }, index) =>
            index + 1 > from && logs.some((each) => wanted.includes(each)) ? [String(index + 1)] : [],
          );
          const heard: unknown[] = [];
          let after = from;
          for (;;) {
            const page = store.since(
              wanted.map((each) => reading(each, after)),
              { count, bytes },
            );
            if (!("found" in page)) throw new Error("a gap");
            expect(page.found.length).toBeLessThanOrEqual(count);
            heard.push(...page.found.map(({ entry }) => entry.payload.text));
            after = page.reached.sequence;
            if (!page.more) break;
          }
          expect(heard).toEqual(expected);
          expect(after).toBe(events.length);
        },
      );
      fc.assert(property);
    });

    it("never skips an event without a gap, whatever is let go meanwhile", () => {
      const event = fc.record({
        logs: fc.uniqueArray(fc.constantFrom("x", "y"), { minLength: 1 }),
        pause: fc.nat(400),
      });
      const property = fc.property(
        fc.array(event, { maxLength: 40 }),
        fc.nat(40),
        fc.integer({ min: 1, max: 5 }),
        (events, from, max) => {
          const { store, advance } = create({ bounds: { max, age: 1_000 } });
          for (const [index, { logs, pause }] of events.entries()) {
            advance(pause);
            store.append(draft(String(index + 1), logs));
            if (pause % 7 === 0) store.trim(() => false);
          }
          const expected = events.flatMap(({ logs }, index) =>
            index + 1 > from && logs.includes("x") ? [String(index + 1)] : [],
          );
          const page = store.since([reading("x", from)], ALL);
          if ("found" in page) expect(texts(page)).toEqual(expected);
          else expect(page).toEqual([{ log: "x", reason: "expired" }]);
        },
      );
      fc.assert(property);
    });
  });
}
