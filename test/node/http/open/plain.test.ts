import { io as connect } from "socket.io-client";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Socket } from "../../../../src/entry/server.ts";
import { ask } from "../../../support/http.ts";
import { PlainClient, startOpen } from "../../../support/open-app.ts";

const opened = async (client: PlainClient) => (await client.next()) as { open: Record<string, unknown> };
const connection = (io: { once(event: "connection", listener: (socket: Socket) => void): unknown }) =>
  new Promise<Socket>((resolve) => io.once("connection", resolve));

describe("a plain WebSocket", () => {
  it("is a socket like any other", async () => {
    const { io, port } = await startOpen();
    io.use((socket, next) => {
      socket.data.name = socket.handshake.auth.name;
      expect(socket.conn.transport.name).toBe("plain");
      next();
    });
    io.publicRooms("news");
    const connecting = connection(io);
    const client = new PlainClient(port, `?room=news&auth=${encodeURIComponent('{"name":"Ada"}')}`);
    const socket = await connecting;
    expect(await opened(client)).toEqual({
      open: { id: socket.client.id, socket: socket.id, rooms: ["news"] },
    });
    expect([...socket.rooms].sort()).toEqual([socket.id, "news"].sort());
    expect(socket.data.name).toBe("Ada");
    expect(socket.handshake.query.room).toBe("news");
    expect((await io.fetchSockets()).map(({ id }) => id)).toEqual([socket.id]);

    io.to("news").emit("news", "hello", 1);
    expect(await client.next()).toEqual(["news", "hello", 1]);
    socket.emit("file", Buffer.from("a"));
    expect(await client.next()).toEqual(["file", { $binary: "YQ==" }]);
    const heard = new Promise((resolve) => socket.on("say", (...args) => resolve(args)));
    client.send(["say", "바로", { $binary: "AP8=" }]);
    expect(await heard).toEqual(["바로", Buffer.from([0, 255])]);
  });

  it("hears the same events in the same order as Socket.IO in its rooms", async () => {
    const { io, port } = await startOpen();
    io.publicRooms("news");
    const plain = new PlainClient(port, "?room=news");
    await opened(plain);
    const stock = connect(`http://127.0.0.1:${port}`, { forceNew: true, transports: ["websocket"] });
    onTestFinished(() => void stock.disconnect());
    const [socket] = await Promise.all([
      connection(io),
      new Promise<void>((resolve) => stock.on("connect", resolve)),
    ]);
    socket.join("news");
    const heard: unknown[] = [];
    const done = new Promise<void>((resolve) => stock.on("end", () => resolve()));
    stock.onAny((...event) => heard.push(event));
    for (let count = 0; count < 20; count += 1) io.to("news").emit("count", count, Buffer.from([count]));
    io.to("news").emit("end");
    await done;
    await plain.heard.find((message) => (message as string[])[0] === "end");
    expect(plain.heard.items.slice(1)).toEqual(
      heard.map((event) =>
        (event as unknown[]).map((item) =>
          Buffer.isBuffer(item) ? { $binary: item.toString("base64") } : item,
        ),
      ),
    );
  });

  it("acknowledges, and is acknowledged", async () => {
    const { io, port } = await startOpen();
    const connecting = connection(io);
    const client = new PlainClient(port);
    const socket = await connecting;
    await opened(client);
    socket.on("sum", (left, right, answer) => answer(left + right, "ok"));
    client.send({ event: ["sum", 1, 2], id: 40 });
    expect(await client.next()).toEqual({ ack: 40, args: [3, "ok"] });

    const answer = socket.timeout(10_000).emitWithAck("ask", 1);
    const asked = (await client.next()) as { event: unknown; id: number };
    expect(asked).toEqual({ event: ["ask", 1], id: expect.any(Number) });
    client.send({ ack: asked.id, args: ["yes"] });
    expect(await answer).toBe("yes");

    const answers = io.timeout(10_000).emitWithAck("all");
    const { id } = (await client.next()) as { id: number };
    client.send({ ack: id, args: [7] });
    expect(await answers).toEqual([7]);
  });

  it("has a namespace of its own, with its middlewares and its rooms", async () => {
    const { io, port } = await startOpen();
    io.of("/chat").publicRooms(/^open-/);
    io.of(/^\/dynamic-\d+$/).publicRooms("a");
    const chat = new PlainClient(port, "?ns=/chat&room=open-1&room=closed");
    expect((await opened(chat)).open.rooms).toEqual(["open-1"]);
    const dynamic = new PlainClient(port, "?ns=dynamic-7&room=a");
    expect((await opened(dynamic)).open.rooms).toEqual(["a"]);
    io.emit("not for them");
    io.of("/chat").to("open-1").emit("x");
    io.of("/dynamic-7").emit("y");
    expect(await chat.next()).toEqual(["x"]);
    expect(await dynamic.next()).toEqual(["y"]);
  });

  it("hears why it is disconnected, and tells why it left", async () => {
    const { io, port } = await startOpen();
    const reasons: string[] = [];
    const kicked = new PlainClient(port);
    const socket = await connection(io);
    socket.on("disconnect", (reason) => reasons.push(reason));
    await opened(kicked);
    socket.disconnect();
    expect(await kicked.next()).toEqual({ close: { reason: "server namespace disconnect" } });
    expect((await kicked.closed).code).toBe(1000);
    const leaving = new PlainClient(port);
    const second = await connection(io);
    await opened(leaving);
    const left = new Promise((resolve) => second.on("disconnect", resolve));
    leaving.socket.close();
    expect(await left).toBe("transport close");
    expect(reasons).toEqual(["server namespace disconnect"]);
    expect(io.sockets.sockets.size).toBe(0);
  });

  it("is off where the option says so", async () => {
    const { port } = await startOpen({ open: false });
    expect((await new PlainClient(port).refused).status).toBe(400);
  });

  it("ends when too much waits behind a blob", async () => {
    const { io, port } = await startOpen({ maxQueued: 10_000 });
    const connecting = connection(io);
    const client = new PlainClient(port);
    const socket = await connecting;
    await opened(client);
    const left = new Promise((resolve) => socket.on("disconnect", (reason, why) => resolve([reason, why])));
    const never = { size: 5, arrayBuffer: () => new Promise<ArrayBuffer>(() => {}) };
    socket.emit("blob", never);
    for (let count = 0; count < 11; count += 1) socket.emit("text", "x".repeat(1_000));
    expect(await left).toEqual(["transport error", expect.stringContaining("10000")]);
    expect((await client.closed).code).toBe(1000);
  });

  it("ends with its server", async () => {
    const { io, port } = await startOpen();
    const connecting = connection(io);
    const client = new PlainClient(port);
    const socket = await connecting;
    const left = new Promise((resolve) => socket.on("disconnect", resolve));
    await opened(client);
    io.close();
    expect(await left).toBe("server shutting down");
    expect((await client.closed).code).toBe(1000);
  });

  it("keeps the order around blobs", async () => {
    const { io, port } = await startOpen();
    const connecting = connection(io);
    const client = new PlainClient(port);
    const socket = await connecting;
    await opened(client);
    socket.emit("a", new Blob(["바로"]));
    socket.emit("b", 1);
    expect(await client.next()).toEqual(["a", { $binary: Buffer.from("바로").toString("base64") }]);
    expect(await client.next()).toEqual(["b", 1]);
  });
});

