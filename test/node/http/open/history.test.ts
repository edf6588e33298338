import { describe, expect, it } from "vitest";
import { ask } from "../../../support/http.ts";
import { PlainClient, StreamClient, startOpen } from "../../../support/open-app.ts";

const start = async (bounds: { max?: number } = {}) => {
  const app = await startOpen();
  app.io.publicRooms("a", "b", "unkept");
  app.io.history("a", bounds);
  app.io.history("b");
  return app;
};

type Message = { event: unknown[]; position: string };
const events = (messages: unknown[]) => messages.map((message) => (message as Message).event);
const take = async (client: { next(): Promise<unknown> }, count: number) => {
  const taken: unknown[] = [];
  for (let index = 0; index < count; index += 1) taken.push(await client.next());
  return taken;
};

const poll = async (port: number, query: string, headers: Record<string, string> = {}) => {
  const { status, headers: answered, body } = await ask({ port, path: `/socket.io/poll?${query}`, headers });
  const lines = body.split("\n").filter((line) => line !== "");
  return { status, headers: answered, lines: lines.map((line) => JSON.parse(line)) };
};

describe("a plain WebSocket that comes back", () => {
  it("hears what it has missed, in all its rooms, then what comes", async () => {
    const { io, port } = await start();
    const first = new PlainClient(port, "?room=a&room=b");
    const { open } = (await first.next()) as { open: { position: string } };
    io.to("a").emit("one", 1);
    const [heard] = (await take(first, 1)) as [Message];
    expect(heard).toEqual({ event: ["one", 1], position: expect.any(String) });
    first.socket.terminate();
    io.to("b").emit("two", Buffer.from("a"));
    io.to(["a", "b"]).emit("three");
    io.to("elsewhere").emit("not for them");
    io.emit("four");
    const again = new PlainClient(port, `?room=a&room=b&after=${heard.position}`);
    expect(await again.next()).not.toHaveProperty("open.position");
    expect(events(await take(again, 3))).toEqual([["two", { $binary: "YQ==" }], ["three"], ["four"]]);
    io.to("a").emit("five");
    expect(events(await take(again, 1))).toEqual([["five"]]);
    // From where it stood when it opened.
    const whole = new PlainClient(port, `?room=a&room=b&after=${open.position}`);
    await whole.next();
    expect(events(await take(whole, 5)).map(([name]) => name)).toEqual([
      "one",
      "two",
      "three",
      "four",
      "five",
    ]);
  });

  it("hears more than a page, in order and each once, while others send", async () => {
    const { io, port } = await start({ max: 1_000 });
    const first = new PlainClient(port, "?room=a");
    const { open } = (await first.next()) as { open: { position: string } };
    first.socket.terminate();
    for (let count = 0; count < 700; count += 1) io.to("a").emit("count", count);
    const again = new PlainClient(port, `?room=a&after=${open.position}`);
    await again.next();
    let count = 700;
    const sending = setInterval(() => {
      io.emit("count", count);
      count += 1;
      if (count === 720) clearInterval(sending);
    }, 1);
    const heard = events(await take(again, 720)).map(([, number]) => number);
    expect(heard).toEqual(Array.from({ length: 720 }, (_, index) => index));
  });

  it("may speak as soon as it is welcome, however much it still has to hear", async () => {
    const { io, port } = await start({ max: 1_000 });
    const said: string[] = [];
    io.on("connection", (socket) =>
      socket.on("say", (text, answer) => {
        said.push(text);
        answer();
      }),
    );
    for (let count = 0; count < 700; count += 1) io.to("a").emit("count", count);
    const client = new PlainClient(port, "?room=a&last=1000");
    client.socket.on("open", () => client.send({ event: ["say", "early"], id: 1 }));
    const stream = new StreamClient(port, "?room=a&last=1000");
    const { id, secret } = await stream.opened();
    const { status } = await ask({
      port,
      path: `/socket.io/emit?id=${id}`,
      method: "POST",
      headers: { Authorization: `Bearer ${secret}` },
      body: JSON.stringify({ event: ["say", "posted"], id: 1 }),
    });
    expect(status).toBe(200);
    await client.heard.find((message) => (message as { ack?: number }).ack === 1);
    expect(said.sort()).toEqual(["early", "posted"]);
    expect(client.heard.items).toHaveLength(702);
  });

  it("asks for the newest", async () => {
    const { io, port } = await start();
    for (let count = 0; count < 5; count += 1) io.to("a").emit("count", count);
    const client = new PlainClient(port, "?room=a&last=2");
    await client.next();
    expect(events(await take(client, 2))).toEqual([
      ["count", 3],
      ["count", 4],
    ]);
  });

  it("is told of a gap, and hears the rest", async () => {
    const { io, port } = await start({ max: 2 });
    const first = new PlainClient(port, "?room=a&room=b");
    const { open } = (await first.next()) as { open: { position: string } };
    first.socket.terminate();
    for (let count = 0; count < 3; count += 1) io.to("a").emit("a", count);
    io.to("b").emit("b");
    const again = new PlainClient(port, `?room=a&room=b&room=unkept&after=${open.position}`);
    await again.next();
    const { gap } = (await again.next()) as { gap: { rooms: { room: string; reason: string }[] } };
    expect(gap.rooms.sort((one, other) => one.room.localeCompare(other.room))).toEqual([
      { room: "a", reason: "expired" },
      { room: "unkept", reason: "unkept" },
    ]);
    expect(events(await take(again, 1))).toEqual([["b"]]);
  });

  it.each(["forged", "", "AQAAAAAAAAAAAA", "__proto__", "x".repeat(4_000)])(
    "with the position %.20s is told that nothing can be given",
    async (position) => {
      const { io, port } = await start();
      io.to("a").emit("a");
      const client = new PlainClient(port, `?room=a&after=${position}`);
      await client.next();
      const { gap } = (await client.next()) as { gap: { rooms: { reason: string }[]; position: string } };
      expect(gap.rooms.length).toBeGreaterThan(0);
      const again = new PlainClient(port, `?room=a&after=${gap.position}`);
      await again.next();
      io.to("a").emit("b");
      expect(events(await take(again, 1))).toEqual([["b"]]);
    },
  );

  it("is told so where nothing is kept at all", async () => {
    const { io, port } = await startOpen();
    io.publicRooms("a");
    const client = new PlainClient(port, "?room=a&after=x");
    await client.next();
    expect(await client.next()).toEqual({ gap: { rooms: [{ room: "a", reason: "unkept" }] } });
  });
});

