import { describe, expect, it } from "vitest";
import type { Binary } from "../../src/binary.ts";
import { PacketType } from "../../src/engine/packet.ts";
import type { Transport, TransportReceiver } from "../../src/engine/transport.ts";
import { message } from "./engine-app.ts";

/** A transport, and the peer at its other end. */
export interface TransportUnderTest {
  readonly transport: Transport;
  /** The peer sends packets, given as text of the wire or as binary. */
  send(...packets: (string | Buffer)[]): unknown;
  /** What reached the peer so far, text as on the wire. */
  readonly delivered: readonly (string | Binary)[];
  /** The peer goes without a word. */
  breakOff(): void;
}

/** Writes down what a transport tells. */
class RecordingReceiver implements TransportReceiver {
  readonly log: unknown[][] = [];
  packet(type: PacketType, data: string | Binary): void {
    this.log.push([type, data]);
  }
  drained(): void {}
  closed(reason: string): void {
    this.log.push(["closed", reason]);
  }
}

/** What the sessions rely on, whatever carries them. Each implementation of `Transport` passes it. */
export function describeTransport(name: string, open: () => Promise<TransportUnderTest>): void {
  describe(`the contract of a transport: ${name}`, () => {
    async function start() {
      const under = await open();
      const receiver = new RecordingReceiver();
      under.transport.receiver = receiver;
      await expect.poll(() => under.transport.writable).toBe(true);
      return { ...under, under, receiver };
    }

    it("delivers in order, attachments right behind their packet", async () => {
      const { transport, under } = await start();
      transport.send(message("a"));
      transport.send(message("52-[]", [Buffer.of(1), Buffer.alloc(5000, 2)]));
      transport.send(message(Buffer.of(3)));
      transport.send(message("바로"));
      await expect.poll(() => under.delivered).toHaveLength(6);
      expect(under.delivered).toEqual([
        "4a",
        "452-[]",
        Buffer.of(1),
        Buffer.alloc(5000, 2),
        Buffer.of(3),
        "4바로",
      ]);
    });

    it("delivers the same object any number of times", async () => {
      const { transport, under } = await start();
      const shared = message("51-[]", [Buffer.of(1)]);
      transport.send(shared);
      transport.send(shared);
      await expect.poll(() => under.delivered).toHaveLength(4);
      expect(under.delivered).toEqual(["451-[]", Buffer.of(1), "451-[]", Buffer.of(1)]);
    });

    it("hands over the peer's packets, in order, to whoever hears it", async () => {
      const { transport, under, receiver } = await start();
      await under.send("4a", "2probe", Buffer.of(1, 2), "3");
      await expect.poll(() => receiver.log).toHaveLength(4);
      expect(receiver.log).toEqual([
        [PacketType.MESSAGE, "a"],
        [PacketType.PING, "probe"],
        [PacketType.MESSAGE, Buffer.of(1, 2)],
        [PacketType.PONG, ""],
      ]);
      const second = new RecordingReceiver();
      transport.receiver = second;
      await under.send("4b");
      await expect.poll(() => second.log).toEqual([[PacketType.MESSAGE, "b"]]);
      expect(receiver.log).toHaveLength(4);
    });

    it("delivers what it accepted before it ends, and says no more", async () => {
      const { transport, under, receiver } = await start();
      transport.send(message("last"));
      transport.close();
      expect(transport.writable).toBe(false);
      transport.close();
      await expect.poll(() => under.delivered).toContain("4last");
      under.breakOff();
      expect(receiver.log).toEqual([]);
    });

    it("says once that the peer has gone", async () => {
      const { transport, under, receiver } = await start();
      under.breakOff();
      await expect.poll(() => receiver.log).toHaveLength(1);
      expect(receiver.log[0]?.[1]).toMatch(/^transport (close|error)$/);
      expect(transport.writable).toBe(false);
      transport.close();
      expect(receiver.log).toHaveLength(1);
    });

    it.each(["", "7", "hello", " 4"])("ends with a parse error at %j", async (garbage) => {
      const { transport, under, receiver } = await start();
      under.send(garbage);
      await expect.poll(() => receiver.log).toHaveLength(1);
      expect(receiver.log).toEqual([["closed", "parse error"]]);
      expect(transport.writable).toBe(false);
    });
  });
}
