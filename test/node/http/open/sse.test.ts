import { createServer } from "node:http";
import { connect as connectHttp2, createSecureServer } from "node:http2";
import { type AddressInfo, connect as connectTcp } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { Server, type Socket } from "../../../../src/entry/server.ts";
import { certificate } from "../../../support/certificate.ts";
import { ask, exchange } from "../../../support/http.ts";
import { StreamClient, startOpen } from "../../../support/open-app.ts";

const connection = (io: { once(event: "connection", listener: (socket: Socket) => void): unknown }) =>
  new Promise<Socket>((resolve) => io.once("connection", resolve));

const post = (port: number, { id, secret }: { id: string; secret: string }, body: unknown) =>
  ask({
    port,
    path: `/socket.io/emit?id=${id}`,
    method: "POST",
    headers: { Authorization: `Bearer ${secret}` },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

describe("a stream of events", () => {
  it("is a socket like any other", async () => {
    const { io, port } = await startOpen();
    io.publicRooms("news");
    const connecting = connection(io);
    const client = new StreamClient(port, "?room=news&room=secret", { Cookie: "a=b" });
    const socket = await connecting;
    const open = await client.opened();
    expect(open).toEqual({
      id: socket.client.id,
      socket: socket.id,
      rooms: ["news"],
      secret: expect.any(String),
    });
    expect(socket.conn.transport.name).toBe("sse");
    expect(socket.handshake.headers.cookie).toBe("a=b");
    expect((await io.in("news").fetchSockets()).map(({ id }) => id)).toEqual([socket.id]);
    io.to("news").emit("news", { text: "바로\r\n\0" });
    io.to("news").emit("several", 1, "two");
    socket.emit("none");
    socket.emit("file", Buffer.from("a"));
    socket.emit("open", 1);
    socket.emit("line\nid: 5", 1);
    expect(await client.next()).toEqual({
      event: "news",
      id: undefined,
      data: '{"text":"바로\\r\\n\\u0000"}',
    });
    expect(await client.next()).toEqual({ event: "several", id: undefined, data: '[1,"two"]' });
    expect(await client.next()).toEqual({ event: "none", id: undefined, data: "[]" });
    expect(await client.next()).toEqual({ event: "file", id: undefined, data: '{"$binary":"YQ=="}' });
    expect(await client.next()).toEqual({ event: "envelope", id: undefined, data: '["open",1]' });
    expect(await client.next()).toEqual({ event: "envelope", id: undefined, data: '["line\\nid: 5",1]' });
    const { headers, statusCode } = await client.answered;
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    expect(headers["transfer-encoding"]).toBeUndefined();
  });

  it("tells when to come back, spread by chance", async () => {
    const { port } = await startOpen({ open: { streamRetry: 1_000 } });
    const times: number[] = [];
    for (let count = 0; count < 5; count += 1) {
      const client = new StreamClient(port);
      await client.opened();
      times.push(Number(/^retry: (\d+)$/m.exec(client.text)?.[1]));
    }
    for (const time of times) expect(time >= 500 && time <= 1_500).toBe(true);
    expect(new Set(times).size).toBeGreaterThan(1);
  });

  it("sends a comment where there is nothing to say", async () => {
    const { port } = await startOpen({ open: { streamHeartbeat: 10 } });
    const client = new StreamClient(port);
    const { data } = await client.next();
    expect(data).toContain("secret");
    const response = await client.answered;
    while (!client.text.endsWith(":\n\n:\n\n"))
      await new Promise((resolve) => response.once("data", resolve));
    expect(client.heard.items).toHaveLength(1);
  });

  it("ends when its socket is disconnected, and says so", async () => {
    const { io, port } = await startOpen();
    const connecting = connection(io);
    const client = new StreamClient(port);
    const socket = await connecting;
    await client.opened();
    socket.emit("last", 1);
    socket.disconnect(true);
    expect((await client.next()).event).toBe("last");
    await client.ended;
    expect(io.sockets.sockets.size).toBe(0);
  });

  it("tells the socket when its client has left", async () => {
    const { io, port } = await startOpen();
    const connecting = connection(io);
    const client = new StreamClient(port);
    const socket = await connecting;
    const left = new Promise((resolve) => socket.on("disconnect", resolve));
    await client.opened();
    client.close();
    expect(await left).toBe("transport close");
  });

  it("that its reader does not read ends at the limit of what may wait, E-3", async () => {
    const { io, port } = await startOpen({ maxQueued: 100_000 });
    const connecting = connection(io);
    const socket = connectTcp(port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => {});
    socket.write("GET /socket.io/sse HTTP/1.1\r\nHost: a\r\n\r\n");
    const peer = await connecting;
    const left = new Promise((resolve) => peer.on("disconnect", (reason, why) => resolve([reason, why])));
    const text = "x".repeat(100_000);
    const fill = (count: number): void => {
      if (!peer.connected || count === 0) return;
      peer.emit("fill", text);
      setImmediate(fill, count - 1);
    };
    fill(1_000);
    expect(await left).toEqual(["transport error", expect.stringContaining("100000")]);
  });

  it("drops what is volatile while its reader does not read", async () => {
    const { io, port } = await startOpen();
    const connecting = connection(io);
    const socket = connectTcp(port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.write("GET /socket.io/sse HTTP/1.1\r\nHost: a\r\n\r\n");
    const peer = await connecting;
    const text = "x".repeat(100_000);
    for (let count = 0; count < 1_000 && peer.conn.transport.writable; count += 1) {
      peer.emit("fill", text);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const sent: string[] = [];
    peer.conn.on("packetCreate", ({ data }) => sent.push(String(data)));
    peer.volatile.emit("dropped");
    peer.emit("kept");
    expect(sent).toEqual(['2["kept"]']);
    const drained = new Promise<void>((resolve) => peer.conn.once("drain", () => resolve()));
    socket.resume();
    await drained;
  });

  it("over HTTP/1.0, too", async () => {
    const { io, port } = await startOpen();
    io.on("connection", (socket) => socket.disconnect(true));
    const answer = await exchange(port, "GET /socket.io/sse HTTP/1.0\r\n\r\n");
    expect(answer).toContain("\r\n\r\nevent: open\n");
  });

  it("goes through a middleware that stands before the response, and flushes it", async () => {
    const { io, port } = await startOpen();
    const flushed: string[] = [];
    io.engine.use((_request, response, next) => {
      const write = response.write.bind(response);
      const held: unknown[] = [];
      // As compression does: nothing leaves until it is told to.
      response.write = ((chunk: unknown) => {
        held.push(chunk);
        return true;
      }) as typeof response.write;
      Object.assign(response, {
        flush: () => {
          for (const chunk of held.splice(0)) {
            flushed.push(String(chunk));
            write(chunk as Buffer);
          }
        },
      });
      next();
    });
    const client = new StreamClient(port);
    await client.opened();
    io.emit("news", 1);
    expect((await client.next()).data).toBe("1");
    expect(flushed.length).toBeGreaterThan(0);
    expect((await client.answered).headers["transfer-encoding"]).toBe("chunked");
  });

  it("over HTTP/2", async () => {
    const http = createSecureServer({ ...certificate(), allowHTTP1: true });
    const io = new Server(http);
    onTestFinished(() => io.close());
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    const session = connectHttp2(`https://127.0.0.1:${(http.address() as AddressInfo).port}`, {
      rejectUnauthorized: false,
    });
    onTestFinished(() => void session.destroy());
    const connecting = connection(io);
    const stream = session.request({ ":path": "/socket.io/sse" });
    stream.setEncoding("utf8");
    let text = "";
    const chunk = async (): Promise<void> => {
      text += await new Promise<string>((resolve) => stream.once("data", resolve));
    };
    const headers = await new Promise<Record<string, unknown>>((resolve) => stream.once("response", resolve));
    expect([headers[":status"], headers["content-type"]]).toEqual([200, "text/event-stream"]);
    const socket = await connecting;
    while (!text.includes("secret")) await chunk();
    socket.emit("news", 1);
    while (!text.includes("event: news\n")) await chunk();
    const left = new Promise((resolve) => socket.on("disconnect", resolve));
    stream.close();
    expect(await left).toBe("transport close");
  });

  it.each([
    ["?room=secret", 403, "room"],
    ["?ns=/unknown", 404, "namespace"],
    ["?ns=a&ns=b", 400, "query"],
  ])("is refused for %s", async (query, status, code) => {
    const { port } = await startOpen();
    const answer = await ask({ port, path: `/socket.io/sse${query}` });
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([status, code]);
  });

  it("is refused to pages of other origins, and open to those that cors names, E-5", async () => {
    const { port } = await startOpen({ cors: { origin: "https://good.example", credentials: true } });
    const evil = await ask({ port, path: "/socket.io/sse", headers: { Origin: "https://evil.example" } });
    expect(evil.status).toBe(403);
    const client = new StreamClient(port, "", { Origin: "https://good.example" });
    const { headers } = await client.answered;
    expect(headers).toMatchObject({
      "access-control-allow-origin": "https://good.example",
      "access-control-allow-credentials": "true",
    });
  });

  it("is not for POST, and has no WebSocket", async () => {
    const { port } = await startOpen();
    const answer = await ask({ port, path: "/socket.io/sse", method: "POST" });
    expect([answer.status, answer.headers.allow]).toEqual([405, "GET"]);
    const upgrade = await exchange(
      port,
      "GET /socket.io/sse HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
    );
    expect(upgrade).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("leaves nothing behind when its client goes while a middleware thinks", async () => {
    const { io, port } = await startOpen();
    const asked = new Promise<{ go: () => void; socket: Socket }>((resolve) =>
      io.use((socket, go) => resolve({ go, socket })),
    );
    const client = new StreamClient(port);
    const { go, socket } = await asked;
    const gone = new Promise((resolve) => socket.conn.once("close", resolve));
    client.close();
    expect(await gone).toBe("transport close");
    go();
    expect(io.sockets.sockets.size).toBe(0);
  });
});

describe("what the client of a stream posts", () => {
  it("is an event", async () => {
    const { io, port } = await startOpen();
    const connecting = connection(io);
    const client = new StreamClient(port);
    const socket = await connecting;
    const open = await client.opened();
    const heard = new Promise((resolve) => socket.on("say", (...args) => resolve(args)));
    const { status, body } = await post(port, open, {
      event: ["say", "바로", { $binary: "YQ==" }],
    });
    expect([status, body]).toEqual([204, ""]);
    expect(await heard).toEqual(["바로", Buffer.from("a")]);
  });

  it("is answered with the acknowledgement", async () => {
    const { io, port } = await startOpen();
    const connecting = connection(io);
    const client = new StreamClient(port);
    const socket = await connecting;
    const open = await client.opened();
    const answers: ((text: string) => void)[] = [];
    const asked = new Promise<void>((resolve) =>
      socket.on("ask", (_text, answer) => {
        answers.push(answer);
        if (answers.length === 2) resolve();
      }),
    );
    // Two with the same id, answered the other way round.
    const posts = ["a", "b"].map((text) => post(port, open, { event: ["ask", text], id: 1 }));
    await asked;
    answers[1]?.("second");
    answers[0]?.("first");
    const bodies = (await Promise.all(posts)).map(({ status, body }) => [status, body]);
    expect(bodies.sort()).toEqual([
      [200, '{"ack":1,"args":["first"]}'],
      [200, '{"ack":1,"args":["second"]}'],
    ]);
  });

  it("is answered with the acknowledgement alone where it is the event alone", async () => {
    const { io, port } = await startOpen({ open: { ackTimeout: 20 } });
    io.on("connection", (socket) => {
      socket.on("sum", (one, other, answer) => answer(one + other, { $: Buffer.from("a") }));
      socket.on("nothing", (answer) => answer());
    });
    const client = new StreamClient(port);
    const open = await client.opened();
    const bodies: [number, string][] = [];
    for (const body of ['["sum",1,2]', ' \n["nothing"]', '["unheard"]', '{"event":["unheard"]}']) {
      const { status, body: answer } = await post(port, open, body);
      bodies.push([status, answer]);
    }
    expect(bodies).toEqual([
      [200, '[3,{"$":{"$binary":"YQ=="}}]'],
      [200, "[]"],
      [504, expect.stringContaining("unanswered")],
      [204, ""],
    ]);
  });

  it("acknowledges an event of the server", async () => {
    const { io, port } = await startOpen();
    const connecting = connection(io);
    const client = new StreamClient(port);
    const socket = await connecting;
    const open = await client.opened();
    const answer = socket.timeout(10_000).emitWithAck("ask", 1);
    const { event, data } = await client.next();
    expect(event).toBe("envelope");
    const { id } = JSON.parse(data);
    expect((await post(port, open, { ack: id, args: ["yes"] })).status).toBe(204);
    expect(await answer).toBe("yes");
  });

  it("is refused with the wrong secret, and after the end", async () => {
    const { io, port } = await startOpen();
    const connecting = connection(io);
    const client = new StreamClient(port);
    const socket = await connecting;
    const open = await client.opened();
    for (const secret of ["", "x", `${open.secret}x`, open.id]) {
      const { status, headers } = await post(port, { id: open.id, secret }, ["a"]);
      expect([status, headers["www-authenticate"]]).toEqual([401, "Bearer"]);
    }
    expect((await post(port, { id: "__proto__", secret: open.secret }, ["a"])).status).toBe(401);
    const pending = post(port, open, { event: ["unanswered"], id: 1 });
    await new Promise((resolve) => socket.on("unanswered", resolve));
    client.close();
    expect((await pending).status).toBe(410);
    expect((await post(port, open, ["a"])).status).toBe(410);
  });

  it("is refused where it is no message, or too long, or of another origin", async () => {
    const { port } = await startOpen();
    const client = new StreamClient(port);
    const open = await client.opened();
    const statuses: [number, string][] = [];
    for (const body of ["", "[", '["disconnect"]', `["${"a".repeat(257)}"]`, "x".repeat(65_537)]) {
      const answer = await post(port, open, body);
      statuses.push([answer.status, JSON.parse(answer.body).code]);
    }
    expect(statuses).toEqual([
      [400, "message"],
      [400, "message"],
      [400, "message"],
      [400, "message"],
      [413, "body"],
    ]);
    const { status } = await ask({
      port,
      path: `/socket.io/emit?id=${open.id}`,
      method: "POST",
      headers: { Authorization: `Bearer ${open.secret}`, Origin: "https://evil.example" },
      body: '["a"]',
    });
    expect(status).toBe(403);
  });

  it("is refused when it is too much, and when nobody answers", async () => {
    const { port } = await startOpen({ open: { messageRate: 0.01, burst: 200, ackTimeout: 20 } });
    const client = new StreamClient(port);
    const open = await client.opened();
    const { status, body } = await post(port, open, { event: ["ask"], id: 1 });
    expect([status, JSON.parse(body).code]).toEqual([504, "unanswered"]);
    const next = await post(port, open, { event: ["ask"], id: 1 });
    expect(next.status).toBe(504);
    const last = await post(port, open, ["a"]);
    expect([last.status, Number(last.headers["retry-after"]) >= 1]).toEqual([429, true]);
  });

  it("is forgotten when it breaks off", async () => {
    const { io, port } = await startOpen({ open: { maxAcks: 1 } });
    const connecting = connection(io);
    const client = new StreamClient(port);
    const socket = await connecting;
    const open = await client.opened();
    const asked = new Promise<(text: string) => void>((resolve) => socket.on("ask", resolve));
    const body = '{"event":["ask"],"id":1}';
    const broken = connectTcp(port, "127.0.0.1");
    broken.write(
      `POST /socket.io/emit?id=${open.id} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${open.secret}\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    );
    const answer = await asked;
    expect((await post(port, open, body)).status).toBe(429);
    broken.destroy();
    socket.removeAllListeners("ask");
    socket.on("ask", (other) => other("ok"));
    let status = 429;
    while (status === 429) status = (await post(port, open, body)).status;
    expect(status).toBe(200);
    answer("nobody waits for it");
  });

  it("may wait for so many acknowledgements at a time", async () => {
    const { io, port } = await startOpen({ open: { maxAcks: 1 } });
    const connecting = connection(io);
    const client = new StreamClient(port);
    const socket = await connecting;
    const open = await client.opened();
    const asked = new Promise<(text: string) => void>((resolve) => socket.on("ask", resolve));
    const first = post(port, open, { event: ["ask"], id: 1 });
    const answer = await asked;
    const second = await post(port, open, { event: ["ask"], id: 2 });
    expect([second.status, JSON.parse(second.body).code]).toEqual([429, "acks"]);
    answer("ok");
    expect((await first).body).toBe('{"ack":1,"args":["ok"]}');
  });
});

it("a server of another path answers there", async () => {
  const http = createServer();
  const io = new Server(http, { path: "/live/" });
  onTestFinished(() => io.close());
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  expect((await ask({ port, path: "/live/emit", method: "POST", body: "[]" })).status).toBe(401);
  expect((await ask({ port, path: "/socket.io/emit", method: "POST", body: "[]" })).status).toBe(404);
});