describe("a stream that comes back", () => {
  it("goes on behind its Last-Event-ID, by header and by query", async () => {
    const { io, port } = await start();
    const first = new StreamClient(port, "?room=a");
    const opened = await first.next();
    expect(opened.id).toEqual(expect.any(String));
    io.to("a").emit("one", 1);
    const { id } = await first.next();
    first.close();
    io.to("a").emit("two", 2);
    const byHeader = new StreamClient(port, `?room=a&lastEventId=${opened.id}`, {
      "Last-Event-ID": String(id),
    });
    expect((await byHeader.next()).id).toBeUndefined();
    expect(await byHeader.next()).toEqual({ event: "two", data: "2", id: expect.any(String) });
    const byQuery = new StreamClient(port, `?room=a&lastEventId=${opened.id}`);
    await byQuery.next();
    expect([(await byQuery.next()).event, (await byQuery.next()).event]).toEqual(["one", "two"]);
  });

  it("with a forged one hears of the gap, and stands at its end", async () => {
    const { io, port } = await start();
    io.to("a").emit("one", 1);
    const client = new StreamClient(port, "?room=a", { "Last-Event-ID": "forged" });
    await client.next();
    const { event, data, id } = await client.next();
    expect([event, JSON.parse(data).rooms]).toEqual([
      "gap",
      expect.arrayContaining([{ room: "a", reason: "malformed" }]),
    ]);
    expect(id).toEqual(expect.any(String));
  });
});

it("a publication is told where it stands, again when it is repeated", async () => {
  const { io, port } = await startOpen({ open: { publishKeys: ["the-key-of-the-backend"] } });
  io.publicRooms("a");
  io.history("a");
  const publish = async (room: string, key: string) => {
    const { body } = await ask({
      port,
      path: "/socket.io/publish",
      method: "POST",
      headers: { Authorization: "Bearer the-key-of-the-backend", "Idempotency-Key": key },
      body: JSON.stringify({ rooms: [room], event: ["published", key] }),
    });
    return JSON.parse(body).position;
  };
  const position = await publish("a", "1");
  expect(await publish("unkept", "2")).toBeUndefined();
  await publish("a", "3");
  expect(await publish("a", "1")).toBe(position);
  expect(events((await poll(port, `room=a&after=${position}`)).lines)).toEqual([["published", "3"]]);
});

