import { once } from "node:events";
import { createServer } from "node:http";
import { PassThrough } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import type { Binary } from "../../../src/binary.ts";
import { EngineTransport, engineShellOptions } from "../../../src/node/websocket/engine-transport.ts";
import { acceptUpgrade } from "../../../src/node/websocket/upgrade.ts";
import { encodeAccept } from "../../../src/websocket/handshake.ts";
import { message } from "../../support/engine-app.ts";
import { listen } from "../../support/http.ts";
import { describeTransport } from "../../support/transport-contract.ts";

async function open(maxPayload = 1_000_000) {
  const { server, port } = await listen(createServer());
  const transport = new Promise<EngineTransport>((resolve) => {
    server.on("upgrade", (request, socket, head) => {
      acceptUpgrade(socket, encodeAccept(String(request.headers["sec-websocket-key"])));
      const transport = new EngineTransport(socket, engineShellOptions(maxPayload, 16 * 1024 * 1024));
      transport.start(head);
      resolve(transport);
    });
  });
  const peer = new WebSocket(`ws://127.0.0.1:${port}`);
  onTestFinished(() => peer.terminate());
  const delivered: (string | Binary)[] = [];
  peer.on("message", (data: Buffer, isBinary) => delivered.push(isBinary ? data : data.toString()));
  await once(peer, "open");
  return { transport: await transport, peer, delivered };
}

describeTransport("WebSocket", async () => {
  const { transport, peer, delivered } = await open();
  return {
    transport,
    delivered,
    send: (...packets) => packets.forEach((packet) => void peer.send(packet)),
    breakOff: () => peer.terminate(),
  };
});

describe("EngineTransport", () => {
  function overPassThrough() {
    const socket = new PassThrough();
    const writes: Buffer[] = [];
    const write = socket.write.bind(socket);
    socket.write = ((chunk: Buffer) => {
      writes.push(chunk);
      return write(chunk);
    }) as typeof socket.write;
    return { transport: new EngineTransport(socket, engineShellOptions(1000, 1_000_000)), writes };
  }

  it("writes everything of one turn at once: literal frames", async () => {
    const { transport, writes } = overPassThrough();
    transport.send(message("a"));
    transport.send(message("51-[]", [Buffer.of(7)]));
    expect(writes).toEqual([]);
    await new Promise(setImmediate);
    expect(writes).toEqual([
      Buffer.from([0x81, 2, 0x34, 0x61, 0x81, 6, 0x34, 0x35, 0x31, 0x2d, 0x5b, 0x5d, 0x82, 1, 7]),
    ]);
  });

  it("writes what goes to one client without a form for others, in order and as UTF-8", async () => {
    const { transport, writes } = overPassThrough();
    for (const outgoing of [message("a"), message("é"), message("51-[]", [Buffer.of(7)]), message("b")]) {
      outgoing.isForOne = true;
      transport.send(outgoing);
    }
    await new Promise(setImmediate);
    expect(writes).toEqual([
      Buffer.from([
        ...[0x81, 2, 0x34, 0x61, 0x81, 3, 0x34, 0xc3, 0xa9],
        ...[0x81, 6, 0x34, 0x35, 0x31, 0x2d, 0x5b, 0x5d, 0x82, 1, 7, 0x81, 2, 0x34, 0x62],
      ]),
    ]);
  });

  it("writes short texts for one client as one string", async () => {
    const { transport, writes } = overPassThrough();
    for (const text of ["a", "b"]) transport.send(Object.assign(message(text), { isForOne: true }));
    await new Promise(setImmediate);
    expect(writes).toEqual(["\x81\x024a\x81\x024b"]);
  });

  it("encodes a broadcast once, in one buffer when it is small", () => {
    const { transport } = overPassThrough();
    const small = message("51-[]", [Buffer.of(7)]);
    const large = message("51-[]", [Buffer.alloc(5000)]);
    for (const outgoing of [small, large]) {
      transport.send(outgoing);
      const { frames } = outgoing;
      overPassThrough().transport.send(outgoing);
      expect(outgoing.frames).toBe(frames);
    }
    expect(small.frames).toBeInstanceOf(Uint8Array);
    expect(large.frames).toHaveLength(3);
  });

  it("sends nothing behind its close frame, whoever sends", async () => {
    const { transport, writes } = overPassThrough();
    transport.send(message("a"));
    expect(transport.writable).toBe(true);
    transport.close();
    expect(transport.writable).toBe(false);
    transport.send(message("b"));
    transport.send(Object.assign(message("c"), { isForOne: true }));
    await new Promise(setImmediate);
    expect(writes).toEqual([Buffer.from([0x81, 2, 0x34, 0x61, 0x88, 2, 0x03, 0xe8])]);
  });

  it("sends nothing once its peer has failed or gone", async () => {
    for (const end of ["fail", "go"]) {
      const { transport, writes } = overPassThrough();
      transport.start();
      if (end === "go") transport.terminate();
      else transport.socket.emit("data", Buffer.of(0x83, 0x80, 0, 0, 0, 0));
      expect(transport.writable).toBe(false);
      transport.send(message("late"));
      await new Promise(setImmediate);
      expect(Buffer.concat(writes).includes("late")).toBe(false);
    }
  });

  it("says why it ended", async () => {
    const log: unknown[] = [];
    const { transport, peer } = await open(1000);
    const closed = new Promise<void>((resolve) => {
      transport.receiver = {
        packet() {},
        drained() {},
        closed(reason, description) {
          log.push(reason, description);
          resolve();
        },
      };
    });
    peer.send("x".repeat(1001));
    await closed;
    expect(log).toEqual(["transport error", expect.objectContaining({ closeCode: 1009 })]);
  });

  it("is full while the peer does not read, and drains when it does", async () => {
    const { transport, peer, delivered } = await open();
    let drains = 0;
    const drained = new Promise<void>((resolve) => {
      transport.receiver = {
        packet() {},
        closed() {},
        drained() {
          drains += 1;
          expect(transport.writable).toBe(true);
          resolve();
        },
      };
    });
    peer.pause();
    const text = "x".repeat(100_000);
    let sent = 0;
    // As much as the kernels of both sides take, whatever that is here.
    for (; transport.writable && sent < 10_000; sent += 1) {
      transport.send(message(text));
      await new Promise(setImmediate);
    }
    expect(transport.writable).toBe(false);
    peer.resume();
    await drained;
    await expect.poll(() => delivered.length).toBe(sent);
    expect(drains).toBe(1);
  });
});
