import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type CloseEvent, type MessageEvent, WebSocket } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type WebSocket as BaroSocket, WebSocketServer } from "../../src/entry/websocket.ts";

// The WebSocket that Node has by itself from 22 on.
describe.each([false, true])("undici's WebSocket, compression %s", (perMessageDeflate) => {
  let server: WebSocketServer;
  beforeAll(async () => {
    const compression = perMessageDeflate && { threshold: 0 };
    server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: compression });
    server.on("connection", (socket) => {
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
    });
    await once(server, "listening");
  });
  afterAll(async () => {
    for (const client of server.clients) client.terminate();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  async function connect(protocols: string[] = []): Promise<{ client: WebSocket; socket: BaroSocket }> {
    const connected = once(server, "connection");
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, protocols);
    client.binaryType = "arraybuffer";
    await new Promise((resolve) => client.addEventListener("open", resolve, { once: true }));
    return { client, socket: (await connected)[0] };
  }
  const message = (client: WebSocket): Promise<unknown> =>
    new Promise((resolve) =>
      client.addEventListener("message", (event: MessageEvent) => resolve(event.data), { once: true }),
    );
  const end = (client: WebSocket): Promise<CloseEvent> =>
    new Promise((resolve) => client.addEventListener("close", resolve, { once: true }));

  it("echoes text and binary of every boundary length", async () => {
    const { client } = await connect();
    expect(client.extensions.startsWith("permessage-deflate")).toBe(perMessageDeflate);
    for (const length of [0, 1, 125, 126, 127, 65_535, 65_536, 1_000_000]) {
      const text = "é and so on ".repeat(length).slice(0, length);
      const heard = message(client);
      client.send(text);
      expect(await heard).toBe(text);
      const bytes = Uint8Array.from({ length }, (_, i) => i * 31);
      const echo = message(client);
      client.send(bytes);
      expect(Buffer.from((await echo) as ArrayBuffer).equals(bytes)).toBe(true);
    }
    client.close();
    await end(client);
  });

  it("closes, and is closed, with code and reason", async () => {
    const first = await connect(["chat"]);
    expect(first.client.protocol).toBe("chat");
    const heard = once(first.socket, "close");
    first.client.close(3001, "bye: é");
    const [code, reason] = await heard;
    expect([code, String(reason)]).toEqual([3001, "bye: é"]);
    const second = await connect();
    const closed = end(second.client);
    second.socket.close(4002, "no: é");
    expect(await closed).toMatchObject({ code: 4002, reason: "no: é", wasClean: true });
  });

  it("answers pings", async () => {
    const { client, socket } = await connect();
    const pong = once(socket, "pong");
    socket.ping("idle");
    expect(String((await pong)[0])).toBe("idle");
    client.close();
    await end(client);
  });
});