describe("a poll", () => {
  it("gives the newest, what is newer, and says when nothing is", async () => {
    const { io, port } = await start();
    let connections = 0;
    io.on("connection", () => {
      connections += 1;
    });
    for (let count = 0; count < 3; count += 1) io.to("a").emit("count", count);
    const newest = await poll(port, "room=a&last=2");
    expect(newest).toMatchObject({
      status: 200,
      headers: { "content-type": "application/x-ndjson", "cache-control": "private, no-cache" },
      lines: [
        { event: ["count", 1], position: expect.any(String) },
        { event: ["count", 2], position: expect.any(String) },
      ],
    });
    const tag = newest.headers.etag ?? "";
    expect(tag).toBe(`"${newest.lines[1].position}"`);
    const position = tag.slice(1, -1);
    expect(await poll(port, `room=a&after=${position}`)).toMatchObject({ status: 200, lines: [] });
    expect((await poll(port, `room=a&after=${position}`)).headers.etag).toBe(tag);
    expect((await poll(port, "room=a", { "If-None-Match": tag })).status).toBe(304);
    expect((await poll(port, `room=a&after=${position}`, { "If-None-Match": tag })).status).toBe(304);
    io.to("elsewhere").emit("x");
    expect((await poll(port, "room=a", { "If-None-Match": tag })).status).toBe(304);
    io.to("a").emit("count", 3);
    const newer = await poll(port, `room=a&after=${position}`, { "If-None-Match": tag });
    expect([newer.status, events(newer.lines)]).toEqual([200, [["count", 3]]]);
    expect(connections).toBe(0);
  });

  it("waits for something new, and for these rooms only", async () => {
    const { io, port } = await start();
    io.to("a").emit("first");
    const { headers } = await poll(port, "room=a");
    const position = headers.etag?.slice(1, -1);
    const waiting = poll(port, `room=a&after=${position}&wait=55`);
    // Until it waits.
    await ask({ port, path: "/socket.io/poll?room=a" });
    io.to("b").emit("not for it");
    io.except("a").emit("nor this");
    io.to("a").emit("second");
    expect(events((await waiting).lines)).toEqual([["second"]]);
  });

  it("waits no longer than it says, nor for a server that closes", async () => {
    const { io, port } = await start();
    io.to("a").emit("first");
    const position = (await poll(port, "room=a")).headers.etag?.slice(1, -1);
    expect(await poll(port, `room=a&after=${position}&wait=1`)).toMatchObject({ status: 200, lines: [] });
    const waiting = poll(port, `room=a&after=${position}&wait=55`);
    await ask({ port, path: "/socket.io/poll?room=a" });
    io.close();
    expect(await waiting).toMatchObject({ status: 200, lines: [] });
  });

  it("passes middlewares and onSubscribe, each time", async () => {
    const { io, port } = await start();
    io.history("c");
    io.use((socket, next) => {
      if (socket.handshake.headers.authorization === "me") next();
      else next(new Error("not you"));
    });
    const asked: string[] = [];
    io.onSubscribe((socket, room) => {
      asked.push(`${socket.conn.transport.name} ${room}`);
      return true;
    });
    expect((await poll(port, "room=c")).status).toBe(403);
    expect((await poll(port, "room=c", { Authorization: "me" })).status).toBe(200);
    expect((await poll(port, "room=c", { Authorization: "me" })).status).toBe(200);
    expect(asked).toEqual(["poll c", "poll c"]);
    expect(io.sockets.sockets.size).toBe(0);
  });

  it("says which rooms have a gap, and 410 where all have", async () => {
    const { io, port } = await start({ max: 1 });
    io.to("a").emit("a", 0);
    const position = (await poll(port, "room=a")).headers.etag?.slice(1, -1);
    for (let count = 1; count < 3; count += 1) io.to("a").emit("a", count);
    io.to("b").emit("b");
    const { status, lines } = await poll(port, `room=a&room=b&after=${position}`);
    expect([status, lines[0], events(lines.slice(1))]).toEqual([
      200,
      { gap: { rooms: [{ room: "a", reason: "expired" }] } },
      [["b"]],
    ]);
    expect((await poll(port, `room=a&after=${position}`)).status).toBe(410);
  });

  it.each([
    ["", 400],
    ["room=a&wait=-1", 400],
    ["room=a&wait=x", 400],
    ["room=a&last=1.5", 400],
    ["room=a&after=forged", 400],
    ["room=a&after=-1", 400],
    ["room=a&after=1&after=2", 400],
    ["room=unkept", 404],
    ["ns=/unknown&room=a", 404],
    ["room=denied", 403],
  ])("is refused for %s", async (query, status) => {
    const { io, port } = await start();
    io.to("a").emit("a");
    expect((await poll(port, query)).status).toBe(status);
  });

  it("is refused for a position of another history, and for one that is still to come", async () => {
    const { encodeToken, decodeToken } = await import("../../../../src/history/token.ts");
    const { io, port } = await start();
    io.to("a").emit("a");
    const token = decodeToken((await poll(port, "room=a")).headers.etag?.slice(1, -1));
    if (token === undefined) throw new Error("no token");
    const at = async (changed: Partial<typeof token>) =>
      (await poll(port, `room=a&after=${encodeToken({ ...token, ...changed })}`)).status;
    expect(await at({})).toBe(200);
    expect(await at({ epoch: token.epoch ^ 1 })).toBe(410);
    expect(await at({ sequence: token.sequence + 1_000 })).toBe(409);
    expect(await at({ digest: token.digest ^ 1 })).toBe(409);
  });
});
