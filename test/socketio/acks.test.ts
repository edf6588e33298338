import { describe, expect, it } from "vitest";
import { AckIds, Acks } from "../../src/socketio/acks.ts";

describe("Acks", () => {
  it("gives ids in order, from 0", () => {
    const acks = new Acks<string>();
    expect([acks.next("a"), acks.next("b")]).toEqual([0, 1]);
    expect(acks.size).toBe(2);
  });

  it("gives each entry once", () => {
    const acks = new Acks<string>();
    const id = acks.next("a");
    expect(acks.take(id)).toBe("a");
    expect(acks.take(id)).toBeUndefined();
    expect(acks.take(999)).toBeUndefined();
    expect(acks.size).toBe(0);
  });

  it("shares a counter", () => {
    const ids = new AckIds();
    const [left, right] = [new Acks<string>(ids), new Acks<string>(ids)];
    left.next("left");
    const id = ids.next();
    left.set(id, "both");
    right.set(id, "both");
    expect(right.next("right")).toBe(2);
    expect([left.take(id), right.take(id)]).toEqual(["both", "both"]);
  });

  it("gives what is outstanding when it is cleared", () => {
    const acks = new Acks<string>();
    acks.next("a");
    acks.next("b");
    expect(acks.clear()).toEqual(["a", "b"]);
    expect(acks.size).toBe(0);
  });
});
