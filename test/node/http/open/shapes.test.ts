import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { ask, exchange } from "../../../support/http.ts";
import { PlainClient, StreamClient, startOpen } from "../../../support/open-app.ts";

// The request shapes of the classes E, H and P of the catalogue of attacks, against the addresses for clients without a
// library. Through all of them, a healthy client has its answers.

const KEY = "the-key-of-the-backend";
const ADDRESSES = ["sse", "plain", "emit", "poll", "publish"];
const UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
const HANDSHAKE = `${UPGRADE}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n`;

const start = async () => {
  const app = await startOpen({ open: { publishKeys: [KEY] } });
  app.io.publicRooms("a");
  app.io.history("a");
  app.io.on("connection", (socket) => socket.on("echo", (text, answer) => answer(text)));
  const healthy = new PlainClient(app.port);
  await healthy.next();
  const isWell = async (): Promise<void> => {
    healthy.send({ event: ["echo", "바로"], id: 1 });
    expect(await healthy.next()).toEqual({ ack: 1, args: ["바로"] });
    expect(app.io.sockets.sockets.size).toBe(1);
  };
  return { ...app, isWell };
};

/** The status lines of everything that comes back. */
const statuses = async (port: number, bytes: string | Buffer): Promise<number[]> =>
  [...(await exchange(port, bytes)).matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));

describe("H-6: other methods, and upgrades where there are none", () => {
  it.each(
    ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"].flatMap((method) =>
      ADDRESSES.map((address) => [method, address] as const),
    ),
  )("%s %s", async (method, address) => {
    const { port, isWell } = await start();
    const { status } = await ask({ port, path: `/socket.io/${address}?room=a`, method });
    expect(status).toBe(405);
    await isWell();
  });

  it.each(["sse", "emit", "poll", "publish"])("a WebSocket for %s", async (address) => {
    const { port, isWell } = await start();
    expect(await statuses(port, `GET /socket.io/${address} HTTP/1.1\r\nHost: a\r\n${HANDSHAKE}\r\n`)).toEqual(
      [400],
    );
    await isWell();
  });

  it.each([
    ["another upgrade", "Connection: Upgrade\r\nUpgrade: h2c\r\n", 426],
    ["no key", `${UPGRADE}Sec-WebSocket-Version: 13\r\n`, 400],
    ["another version", HANDSHAKE.replace("13", "8"), 426],
  ])("plain with %s", async (_, headers, status) => {
    const { port, isWell } = await start();
    expect(await statuses(port, `GET /socket.io/plain HTTP/1.1\r\nHost: a\r\n${headers}\r\n`)).toEqual([
      status,
    ]);
    await isWell();
  });
});

it.each(ADDRESSES)(
  "H-7: what stands behind a failed upgrade of %s is never read as a request",
  async (address) => {
    const { port, isWell } = await start();
    const smuggled = "GET /socket.io/poll?room=a HTTP/1.1\r\nHost: a\r\n\r\n";
    const bytes = `GET /socket.io/${address} HTTP/1.1\r\nHost: a\r\n${UPGRADE}Sec-WebSocket-Version: 1337\r\n\r\n${smuggled}`;
    expect(await statuses(port, bytes)).toHaveLength(1);
    await isWell();
  },
);

it("H-8: bytes behind an upgrade that are no frame end it", async () => {
  const { port, isWell } = await start();
  const answer = await exchange(port, `GET /socket.io/plain HTTP/1.1\r\nHost: a\r\n${HANDSHAKE}\r\ntest`);
  expect(answer).toMatch(/^HTTP\/1\.1 101 /);
  // A close frame, 1002.
  expect(answer).toContain("\x03\xea");
  await isWell();
});

it.each(["sse", "plain", "poll"])("H-9: a reset of %s while a hook thinks", async (address) => {
  const { io, port, isWell } = await start();
  let proceed = (): void => {};
  const asked = new Promise<void>((resolve) =>
    io.onSubscribe(
      () =>
        new Promise((answer) => {
          proceed = () => answer(true);
          resolve();
        }),
    ),
  );
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  const headers = address === "plain" ? HANDSHAKE : "";
  socket.write(`GET /socket.io/${address}?room=b HTTP/1.1\r\nHost: a\r\n${headers}\r\n`);
  await asked;
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.resetAndDestroy();
  await closed;
  proceed();
  await isWell();
});

