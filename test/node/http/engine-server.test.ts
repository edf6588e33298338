import { Agent } from "node:http";
import { describe, expect, it, vi } from "vitest";
import { message, startEngine } from "../../support/engine-app.ts";
import { RawPolling, RawWebSocket } from "../../support/engine-client.ts";
import { ask, exchange, keptConnection } from "../../support/http.ts";

const HANDSHAKE = "/engine.io/?EIO=4&transport=polling";

describe("the opening", () => {
  it("over polling tells id, upgrades, heartbeat and the largest payload", async () => {
    const { port, engine, requests } = await startEngine();
    const { status, headers, body } = await ask({ port, path: HANDSHAKE });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "content-type": "text/plain; charset=UTF-8",
      "cache-control": "no-store",
      "content-length": String(body.length),
    });
    expect(body[0]).toBe("0");
    expect(JSON.parse(body.slice(1))).toEqual({
      sid: expect.stringMatching(/^[\w-]{22}$/),
      upgrades: ["websocket"],
      pingInterval: 25_000,
      pingTimeout: 20_000,
      maxPayload: 1_000_000,
    });
    expect(engine.clientsCount).toBe(1);
    expect(requests[0]?.url).toBe(HANDSHAKE);
  });

  it("goes by options that can be read, with their defaults", async () => {
    const { engine } = await startEngine({ pingInterval: 300 });
    expect(engine.opts).toMatchObject({
      pingInterval: 300,
      pingTimeout: 20_000,
      maxHttpBufferSize: 1_000_000,
    });
  });

  it("over WebSocket offers no upgrade", async () => {
    const { port } = await startEngine({ pingInterval: 300, pingTimeout: 200, maxHttpBufferSize: 5000 });
    const socket = await RawWebSocket.open(port, "");
    const opening = String(await socket.next());
    expect(JSON.parse(opening.slice(1))).toMatchObject({
      upgrades: [],
      pingInterval: 300,
      pingTimeout: 200,
      maxPayload: 5000,
    });
  });

  it.each([[{ allowUpgrades: false }], [{ transports: ["polling"] as const }]])(
    "offers no upgrade with %j",
    async (options) => {
      const { port } = await startEngine(options);
      expect((await RawPolling.open(port)).opening.upgrades).toEqual([]);
    },
  );

  it("takes along what the application sends at once", async () => {
    const { port } = await startEngine({}, (session) => {
      session.send(message("one"));
      session.send(message("two"));
    });
    const { body } = await ask({ port, path: HANDSHAKE });
    expect(body.split("\x1e").slice(1)).toEqual(["4one", "4two"]);
  });

  it("P-14: never gives an id twice, and takes those of a program", async () => {
    const { port, engine } = await startEngine();
    const ids = await Promise.all(Array.from({ length: 50 }, () => RawPolling.open(port)));
    expect(new Set(ids.map(({ opening }) => opening.sid)).size).toBe(50);
    engine.generateId = () => "mine";
    expect((await RawPolling.open(port)).opening.sid).toBe("mine");
    expect((await ask({ port, path: HANDSHAKE })).status).toBe(400);
  });
});

