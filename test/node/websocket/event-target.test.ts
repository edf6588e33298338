import { describe, expect, it } from "vitest";
import { EventTargetEmitter } from "../../../src/node/websocket/event-target.ts";

// How a connection's own events reach these listeners is tested by conformance/websocket, with ws beside it.
describe("dispatchEvent", () => {
  it("calls the listeners of the HTML standard with the event itself, and those of `on` not", () => {
    const target = new EventTargetEmitter();
    const heard: unknown[] = [];
    const event = { type: "message", data: "of one's own" };
    target.on("message", () => heard.push("on"));
    target.once("message", () => heard.push("once of the emitter"));
    target.addEventListener("message", (each) => heard.push(each));
    target.addEventListener("message", { handleEvent: (each) => heard.push(["object", each.data]) });
    target.addEventListener("message", () => heard.push("first time"), { once: true });
    target.onmessage = function (this: unknown) {
      heard.push(this === target);
    } as typeof target.onmessage;
    target.addEventListener("close", () => heard.push("close"));
    expect(target.dispatchEvent(event)).toBe(true);
    expect(heard).toEqual([event, ["object", "of one's own"], "first time", true]);
    heard.length = 0;
    target.dispatchEvent(event);
    expect(heard).toEqual([event, ["object", "of one's own"], true]);
    expect(target.listenerCount("message")).toBe(5);
  });

  it("says true where nobody listens", () => {
    expect(new EventTargetEmitter().dispatchEvent({ type: "nothing" })).toBe(true);
  });
});
