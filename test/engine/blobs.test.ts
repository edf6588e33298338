import { expect, it } from "vitest";
import type { BlobLike } from "../../src/blob.ts";
import { fillFromBlobs } from "../../src/engine/blobs.ts";
import { Outgoing } from "../../src/engine/outgoing.ts";
import { PacketType } from "../../src/engine/packet.ts";

/** A message with two blobs of one byte each, and what gives one of them its bytes. */
function start() {
  const outgoing = new Outgoing(PacketType.MESSAGE);
  const reads: ((bytes: ArrayBuffer) => void)[] = [];
  const targets = [new Uint8Array(1), new Uint8Array(1)];
  const read = () => new Promise<ArrayBuffer>((resolve) => reads.push(resolve));
  fillFromBlobs(
    outgoing,
    targets.map((target) => ({ blob: { size: 1, arrayBuffer: read }, target })),
  );
  const heard: boolean[] = [];
  const ready = new Promise<void>((resolve) => outgoing.waiting?.push(resolve));
  outgoing.waiting?.push(() => heard.push(outgoing.held));
  return { outgoing, reads, targets, heard, ready };
}

it("holds a message back until all of its blobs are read", async () => {
  const { outgoing, reads, targets, heard, ready } = start();
  reads[1]?.(Uint8Array.of(2).buffer);
  await expect.poll(() => targets[1]).toEqual(Uint8Array.of(2));
  expect([outgoing.held, heard]).toEqual([true, []]);
  reads[0]?.(Uint8Array.of(1).buffer);
  await ready;
  expect([outgoing.held, outgoing.dropped, heard]).toEqual([false, false, [false]]);
  expect(targets).toEqual([Uint8Array.of(1), Uint8Array.of(2)]);
});

it("drops a message of which one blob could not be read, and leaves the error to the program", () => {
  const outgoing = new Outgoing(PacketType.MESSAGE);
  const failures: ((error: Error) => never)[] = [];
  const later = {
    // biome-ignore lint/suspicious/noThenProperty: a blob gives a thenable, and here a test holds it
    then: (_done: unknown, failed?: (error: Error) => never) => {
      if (failed) failures.push(failed);
      return later;
    },
  };
  const blob = { size: 1, arrayBuffer: () => later } as BlobLike;
  fillFromBlobs(outgoing, [{ blob, target: new Uint8Array(1) }]);
  expect(outgoing.held).toBe(true);
  expect(() => failures[0]?.(new Error("gone"))).toThrow("gone");
  expect([outgoing.held, outgoing.dropped]).toEqual([false, true]);
});

it("holds back nothing without blobs", () => {
  const outgoing = new Outgoing(PacketType.MESSAGE);
  fillFromBlobs(outgoing, []);
  expect(outgoing.held).toBe(false);
});
