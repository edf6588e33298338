import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { Server, type ServerOptions, type Socket } from "../../src/entry/server.ts";
import { ask, listen } from "../support/http.ts";

const KIB = 1024;

async function start(options: ServerOptions) {
  const { server, port } = await listen();
  const io = new Server(server, options);
  onTestFinished(() => io.close());
  const connected = new Promise<Socket>((resolve) => io.once("connection", resolve));
  return { io, port, connected };
}

/** A client that reads nothing until it is told to. */
async function openWebSocket(port: number, path: string, hello?: string) {
  const client = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  onTestFinished(() => client.terminate());
  const heard: string[] = [];
  client.on("message", (data) => heard.push(String(data)));
  client.on("error", () => {});
  const closed = new Promise<number>((resolve) => client.on("close", resolve));
  await once(client, "open");
  if (hello !== undefined) client.send(hello);
  await expect.poll(() => heard.length).toBeGreaterThan(0);
  return { client, heard, closed };
}

const ENGINE = "/socket.io/?EIO=4&transport=websocket";
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Sends events of `bytes` until the kernel takes no more, and then `more` of them. */
async function fill(socket: Socket, bytes: number, more: number): Promise<void> {
  const text = "x".repeat(bytes);
  while (socket.client.session.writable && socket.connected) {
    socket.emit("news", text);
    await turn();
  }
  for (let count = 0; count < more; count += 1) socket.emit("news", text);
}

/** Resolves with the reason and the description. */
const disconnected = (socket: Socket) =>
  new Promise<unknown[]>((resolve) => socket.once("disconnect", (...args) => resolve(args)));

const HUGE = 1024 * KIB * KIB;

describe("a client that does not read", () => {
  it("is closed with 1013 when too much waits for too long, and hears it should it read again", async () => {
    const { io, port, connected } = await start({ softQueued: 64 * KIB, slowTime: 50 });
    const { client, closed } = await openWebSocket(port, ENGINE, "40");
    const socket = await connected;
    const over = disconnected(socket);
    client.pause();
    await fill(socket, 16 * KIB, 10);
    expect(await over).toEqual([
      "transport error",
      "more than 65536 bytes have waited for 50 ms for the peer to read",
    ]);
    expect(io.stats().shed).toEqual({ slow: 1, memory: 0 });
    client.resume();
    expect(await closed).toBe(1013);
  });

  it("is cut off at once above the hard bound, also when all of it was sent in one turn", async () => {
    const { io, port, connected } = await start({ maxQueued: 512 * KIB, slowTime: HUGE });
    const { client } = await openWebSocket(port, ENGINE, "40");
    const socket = await connected;
    const over = disconnected(socket);
    client.pause();
    // More than any kernel takes by itself.
    const text = "x".repeat(900 * KIB);
    for (let count = 0; count < 24; count += 1) socket.emit("news", text);
    expect((await over)[0]).toBe("transport error");
    expect(io.stats().shed.slow).toBe(1);
  });

  it("that polls no more is closed, too", async () => {
    const { io, port, connected } = await start({ softQueued: 1000, slowTime: 50 });
    const path = "/socket.io/?EIO=4&transport=polling";
    const { sid } = JSON.parse((await ask({ port, path })).body.slice(1)) as { sid: string };
    await ask({ port, path: `${path}&sid=${sid}`, method: "POST", body: "40" });
    const socket = await connected;
    const over = disconnected(socket);
    io.emit("news", "x".repeat(2000));
    expect((await over)[1]).toBe("more than 1000 bytes have waited for 50 ms for the peer to read");
    expect(io.stats().shed.slow).toBe(1);
    expect((await ask({ port, path: `${path}&sid=${sid}` })).body).toContain("Session ID unknown");
  });

  it("is closed where it speaks the plain protocol", async () => {
    const { io, port, connected } = await start({ softQueued: 64 * KIB, slowTime: 50 });
    const { client } = await openWebSocket(port, "/socket.io/plain");
    const socket = await connected;
    const over = disconnected(socket);
    client.pause();
    await fill(socket, 64 * KIB, 10);
    expect((await over)[0]).toBe("transport error");
    expect(io.stats().shed.slow).toBe(1);
  });

  it("is closed where it listens to a stream", async () => {
    const { io, port, connected } = await start({ softQueued: 64 * KIB, slowTime: 50 });
    const request = get({ port, path: "/socket.io/sse", agent: false });
    const [answer] = (await once(request, "response")) as [IncomingMessage];
    answer.on("error", () => {});
    const socket = await connected;
    const over = disconnected(socket);
    answer.pause();
    await fill(socket, 64 * KIB, 10);
    expect((await over)[0]).toBe("transport error");
    expect(io.stats().shed.slow).toBe(1);
    request.destroy();
  });
});

describe("a client that reads in bursts", () => {
  it("stays, and misses nothing", async () => {
    const { io, port, connected } = await start({});
    const { client, heard } = await openWebSocket(port, ENGINE, "40");
    const socket = await connected;
    client.pause();
    await fill(socket, 64 * KIB, 100);
    socket.emit("end");
    client.resume();
    await expect.poll(() => heard.at(-1)).toBe('42["end"]');
    expect(heard.filter((each) => each.startsWith('42["news"'))).toHaveLength(io.stats().events.out - 1);
    expect(io.stats().shed).toEqual({ slow: 0, memory: 0 });
  });

  it("misses events where the application has chosen that, and hears the later ones", async () => {
    const { io, port, connected } = await start({ slowConsumer: "drop", softQueued: 64 * KIB, slowTime: 1 });
    const { client, heard } = await openWebSocket(port, ENGINE, "40");
    const socket = await connected;
    client.pause();
    await fill(socket, 16 * KIB, 10);
    socket.emit("dropped");
    io.emit("dropped");
    expect(io.stats().drops.slow).toBeGreaterThanOrEqual(2);
    client.resume();
    await expect.poll(() => socket.client.session.congested).toBe(false);
    socket.emit("end");
    await expect.poll(() => heard.at(-1)).toBe('42["end"]');
    expect(heard).not.toContain('42["dropped"]');
    expect(io.stats().shed).toEqual({ slow: 0, memory: 0 });
  });
});
