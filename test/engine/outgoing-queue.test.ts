import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Outgoing } from "../../src/engine/outgoing.ts";
import { OutgoingQueue } from "../../src/engine/outgoing-queue.ts";
import { PacketType } from "../../src/engine/packet.ts";

describe("OutgoingQueue", () => {
  it("gives back in order, whatever the sequence of pushes and shifts", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (pushes) => {
        const queue = new OutgoingQueue();
        const model: Outgoing[] = [];
        for (const push of pushes) {
          if (push) {
            const outgoing = new Outgoing(PacketType.MESSAGE, "x");
            queue.push(outgoing);
            model.push(outgoing);
          } else {
            expect(queue.shift()).toBe(model.shift());
          }
          expect(queue.empty).toBe(model.length === 0);
          expect(queue.size === 0).toBe(model.length === 0);
        }
      }),
    );
  });

  it("is empty when cleared", () => {
    const queue = new OutgoingQueue();
    queue.push(new Outgoing(PacketType.MESSAGE, "x"));
    queue.clear();
    expect([queue.empty, queue.size, queue.shift()]).toEqual([true, 0, undefined]);
  });

  it("holds back what is held, and all behind it; leaves out what could not be read", () => {
    const queue = new OutgoingQueue();
    const [held, lost, last] = ["1", "2", "3"].map((data) => new Outgoing(PacketType.MESSAGE, data)) as [
      Outgoing,
      Outgoing,
      Outgoing,
    ];
    held.hold();
    held.hold();
    lost.hold();
    const heard: string[] = [];
    held.whenReleased(() => heard.push("released"));
    for (const outgoing of [held, lost, last]) queue.push(outgoing);
    lost.release(false);
    held.release(true);
    expect([queue.shift(), heard]).toEqual([undefined, []]);
    held.release(true);
    expect(heard).toEqual(["released"]);
    expect([queue.shift(), queue.shift(), queue.shift()]).toEqual([held, last, undefined]);
    expect([queue.empty, queue.size]).toEqual([true, 0]);
  });
});
