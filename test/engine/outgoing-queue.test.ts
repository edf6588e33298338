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
    held.waiting = [];
    lost.dropped = true;
    for (const outgoing of [held, lost, last]) queue.push(outgoing);
    expect(queue.shift()).toBeUndefined();
    held.waiting = undefined;
    expect([queue.shift(), queue.shift(), queue.shift()]).toEqual([held, last, undefined]);
    expect([queue.empty, queue.size]).toEqual([true, 0]);
  });
});

describe("what waits in many queues", () => {
  function start() {
    let total = 0;
    const backlogs = {
      queue(bytes: number) {
        total += bytes;
      },
      hold() {},
      ended() {},
    };
    return { first: new OutgoingQueue(backlogs), second: new OutgoingQueue(backlogs), total: () => total };
  }

  it("counts once, beside what a place in a queue costs", () => {
    const { first, second, total } = start();
    const shared = new Outgoing(PacketType.MESSAGE, "x".repeat(1000));
    first.push(shared);
    expect(total()).toBe(1064);
    second.push(shared);
    expect(total()).toBe(1128);
    first.shift();
    expect(total()).toBe(1064);
    second.clear();
    expect(total()).toBe(0);
  });

  it("is forgotten with the queue, also when some of it was taken", () => {
    const { first, total } = start();
    for (let count = 0; count < 7; count += 1) first.push(new Outgoing(PacketType.MESSAGE, "abc"));
    first.shift();
    first.shift();
    first.clear();
    expect(total()).toBe(0);
  });
});
