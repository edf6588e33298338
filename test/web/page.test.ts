import { afterEach, describe, expect, it, vi } from "vitest";
import { onUnload, onWake } from "../../src/web/page.ts";

/** What the global object of a page or of a worker has, as far as it is listened to. */
function enter(document?: { hidden: boolean }) {
  const target = new EventTarget();
  let listeners = 0;
  vi.stubGlobal("addEventListener", (type: string, run: () => void) => {
    listeners += 1;
    target.addEventListener(type, run);
  });
  vi.stubGlobal("removeEventListener", (type: string, run: () => void) => {
    listeners -= 1;
    target.removeEventListener(type, run);
  });
  vi.stubGlobal("document", document);
  return {
    tell: (type: string, fields: object = {}) => target.dispatchEvent(Object.assign(new Event(type), fields)),
    listeners: () => listeners,
  };
}

afterEach(() => void vi.unstubAllGlobals());

describe("onWake", () => {
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
    onWake((gone) => calls.push(gone));
    tell(type, fields);
    expect(calls).toEqual(told);
  });

  it("tells nothing of a tab that is hidden, but of its network", () => {
    const { tell } = enter({ hidden: true });
    const calls: boolean[] = [];
    onWake((gone) => calls.push(gone));
    tell("visibilitychange");
    expect(calls).toEqual([]);
    tell("online");
    expect(calls).toEqual([false]);
  });

  it("hears of the network in a worker, which has no document", () => {
    const { tell } = enter();
    const calls: boolean[] = [];
    onWake((gone) => calls.push(gone));
    tell("online");
    expect(calls).toEqual([false]);
  });

  it("takes its listeners away", () => {
    const { tell, listeners } = enter();
    const calls: boolean[] = [];
    const cancel = onWake((gone) => calls.push(gone));
    expect(listeners()).toBe(4);
    cancel();
    tell("online");
    expect([calls, listeners()]).toEqual([[], 0]);
  });

  it("does without where there are no events", () => {
    vi.stubGlobal("addEventListener", undefined);
    vi.stubGlobal("removeEventListener", undefined);
    onWake(() => {})();
  });
});

describe("onUnload", () => {
  it("tells that the page is left, until it is cancelled", () => {
    const { tell, listeners } = enter();
    let calls = 0;
    const cancel = onUnload(() => {
      calls += 1;
    });
    tell("beforeunload");
    cancel();
    tell("beforeunload");
    expect([calls, listeners()]).toEqual([1, 0]);
  });
});
