import { describe, expect, it } from "vitest";
import { Outgoing } from "../../src/engine/outgoing.ts";
import { PacketType } from "../../src/engine/packet.ts";
import { StoredAcks } from "../../src/server/stored-acks.ts";

const ack = (text: string, ...attachments: (Uint8Array | ArrayBuffer)[]) =>
  new Outgoing(PacketType.MESSAGE, text, attachments);
const WIDE = { maxAcks: 1_000, maxBytes: 1_000_000 };

describe("stored acknowledgements", () => {
  it("are found by the number of their event", () => {
    const acks = new StoredAcks();
    acks.add(3, ack("30[1]"), WIDE);
    expect(acks.get(3)).toEqual({ data: "30[1]", attachments: [] });
    expect(acks.get(2)).toBeUndefined();
  });

  it("do not change with the buffers of the program", () => {
    const acks = new StoredAcks();
    const buffer = Buffer.from([1, 2]);
    const whole = new Uint8Array([3]).buffer;
    acks.add(1, ack("x", buffer, whole), WIDE);
    buffer[0] = 9;
    new Uint8Array(whole)[0] = 9;
    expect(acks.get(1)?.attachments.map((bytes) => [...new Uint8Array(bytes)])).toEqual([[1, 2], [3]]);
  });

  it("are bounded in number: the oldest go first", () => {
    const acks = new StoredAcks();
    for (const sequence of [1, 2, 3]) acks.add(sequence, ack("30[1]"), { ...WIDE, maxAcks: 2 });
    expect([1, 2, 3].map((sequence) => acks.get(sequence) !== undefined)).toEqual([false, true, true]);
  });

  it("are bounded in bytes, also one alone", () => {
    const acks = new StoredAcks();
    const limits = { ...WIDE, maxBytes: 400 };
    acks.add(1, ack("x".repeat(100)), limits);
    acks.add(2, ack("x", new Uint8Array(99)), limits);
    expect(acks.bytes).toBe(328);
    acks.add(3, ack("x".repeat(100)), limits);
    expect(acks.get(1)).toBeUndefined();
    expect(acks.bytes).toBe(328);
    acks.add(4, ack("x".repeat(400)), limits);
    expect(acks.bytes).toBe(0);
    expect(acks.dropOldest()).toBe(false);
  });
});
