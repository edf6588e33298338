import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { type Socket as ClientSocket, io as connect } from "socket.io-client";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Server, type ServerOptions, type Socket } from "../../src/entry/server.ts";
import { ask, listen } from "../support/http.ts";

async function start(options: ServerOptions = {}): Promise<{ io: Server; port: number }> {
  const { server, port } = await listen();
  const io = new Server(server, options);
  onTestFinished(() => io.close());
  return { io, port };
}

async function join(io: Server, port: number, transport: "polling" | "websocket") {
  const connected = new Promise<Socket>((resolve) => io.once("connection", resolve));
  const client: ClientSocket = connect(`http://127.0.0.1:${port}`, {
    transports: [transport],
    reconnection: false,
    forceNew: true,
  });
  onTestFinished(() => void client.disconnect());
  return { client, socket: await connected };
}

/** Everything that a channel says until the test ends. */
function listenTo(name: string): Record<string, unknown>[] {
  const heard: Record<string, unknown>[] = [];
  const listener = (message: unknown): void => void heard.push(message as Record<string, unknown>);
  subscribe(name, listener);
  onTestFinished(() => void unsubscribe(name, listener));
  return heard;
}

/** A client that says it is there, and never polls. */
async function joinWithoutPolling(io: Server, port: number): Promise<Socket> {
  const path = "/socket.io/?EIO=4&transport=polling";
  const { body } = await ask({ port, path });
  const { sid } = JSON.parse(body.slice(1)) as { sid: string };
  const connected = new Promise<Socket>((resolve) => io.once("connection", resolve));
  await ask({ port, path: `${path}&sid=${sid}`, method: "POST", body: "40" });
  return connected;
}

describe("stats", () => {
  it.each(["polling", "websocket"] as const)("counts connections, events and bytes over %s", async (name) => {
    const { io, port } = await start();
    const first = await join(io, port, name);
    const second = await join(io, port, name);
    const before = io.stats();
    expect(before.connections).toEqual({ current: 2, opened: 2 });
    expect(before.events).toEqual({ in: 0, out: 0 });

    const text = "x".repeat(5000);
    const heard = [first, second].map(({ client }) => new Promise((resolve) => client.once("news", resolve)));
    io.emit("news", text);
    expect(await Promise.all(heard)).toEqual([text, text]);
    first.socket.once("reply", (answer: () => void) => answer());
    await first.client.emitWithAck("reply");
    const after = io.stats();
    expect(after.events).toEqual({ in: 1, out: 2 });
    // With what stands around the text: less than a tenth of it.
    expect(after.bytes.out - before.bytes.out).toBeGreaterThan(10_000);
    expect(after.bytes.out - before.bytes.out).toBeLessThan(11_000);
    expect(after.bytes.in - before.bytes.in).toBeGreaterThan(10);
    expect(after.bytes.in - before.bytes.in).toBeLessThan(200);

    const left = new Promise((resolve) => first.socket.once("disconnect", resolve));
    first.client.disconnect();
    await left;
    await expect.poll(() => io.stats().connections).toEqual({ current: 1, opened: 2 });
    expect(Object.values(io.stats().disconnects)).toEqual([1]);
  });

  it("counts a client without a library", async () => {
    const { io, port } = await start();
    const stream = get({ port, path: "/socket.io/sse", agent: false });
    const [answer] = (await once(stream, "response")) as [IncomingMessage];
    await once(answer, "data");
    expect(io.stats().connections).toEqual({ current: 1, opened: 1 });
    expect(io.stats().bytes.out).toBeGreaterThan(0);
    answer.destroy();
    await expect.poll(() => io.stats().disconnects).toEqual({ "transport close": 1 });
    expect(io.stats().connections.current).toBe(0);
  });

  it("counts what was refused, by status", async () => {
    const { io, port } = await start();
    const headers = { Origin: "https://evil.example" };
    await ask({ port, path: "/socket.io/?EIO=4&transport=polling", headers });
    await ask({ port, path: "/socket.io/?EIO=4&transport=carrier-pigeon" });
    await ask({ port, path: "/socket.io/sse", headers });
    expect(io.stats().refusals).toEqual({ 403: 2, 400: 1 });
  });

  it("counts volatile events that were dropped, and not as sent", async () => {
    const { io, port } = await start();
    const socket = await joinWithoutPolling(io, port);
    socket.volatile.emit("position", 1);
    io.volatile.emit("position", 2);
    expect(io.stats().drops).toEqual({ volatile: 2, slow: 0 });
    expect(io.stats().events.out).toBe(0);
  });
});

describe("the channels", () => {
  it("tell of a connection that comes and goes", async () => {
    const opened = listenTo("baro:connect");
    const closed = listenTo("baro:disconnect");
    const errors = listenTo("baro:error");
    const { io, port } = await start();
    const { client, socket } = await join(io, port, "websocket");
    const connection = { id: socket.conn.id, address: "127.0.0.1", transport: "websocket" };
    expect(opened).toEqual([connection]);
    client.disconnect();
    await expect.poll(() => closed).toHaveLength(1);
    expect(closed[0]).toMatchObject({ ...connection, reason: "transport close" });
    expect(errors).toEqual([]);
  });

  it("tell of a client that breaks the rules", async () => {
    const errors = listenTo("baro:error");
    const { io, port } = await start();
    const { client } = await join(io, port, "websocket");
    client.io.engine.write("no packet of Socket.IO");
    await expect.poll(() => errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ reason: "parse error", address: "127.0.0.1" });
  });

  it("tell of a request that was refused, and why", async () => {
    const refused = listenTo("baro:refuse");
    const { port } = await start();
    const url = "/socket.io/?EIO=4&transport=polling";
    await ask({ port, path: url, headers: { Origin: "https://evil.example" } });
    expect(refused).toEqual([
      {
        address: "127.0.0.1",
        url,
        origin: "https://evil.example",
        status: 403,
        code: 4,
        message: "Forbidden",
        context: {},
      },
    ]);
  });

  it("tell of an event that was dropped", async () => {
    const drops = listenTo("baro:drop");
    const { io, port } = await start();
    const socket = await joinWithoutPolling(io, port);
    io.volatile.emit("position", 1);
    expect(drops).toEqual([{ cause: "volatile", namespace: "/", socket: socket.id }]);
  });

  it("are told nothing that nobody wants to hear", async () => {
    const names = ["connect", "disconnect", "drop", "refuse", "error"];
    const spies = names.map((name) => vi.spyOn(channel(`baro:${name}`), "publish"));
    onTestFinished(() => {
      for (const spy of spies) spy.mockRestore();
    });
    const { io, port } = await start();
    await joinWithoutPolling(io, port);
    io.volatile.emit("position", 1);
    await ask({ port, path: "/socket.io/?EIO=4&transport=none" });
    io.disconnectSockets(true);
    expect(io.stats().connections).toEqual({ current: 0, opened: 1 });
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  });
});