describe("who is let in", () => {
  it("nobody into a room that is not public", async () => {
    const { port } = await startOpen();
    expect(await new PlainClient(port, "?room=news").refused).toMatchObject({
      status: 403,
      body: { code: "room" },
    });
  });

  it("whom onSubscribe allows", async () => {
    const { io, port } = await startOpen();
    io.onSubscribe(async (socket, room) => socket.handshake.query.user === room);
    const client = new PlainClient(port, "?user=a&room=a&room=b");
    expect((await opened(client)).open.rooms).toEqual(["a"]);
  });

  it("nobody into the room of another socket, whatever pattern is public", async () => {
    const { io, port } = await startOpen();
    io.publicRooms(/./);
    const connecting = connection(io);
    const victim = new PlainClient(port);
    const { id } = await connecting;
    await opened(victim);
    expect((await new PlainClient(port, `?room=${id}`).refused).status).toBe(403);
  });

  it("nor into that of one who is away", async () => {
    const { io, port } = await startOpen({ connectionStateRecovery: {} });
    io.publicRooms(/./);
    const connecting = connection(io);
    const stock = connect(`http://127.0.0.1:${port}`, { forceNew: true, reconnection: false });
    const { id, conn } = await connecting;
    conn.close();
    stock.disconnect();
    expect(io.sockets.sockets.has(id)).toBe(false);
    expect((await new PlainClient(port, `?room=${id}`).refused).status).toBe(403);
  });

  it("nobody whom a middleware refuses", async () => {
    const { io, port } = await startOpen();
    io.use((_socket, next) => next(new Error("not you")));
    expect(await new PlainClient(port).refused).toMatchObject({
      status: 403,
      body: { code: "forbidden", message: "not you" },
    });
    expect(io.sockets.sockets.size).toBe(0);
  });

  it("nobody while a hook is silent", async () => {
    const { io, port } = await startOpen({ open: { hookTimeout: 20 } });
    io.onSubscribe(() => new Promise(() => {}));
    expect((await new PlainClient(port, "?room=a").refused).status).toBe(503);
  });

  it("nobody of another origin", async () => {
    const { port } = await startOpen();
    const { status } = await new PlainClient(port, "", { Origin: "https://evil.example" }).refused;
    expect(status).toBe(403);
  });

  it.each([
    ["?ns=/unknown", 404],
    ["?ns=/a&ns=/b", 400],
    ["?auth=5", 400],
    ["?auth=[]", 400],
    ["?auth={", 400],
    ["?room=", 400],
    [`?room=${"a".repeat(257)}`, 400],
    [`?ns=/${"a".repeat(256)}`, 400],
    [`?${Array.from({ length: 129 }, (_, index) => `room=${index}`).join("&")}`, 400],
  ])("nobody who asks for %.40s", async (query, status) => {
    const { port } = await startOpen();
    expect((await new PlainClient(port, query).refused).status).toBe(status);
  });

  it("nothing but WebSocket", async () => {
    const { port } = await startOpen();
    const { status, body } = await ask({ port, path: "/socket.io/plain" });
    expect([status, JSON.parse(body).code]).toEqual([426, "upgrade"]);
  });
});

