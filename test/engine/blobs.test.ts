import { expect, it } from "vitest";
import type { BlobLike } from "../../src/blob.ts";
import { fillFromBlobs } from "../../src/engine/blobs.ts";
import { Outgoing } from "../../src/engine/outgoing.ts";
import { PacketType } from "../../src/engine/packet.ts";

/** A message with two blobs of one byte each, and what reads one of them. */
function start() {
  const outgoing = new Outgoing(PacketType.MESSAGE);
  const reads: ((bytes: ArrayBuffer) => void)[] = [];
  const targets = [new Uint8Array(1), new Uint8Array(1)];
  // biome-ignore lint/suspicious/noThenProperty: a blob gives a thenable, and here a test holds it
  const blob: BlobLike = { size: 1, arrayBuffer: () => ({ then: (done) => reads.push(done) }) };
  fillFromBlobs(
    outgoing,
    targets.map((target) => ({ blob, target })),
  );
  const heard: boolean[] = [];
  outgoing.waiting?.push(() => heard.push(outgoing.held));
  return { outgoing, reads, targets, heard };
}

it("holds a message back until all of its blobs are read", () => {
  const { outgoing, reads, targets, heard } = start();
  reads[1]?.(Uint8Array.of(2).buffer);
  expect([outgoing.held, heard]).toEqual([true, []]);
  reads[0]?.(Uint8Array.of(1).buffer);
  expect([outgoing.held, outgoing.dropped, heard]).toEqual([false, false, [false]]);
  expect(targets).toEqual([Uint8Array.of(1), Uint8Array.of(2)]);
});

it("drops a message of which one blob could not be read, whatever becomes of the other", () => {
  const { outgoing, reads, heard } = start();
  reads[0]?.(new ArrayBuffer(3));
  reads[1]?.(Uint8Array.of(1).buffer);
  expect([outgoing.held, outgoing.dropped, heard]).toEqual([false, true, [false]]);
});

it("holds back nothing without blobs", () => {
  const outgoing = new Outgoing(PacketType.MESSAGE);
  fillFromBlobs(outgoing, []);
  expect(outgoing.held).toBe(false);
});
