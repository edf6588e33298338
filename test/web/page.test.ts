import { afterEach, describe, expect, it, vi } from "vitest";
import { onPage } from "../../src/web/page.ts";

/** What the global object of a page or of a worker has, as far as it is listened to. */
function enter(document?: { hidden: boolean }) {
  const target = new EventTarget();
  const types = new Set<string>();
  vi.stubGlobal(
    "addEventListener",
    (type: string, run: (() => void) | null, options: { signal: AbortSignal }) => {
      if (!run) return;
      types.add(type);
      options.signal.addEventListener("abort", () => types.delete(type));
      target.addEventListener(type, run, options);
    },
  );
  vi.stubGlobal("document", document);
  return {
    tell: (type: string, fields: object = {}) => target.dispatchEvent(Object.assign(new Event(type), fields)),
    listeners: () => types.size,
  };
}

afterEach(() => void vi.unstubAllGlobals());

describe("onPage", () => {
  it.each([
    ["online", {}, [false]],
    ["offline", {}, [true]],
    ["pageshow", { persisted: true }, [true]],
    ["pageshow", { persisted: false }, [false]],
    ["visibilitychange", {}, [false]],
    ["pagehide", { persisted: true }, []],
  ])("of %s with %j tells %j", (type, fields, told) => {
    const { tell } = enter({ hidden: false });
    const calls: boolean[] = [];
    onPage((gone) => calls.push(gone));
    tell(type, fields);
    expect(calls).toEqual(told);
  });

  it("tells nothing of a tab that is hidden, but of its network", () => {
    const { tell } = enter({ hidden: true });
    const calls: boolean[] = [];
    onPage((gone) => calls.push(gone));
    tell("visibilitychange");
    expect(calls).toEqual([]);
    tell("online");
    expect(calls).toEqual([false]);
  });

  it("hears of the network in a worker, which has no document", () => {
    const { tell } = enter();
    const calls: boolean[] = [];
    onPage((gone) => calls.push(gone));
    tell("online");
    expect(calls).toEqual([false]);
  });

  it("takes its listeners away", () => {
    const { tell, listeners } = enter();
    const calls: boolean[] = [];
    const cancel = onPage((gone) => calls.push(gone));
    expect(listeners()).toBe(4);
    cancel();
    tell("online");
    expect([calls, listeners()]).toEqual([[], 0]);
  });

  it("does without where there are no events", () => {
    vi.stubGlobal("addEventListener", undefined);
    onPage(() => {})();
  });

  it("tells that the page is left where it is asked to, until it is cancelled", () => {
    const { tell, listeners } = enter({ hidden: false });
    const calls: unknown[] = [];
    const cancel = onPage(
      (gone) => calls.push(gone),
      () => calls.push("left"),
    );
    expect(listeners()).toBe(5);
    tell("beforeunload");
    cancel();
    tell("beforeunload");
    expect([calls, listeners()]).toEqual([["left"], 0]);
  });
});