describe("what breaks the protocol", () => {
  it.each([
    ["no message", "[", 1008],
    ["binary", Buffer.from("[]"), 1003],
    ["a reserved event", '["disconnect"]', 1008],
    ["a message over the limit", `["a","${"x".repeat(65_536)}"]`, 1009],
  ])("%s ends the connection", async (_, message, code) => {
    const { io, port } = await startOpen();
    const connecting = connection(io);
    const client = new PlainClient(port);
    const socket = await connecting;
    const left = new Promise((resolve) => socket.on("disconnect", resolve));
    await opened(client);
    client.socket.send(message);
    expect((await client.closed).code).toBe(code);
    expect(["parse error", "transport error"]).toContain(await left);
  });

  it("acknowledgements that nobody asked for end it, too", async () => {
    const { port } = await startOpen();
    const client = new PlainClient(port);
    await opened(client);
    for (let id = 0; id <= 100; id += 1) client.send({ ack: id + 1_000_000 });
    expect((await client.closed).code).toBe(1000);
  });

  it("more than the rate is read later, and nothing is lost", async () => {
    const { io, port } = await startOpen({ open: { messageRate: 20, burst: 5 } });
    const heard: number[] = [];
    let inThisTurn = 0;
    let most = 0;
    const done = new Promise<void>((resolve) =>
      io.on("connection", (socket) =>
        socket.on("count", (count) => {
          if (inThisTurn === 0) setImmediate(() => (inThisTurn = 0));
          inThisTurn += 1;
          most = Math.max(most, inThisTurn);
          heard.push(count);
          if (count === 129) resolve();
        }),
      ),
    );
    const client = new PlainClient(port);
    await opened(client);
    for (let count = 0; count < 130; count += 1) client.send(["count", count]);
    await done;
    expect(heard).toEqual(Array.from({ length: 130 }, (_, index) => index));
    // They come in one packet: without the limit, nearly all in one turn. A slow machine may take some time for them.
    expect(most).toBeLessThanOrEqual(105);
  });

  it("who goes while it rests leaves no timer behind", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const { io, port } = await startOpen({ open: { messageRate: 0.01, burst: 100 } });
    const connecting = connection(io);
    const client = new PlainClient(port);
    const socket = await connecting;
    await opened(client);
    const left = new Promise((resolve) => socket.once("disconnect", resolve));
    const said = new Promise((resolve) => socket.once("say", resolve));
    client.send(["hello"], ["say"]);
    await said;
    expect(vi.getTimerCount()).toBe(1);
    client.socket.terminate();
    await left;
    expect(vi.getTimerCount()).toBe(0);
  });

  it("does not await acknowledgements without end", async () => {
    const { io, port } = await startOpen({ open: { maxAcks: 2, ackTimeout: 20 } });
    const connecting = connection(io);
    const client = new PlainClient(port);
    const socket = await connecting;
    await opened(client);
    await expect(socket.emitWithAck("ask")).rejects.toThrow("operation has timed out");
    const first = socket.timeout(10_000).emitWithAck("ask");
    for (let count = 0; count < 2; count += 1) socket.emit("ask", () => {});
    await expect(first).rejects.toThrow("socket has been disconnected");
  });
});
