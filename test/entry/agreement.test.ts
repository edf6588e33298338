import { createServer } from "node:http";
import type { Socket as Client, io as connectBaro } from "baro/client";
import { io as connectPeer } from "socket.io-client";
import { describe, expect, it, onTestFinished } from "vitest";
import { Server } from "../../src/entry/server.ts";
import { RawPolling, RawWebSocket } from "../support/engine-client.ts";
import { listen } from "../support/http.ts";

const BELOW = { below: "/socket.io/" };
const CONNECT = '40{"~rt":{"v":1,"prod":"abcdefghijklmnopqrst_-"}}';

async function start() {
  const { server: http, port } = await listen(createServer());
  const io = new Server(http);
  onTestFinished(() => io.close());
  const heard: unknown[] = [];
  io.onRefreshAuth(() => {});
  io.on("connection", (socket) => {
    socket.on("order", (text, answer) => {
      heard.push(text);
      answer?.(`took ${text}`, Buffer.from([1, 2]));
    });
  });
  return { io, port, heard };
}

/** A client as it stands on the wire; `cut` breaks its connection off, with whatever it has not read. */
interface Wire {
  send(...packets: string[]): Promise<unknown>;
  next(): Promise<string | Buffer>;
  cut(): void;
}

const WIRES: Record<string, (port: number) => Promise<Wire>> = {
  websocket: async (port) => {
    const raw = await RawWebSocket.open(port, "", BELOW);
    await raw.next();
    return {
      send: async (...packets) => packets.forEach((packet) => void raw.send(packet)),
      next: () => raw.next(),
      cut: () => raw.socket.terminate(),
    };
  },
  polling: async (port) => {
    const raw = await RawPolling.open(port, BELOW);
    const packets: string[] = [];
    return {
      send: (...sent) => raw.post(...sent),
      next: async () => {
        if (packets.length === 0) packets.push(...(await raw.poll()));
        return packets.shift() ?? "";
      },
      // It comes to no more polls, and the server does not know yet.
      cut() {},
    };
  },
};

describe.each(Object.entries(WIRES))("a client that agreed, over %s", (_name, open) => {
  const agree = async (port: number) => {
    const wire = await open(port);
    await wire.send(CONNECT);
    return { wire, answer: JSON.parse(String(await wire.next()).slice(2))["~rt"] };
  };

  it("has its event handled once, and gets the acknowledgement that was lost with the connection", async () => {
    const { port, heard } = await start();
    const first = await agree(port);
    expect(first.answer).toMatchObject({ v: 1, seq: 0, auth: true });
    await first.wire.send('420["order","a","~1"]');
    await expect.poll(() => heard).toEqual(["a"]);
    first.wire.cut();
    const { wire, answer } = await agree(port);
    expect(answer).toEqual({ ...first.answer, seq: 1 });
    await wire.send('427["order","a","~1"]', '428["order","b","~2"]');
    const packets = [];
    for (let count = 0; count < 4; count += 1) packets.push(await wire.next());
    const bytes = (packet: string | Buffer | undefined) =>
      typeof packet === "string" ? packet : `b${packet?.toString("base64")}`;
    expect(packets.map(bytes)).toEqual([
      '461-7["took a",{"_placeholder":true,"num":0}]',
      "bAQI=",
      '461-8["took b",{"_placeholder":true,"num":0}]',
      "bAQI=",
    ]);
    expect(heard).toEqual(["a", "b"]);
  });

  it("is told how far it is, and renews its credentials", async () => {
    const { io, port } = await start();
    const { wire } = await agree(port);
    await wire.send('42["order","a","~1"]', '423["~auth",{"token":2}]');
    expect(await wire.next()).toBe("433[null]");
    expect([...io.sockets.sockets.values()][0]?.handshake.auth).toEqual({ token: 2 });
    expect(await wire.next()).toBe('42["~ack",1]');
  });
});

describe.each([["polling"], ["websocket"]] as const)("a client of Socket.IO, over %s", (transport) => {
  it("sees none of it, and says what it likes", async () => {
    const { io, port } = await start();
    const all: unknown[] = [];
    io.on("connection", (socket) => socket.onAny((...event) => all.push(event)));
    const connect = connectPeer as unknown as typeof connectBaro;
    const client: Client = connect(`http://127.0.0.1:${port}`, { transports: [transport], forceNew: true });
    onTestFinished(() => void client.disconnect());
    const packets: unknown[] = [];
    // What its engine hears, as it stands on the wire.
    (client.io.engine as unknown as { on(event: "message", heard: (data: unknown) => void): void }).on(
      "message",
      (data) => packets.push(data),
    );
    client.emit("a", "~1");
    client.emit("a", "~1");
    client.emit("~auth", {});
    expect(await client.emitWithAck("order", "~7")).toBe("took ~7");
    expect(all.slice(0, 3)).toEqual([
      ["a", "~1"],
      ["a", "~1"],
      ["~auth", {}],
    ]);
    expect(packets.length).toBeGreaterThan(1);
    expect(packets.filter((packet) => String(packet).includes("~rt"))).toEqual([]);
  });
});
