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
});
