import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { ByteQueue } from "../../src/websocket/byte-queue.ts";

const UNKNOWN = Number.POSITIVE_INFINITY;

/** A part that has its memory to itself, as a chunk from a socket has. */
const own = (length: number, byte = 0x61) => Buffer.from(new ArrayBuffer(length)).fill(byte);

/** Runs `fill` on a queue and gives the bytes of all memory that it keeps alive. */
function held(fill: (queue: ByteQueue) => void): { length: number; memory: number; buffers: number } {
  // `take` joins all parts by one call, which sees them.
  const concat = vi.spyOn(Buffer, "concat");
  const queue = new ByteQueue();
  fill(queue);
  const { length } = queue;
  queue.take();
  const parts = concat.mock.calls.at(-1)?.[0] ?? [];
  concat.mockRestore();
  let memory = 0;
  for (const buffer of new Set(parts.map((part) => part.buffer))) memory += buffer.byteLength;
  return { length, memory, buffers: parts.length };
}

describe("ByteQueue", () => {
  it("gives back what was appended, for any parts", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9000), fc.nat(255), fc.boolean())), (parts) => {
        const queue = new ByteQueue();
        const all = parts.map(([length, byte, isOwn]) =>
          isOwn ? own(length, byte) : own(length + 5000, byte).subarray(0, length),
        );
        for (const part of all) queue.append(part, UNKNOWN);
        expect(Buffer.compare(queue.take(), Buffer.concat(all))).toBe(0);
      }),
    );
  });

  it("F-13a and F-14: a million parts of one byte share a few slabs", () => {
    const byte = own(1);
    const { length, memory, buffers } = held((queue) => {
      for (let i = 0; i < 1_000_000; i += 1) queue.append(byte, UNKNOWN);
    });
    expect(length).toBe(1_000_000);
    expect(memory).toBeLessThanOrEqual(1.1 * length + 16 * 1024);
    expect(buffers).toBeLessThan(100);
  });

  it("keeps no large chunk for a few of its bytes", () => {
    const { length, memory } = held((queue) => {
      for (let i = 0; i < 100; i += 1) queue.append(own(65_536).subarray(0, 4096), UNKNOWN);
    });
    expect(memory).toBeLessThanOrEqual(1.1 * length + 16 * 1024);
  });

  it("stays within its bound when short and long parts take turns", () => {
    const { length, memory } = held((queue) => {
      for (let i = 0; i < 500; i += 1) {
        queue.append(own(1), UNKNOWN);
        queue.append(own(4096), UNKNOWN);
      }
    });
    expect(memory).toBeLessThanOrEqual(1.1 * length + 16 * 1024);
  });

  it("keeps a chunk that is nearly all payload as it is", () => {
    const chunk = own(65_536);
    const part = chunk.subarray(14);
    const queue = new ByteQueue();
    queue.append(part, 0);
    expect(queue.take()).toBe(part);
  });

  it("makes memory of just the size for a short message that is known", () => {
    const queue = new ByteQueue();
    queue.append(own(10), 20);
    queue.append(own(20), 0);
    const whole = queue.take();
    expect(whole.length).toBe(30);
    expect(whole.buffer.byteLength).toBe(30);
  });
});
