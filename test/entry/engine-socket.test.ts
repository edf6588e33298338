import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { io as connect, type ManagerOptions } from "socket.io-client";
import { describe, expect, it, onTestFinished } from "vitest";
import { type EngineSocket, Server, type ServerOptions, type Socket } from "../../src/entry/server.ts";

async function open(options: Partial<ManagerOptions>, serverOptions: ServerOptions = {}) {
  const http = createServer();
  const io = new Server(http, serverOptions);
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const accepted = once(io.engine, "connection");
  const connected = new Promise<Socket>((resolve) => io.on("connection", resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const client = connect(url, { forceNew: true, reconnection: false, ...options });
  onTestFinished(async () => {
    client.disconnect();
    await io.close();
  });
  const [conn] = (await accepted) as [EngineSocket];
  return { conn, client, socket: await connected };
}

describe("socket.conn", () => {
  it("is what the engine tells of, with its properties", async () => {
    const { conn, socket } = await open({ transports: ["websocket"] });
    expect(socket.conn).toBe(conn);
    expect(socket.client.conn).toBe(conn);
    expect(conn).toMatchObject({
      protocol: 4,
      readyState: "open",
      remoteAddress: "127.0.0.1",
      upgrading: false,
      upgraded: false,
      transport: { name: "websocket", writable: true },
    });
    expect(conn.request).toBe(socket.request);
    expect(conn.id).not.toBe(socket.id);
  });

  it.each([["polling"], ["websocket"]])("tells of packets over %s", async (transport) => {
    const { conn, client, socket } = await open(
      { transports: [transport as "polling"] },
      { pingInterval: 50 },
    );
    const heard: unknown[] = [];
    const beat = new Promise<void>((resolve) => conn.on("heartbeat", () => resolve()));
    await beat;
    conn.on("packet", ({ type, data }) => {
      if (type === "message") heard.push(["packet", data]);
    });
    conn.on("packetCreate", ({ type, data }) => {
      if (type === "message") heard.push(["packetCreate", data]);
    });
    conn.on("message", (data) => heard.push(["message", data]));
    socket.on("ask", (ack) => ack(Buffer.from([7])));
    await client.emitWithAck("ask");
    expect(heard).toEqual([
      ["packet", '20["ask"]'],
      ["message", '20["ask"]'],
      ["packetCreate", '61-0[{"_placeholder":true,"num":0}]'],
      ["packetCreate", Buffer.from([7])],
    ]);
    const drained = new Promise<void>((resolve) => conn.once("drain", () => resolve()));
    socket.emit("x");
    await drained;
    const closed = new Promise((resolve) => conn.on("close", (...args) => resolve(args)));
    conn.close();
    expect(await closed).toEqual(["forced close", undefined]);
    expect(conn.readyState).toBe("closed");
  });

  it("tells of the upgrade, and of packets behind it", async () => {
    const { conn, client, socket } = await open({});
    const heard: string[] = [];
    conn.on("packetCreate", ({ type }) => heard.push(type));
    conn.on("upgrading", ({ name }) => heard.push(`upgrading ${name} ${conn.upgrading}`));
    await new Promise<void>((resolve) => {
      conn.on("upgrade", ({ name }) => {
        heard.push(`upgrade ${name} ${conn.upgrading} ${conn.upgraded}`);
        resolve();
      });
    });
    socket.on("ask", (ack) => ack());
    await client.emitWithAck("ask");
    expect(heard.filter((each) => each.startsWith("upgrad"))).toEqual([
      "upgrading websocket true",
      "upgrade websocket false true",
    ]);
    expect(heard.at(-1)).toBe("message");
    expect(conn.transport.name).toBe("websocket");
  });

  it("knows of an upgrade that was before anybody asked", async () => {
    const { client, socket } = await open({});
    await new Promise((resolve) => client.io.engine.once("upgrade", resolve));
    socket.on("ask", (ack) => ack(socket.conn.upgraded));
    expect(await client.emitWithAck("ask")).toBe(true);
  });

  it("sends messages past Socket.IO", async () => {
    const { conn, client } = await open({ transports: ["websocket"] });
    const event = new Promise((resolve) => client.on("raw", (...args) => resolve(args)));
    expect(conn.send('2["raw",1]')).toBe(conn);
    expect(await event).toEqual([1]);
    const again = new Promise((resolve) => client.on("raw", resolve));
    conn.write('2["raw",2]', { compress: false });
    expect(await again).toBe(2);
  });
});