describe("a request that is refused", () => {
  const MESSAGES = [
    "Transport unknown",
    "Session ID unknown",
    "Bad handshake method",
    "Bad request",
    "Forbidden",
    "Unsupported protocol version",
  ];

  it.each([
    ["no transport", "GET", "?EIO=4", 0],
    ["no query", "GET", "", 0],
    ["an unknown transport", "GET", "?EIO=4&transport=tobi", 0],
    ["H-15: __proto__", "GET", "?EIO=4&transport=__proto__", 0],
    ["H-15: constructor", "GET", "?EIO=4&transport=constructor", 0],
    ["P-6: an unknown sid", "GET", "?EIO=4&transport=polling&sid=abc", 1],
    ["H-15: sid __proto__", "GET", "?EIO=4&transport=polling&sid=__proto__", 1],
    ["an empty sid", "POST", "?EIO=4&transport=polling&sid=", 1],
    ["P-6: POST without sid", "POST", "?EIO=4&transport=polling", 2],
    ["OPTIONS without cors", "OPTIONS", "?EIO=4&transport=polling", 2],
    ["WebSocket without an upgrade", "GET", "?EIO=4&transport=websocket", 3],
    ["H-15: two versions", "GET", "?EIO=4&EIO=3&transport=polling", 3],
    ["H-15: two transports", "GET", "?EIO=4&transport=polling&transport=x", 3],
    ["P-12: JSONP", "GET", "?EIO=4&transport=polling&j=0", 3],
    ["no version", "GET", "?transport=polling", 5],
    ["an old version", "GET", "?EIO=3&transport=polling", 5],
  ])("is told why: %s", async (_name, method, query, code) => {
    const body = JSON.stringify({ code, message: MESSAGES[code] });
    const { port, engine } = await startEngine();
    const errors: unknown[] = [];
    engine.on("connection_error", ({ code, message }) => errors.push({ code, message }));
    const answer = await ask({ port, method, path: `/engine.io/${query}` });
    expect([answer.status, answer.body]).toEqual([400, body]);
    expect(answer.headers["content-type"]).toBe("application/json");
    expect(errors).toEqual([JSON.parse(body)]);
    expect(engine.clientsCount).toBe(0);
  });

  it.each(["?%", "?%00", "?=&&==", `?${"x=%E0%A4&".repeat(1000)}`, "?sid[]=x"])(
    "H-15: never throws: %s",
    async (query) => {
      const { port } = await startEngine();
      const answer = await exchange(
        port,
        `GET /engine.io/${query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain('{"code":0,');
    },
  );

  it.each(["//", "//@:", "*", "http://["])(
    "H-15: never throws where all targets are ours: %s",
    async (target) => {
      const { port } = await startEngine({ path: "/", addTrailingSlash: false });
      const answer = await exchange(port, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 40[04] /);
    },
  );

  it("P-6: uses the transport of its session", async () => {
    const { port } = await startEngine();
    const polling = await RawPolling.open(port);
    const wrong = `/engine.io/?EIO=4&transport=websocket&sid=${polling.opening.sid}`;
    expect((await ask({ port, path: wrong })).body).toBe('{"code":3,"message":"Bad request"}');
    const old = `/engine.io/?EIO=3&transport=polling&sid=${polling.opening.sid}`;
    expect((await ask({ port, path: old })).body).toBe('{"code":5,"message":"Unsupported protocol version"}');
    expect((await ask({ port, path: polling.path, method: "PUT" })).body).toBe(
      '{"code":3,"message":"Bad request"}',
    );
    const socket = await RawWebSocket.open(port, "");
    const { sid } = JSON.parse(String(await socket.next()).slice(1));
    expect((await ask({ port, path: `${HANDSHAKE}&sid=${sid}` })).body).toBe(
      '{"code":3,"message":"Bad request"}',
    );
  });

  it("is refused a transport that is switched off", async () => {
    const { port } = await startEngine({ transports: ["websocket"] });
    expect((await ask({ port, path: HANDSHAKE })).body).toBe('{"code":0,"message":"Transport unknown"}');
    const socket = await RawWebSocket.open(port, "");
    expect(await socket.next()).toMatch(/^0/);
  });

  it("is refused after the end", async () => {
    const { port, engine } = await startEngine();
    const polling = await RawPolling.open(port);
    const poll = polling.poll();
    await polling.post("4x");
    expect(await poll).toEqual(["4x"]);
    engine.close();
    expect(await polling.poll()).toEqual(["1"]);
    expect(engine.clientsCount).toBe(0);
    expect((await ask({ port, path: HANDSHAKE })).status).toBe(503);
  });
});

describe("polling", () => {
  it("carries messages both ways, over one connection that is kept", async () => {
    const { port } = await startEngine();
    const client = await RawPolling.open(port, { agent: keptConnection() });
    for (const text of ["hello", "", "€ 바로 🎉", "x".repeat(100_000)]) {
      const { status, body, headers } = await client.post(`4${text}`);
      expect([status, body]).toEqual([200, "ok"]);
      expect(headers["content-type"]).toBe("text/plain; charset=UTF-8");
      expect(await client.poll()).toEqual([`4${text}`]);
    }
  });

  it("carries binary as base64, and attachments right behind their header", async () => {
    const { port, sessions } = await startEngine();
    const client = await RawPolling.open(port);
    await client.post("bAQID");
    expect(await client.poll()).toEqual(["bAQID"]);
    sessions[0]?.send(message("51-[]", [Buffer.of(255)]));
    sessions[0]?.send(message("2"));
    expect(await client.poll()).toEqual(["451-[]", "b/w==", "42"]);
  });

  it("answers one poll with everything of one turn", async () => {
    const { port, sessions } = await startEngine();
    const client = await RawPolling.open(port);
    const poll = client.poll();
    await client.post("4a", "4b", "4c");
    expect(await poll).toEqual(["4a", "4b", "4c"]);
    for (const text of ["d", "e", "f"]) sessions[0]?.send(message(text));
    expect(await client.poll()).toEqual(["4d", "4e", "4f"]);
  });

  it("holds a poll until there is something to say", async () => {
    const { port } = await startEngine({ pingInterval: 50, pingTimeout: 5000 });
    const client = await RawPolling.open(port);
    expect(await client.poll()).toEqual(["2"]);
    await client.post("3");
    expect(await client.poll()).toEqual(["2"]);
  });

  it("ends a session whose pong does not come", async () => {
    const { port, engine, events, happened } = await startEngine({ pingInterval: 50, pingTimeout: 50 });
    const client = await RawPolling.open(port);
    await happened("closed");
    expect(events.at(-1)).toEqual(["closed", "ping timeout", undefined]);
    expect(engine.clientsCount).toBe(0);
    expect((await client.get()).body).toBe('{"code":1,"message":"Session ID unknown"}');
  });

  it("ends when the client says so, and answers the poll that waits", async () => {
    const { port, events } = await startEngine();
    const client = await RawPolling.open(port);
    const poll = client.poll();
    await client.post("4last");
    expect(await poll).toEqual(["4last"]);
    const second = client.poll();
    await client.post("4again", "1");
    expect(await second).toEqual(["4again"]);
    expect(events.at(-1)).toEqual(["closed", "transport close", undefined]);
    const other = await RawPolling.open(port);
    const waiting = other.poll();
    await other.post("1");
    expect(await waiting).toEqual(["6"]);
  });

  it("delivers what waits when the server closes a session", async () => {
    const { port, sessions, engine } = await startEngine();
    const client = await RawPolling.open(port);
    sessions[0]?.send(message("last"));
    sessions[0]?.close();
    // The end has a payload of its own: clients handle it before the messages that stand with it.
    expect(await client.poll()).toEqual(["4last"]);
    expect(await client.poll()).toEqual(["1"]);
    expect(engine.clientsCount).toBe(0);
  });

  it("ends the HTTP connection of a poll that waits when it closes", async () => {
    const { port, sessions, engine } = await startEngine();
    const client = await RawPolling.open(port, { agent: new Agent({ keepAlive: true }) });
    const poll = client.get();
    await vi.waitUntil(() => sessions[0]?.writable);
    engine.close();
    expect(await poll).toMatchObject({ body: "1", headers: { connection: "close" } });
    expect((await client.get()).headers.connection).toBe("close");
  });

  it("sends a large queue in several answers, in order", async () => {
    const { port, sessions } = await startEngine();
    const client = await RawPolling.open(port);
    const text = "x".repeat(100_000);
    for (let index = 0; index < 25; index += 1) sessions[0]?.send(message(`${index} ${text}`));
    const received: string[] = [];
    let answers = 0;
    for (; received.length < 25; answers += 1) received.push(...(await client.poll()));
    expect(received).toEqual(Array.from({ length: 25 }, (_, index) => `4${index} ${text}`));
    expect(answers).toBe(3);
  });
});