describe("H-13: pages of other origins", () => {
  const origins = [
    "null",
    "https://evil.example",
    "https://127.0.0.1.evil.example",
    "https://127.0.0.1@evil.example",
    "http://127.0.0.1:1",
  ];
  it.each(ADDRESSES.flatMap((address) => origins.map((origin) => [address, origin] as const)))(
    "%s, %s",
    async (address, origin) => {
      const { port, isWell } = await start();
      const method = address === "emit" || address === "publish" ? "POST" : "GET";
      const headers = {
        Origin: origin,
        Authorization: `Bearer ${KEY}`,
        ...(address === "plain"
          ? {
              Connection: "Upgrade",
              Upgrade: "websocket",
              "Sec-WebSocket-Version": "13",
              "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            }
          : {}),
      };
      const answer = await ask({ port, path: `/socket.io/${address}?room=a`, method, headers, body: "" });
      expect(answer.status).toBe(403);
      expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
      await isWell();
    },
  );
});

it("P-13: a preflight is answered for those that cors names", async () => {
  const { port } = await startOpen({ cors: { origin: "https://good.example" } });
  const { status, headers } = await ask({
    port,
    path: "/socket.io/emit?id=x",
    method: "OPTIONS",
    headers: {
      Origin: "https://good.example",
      "Access-Control-Request-Method": "POST",
      "Access-Control-Request-Headers": "authorization",
    },
  });
  expect([status, headers["access-control-allow-origin"], headers["access-control-allow-headers"]]).toEqual([
    204,
    "https://good.example",
    "authorization",
  ]);
});

it.each([
  "sse?room=__proto__",
  "sse?ns=__proto__",
  "sse?ns=constructor",
  "poll?room=a&after=__proto__",
  "poll?room=%",
  "sse?room=%00",
  "__proto__",
  "constructor",
  "toString",
  "sse/",
  "sse/../publish",
  "SSE",
  "%73se",
  "emit?id[]=x",
])("H-15: the target %s", async (target) => {
  const { port, isWell } = await start();
  const answer = await exchange(
    port,
    `GET /socket.io/${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4))).toMatchObject({
    message: expect.any(String),
  });
  await isWell();
});

describe("P-1: bodies over the limit, and lengths that lie", () => {
  const post = (address: string, headers: string, body: string) =>
    `POST /socket.io/${address} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${KEY}\r\n${headers}\r\n${body}`;

  it("announced", async () => {
    const { port, isWell } = await start();
    expect(await statuses(port, post("publish", "Content-Length: 1048577\r\n", ""))).toEqual([413]);
    await isWell();
  });

  it("in chunks", async () => {
    const { port, isWell } = await start();
    const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
    expect(await statuses(port, post("publish", "Transfer-Encoding: chunked\r\n", chunk.repeat(17)))).toEqual(
      [413],
    );
    await isWell();
  });

  it("in characters of three bytes", async () => {
    const { io, port, isWell } = await start();
    const client = new StreamClient(port);
    const { id, secret } = await client.opened();
    const { status } = await ask({
      port,
      path: `/socket.io/emit?id=${id}`,
      method: "POST",
      headers: { Authorization: `Bearer ${secret}` },
      body: JSON.stringify(["a", "바".repeat(22_000)]),
    });
    expect(status).toBe(413);
    const [stream] = [...io.sockets.sockets.values()].filter(({ conn }) => conn.transport.name === "sse");
    const left = new Promise((resolve) => stream?.on("disconnect", resolve));
    client.close();
    await left;
    await isWell();
  });

  it("that break off", async () => {
    const { port, isWell } = await start();
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(post("publish", "Content-Length: 100\r\n", '{"event":'));
    await new Promise((resolve) => setImmediate(resolve));
    socket.resetAndDestroy();
    await isWell();
  });
});

describe("E-2: the header Last-Event-ID", () => {
  it.each([
    ["of 64 KiB", "x".repeat(65_536), 431],
    ["that is no UTF-8", "\xff\xfe", 200],
    ["that stands there twice", "a\r\nLast-Event-ID: b", 200],
    ["that is empty", "", 200],
  ])("%s", async (_, value, status) => {
    const { io, port, isWell } = await start();
    const socket = connect(port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => {});
    let answer = "";
    const told = new Promise<void>((resolve) =>
      socket.on("data", (chunk) => {
        answer += chunk;
        if (status !== 200 || answer.includes("event: gap\n") || value === "") resolve();
      }),
    );
    socket.write(
      Buffer.from(
        `GET /socket.io/sse?room=a HTTP/1.1\r\nHost: a\r\nLast-Event-ID: ${value}\r\n\r\n`,
        "latin1",
      ),
    );
    await told;
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    const left = new Promise<void>((resolve) => {
      const stream = [...io.sockets.sockets.values()].find(({ conn }) => conn.transport.name === "sse");
      if (stream === undefined) resolve();
      else stream.on("disconnect", () => resolve());
    });
    socket.destroy();
    await left;
    await isWell();
  });
});

it("E-4: two hundred streams of one user come, and go without a trace", async () => {
  const { io, port, isWell } = await start();
  const streams = Array.from({ length: 200 }, () => new StreamClient(port, "?room=a"));
  await Promise.all(streams.map((stream) => stream.opened()));
  expect(io.sockets.sockets.size).toBe(201);
  const left = new Promise<void>((resolve) => {
    for (const socket of io.sockets.sockets.values()) {
      socket.on("disconnect", () => {
        if (io.sockets.sockets.size === 1) resolve();
      });
    }
  });
  for (const stream of streams) stream.close();
  await left;
  expect(io.sockets.adapter.rooms.has("a")).toBe(false);
  await isWell();
});
