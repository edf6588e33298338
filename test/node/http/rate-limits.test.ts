import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { io as connect } from "socket.io-client";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { Server, type ServerOptions, type Socket } from "../../../src/entry/server.ts";
import { ask, listen } from "../../support/http.ts";

async function start(options: ServerOptions) {
  const { server, port } = await listen();
  const io = new Server(server, options);
  onTestFinished(() => io.close());
  const connected = new Promise<Socket>((resolve) => io.once("connection", resolve));
  return { io, port, connected };
}

function open(port: number, transport: "polling" | "websocket") {
  const options = { transports: [transport], reconnection: false, forceNew: true };
  const client = connect(`http://127.0.0.1:${port}`, options);
  onTestFinished(() => void client.disconnect());
  return client;
}

const ENGINE = "/socket.io/?EIO=4&transport=polling";
const handshake = (port: number, headers: Record<string, string> = {}) =>
  ask({ port, path: ENGINE, headers });

async function openWebSocket(port: number): Promise<WebSocket> {
  const client = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
  onTestFinished(() => client.terminate());
  await once(client, "open");
  return client;
}

/** Sends `events` and waits until the last was acknowledged. Gives the milliseconds that it took. */
async function timeOf(client: ReturnType<typeof open>, events: readonly unknown[]): Promise<number> {
  const begin = performance.now();
  for (const event of events) client.emit("event", event);
  await client.emitWithAck("last");
  return performance.now() - begin;
}

// A machine can be slower than these times, and never faster: a limit that is not kept is seen on each.
describe.each(["polling", "websocket"] as const)(
  "a client that sends more than it may, over %s",
  (transport) => {
    it("loses no message, and feels a delay", async () => {
      const { port, connected } = await start({ messageRate: 200, burst: 1 });
      const client = open(port, transport);
      const socket = await connected;
      const heard: unknown[] = [];
      socket.on("event", (number) => heard.push(number));
      socket.on("last", (done) => done());
      const numbers = Array.from({ length: 300 }, (_, number) => number);
      const first = await timeOf(client, numbers);
      // What comes in one POST is handled as it is; the next one has to wait.
      const second = await timeOf(client, []);
      expect(first + second).toBeGreaterThan(450);
      expect(heard).toEqual(numbers);
    });

    it("is held to bytes, too, and outlives a rest that is longer than its heartbeat", async () => {
      // A busy machine may take some seconds to answer a ping.
      const options = { byteRate: 100_000, burst: 1, pingInterval: 1_000, pingTimeout: 3_000 };
      const { port, connected } = await start(options);
      const client = open(port, transport);
      const socket = await connected;
      const lost: unknown[] = [];
      socket.on("disconnect", (reason) => lost.push(reason));
      client.on("disconnect", (reason) => lost.push(reason));
      socket.on("last", (done) => done());
      const first = await timeOf(client, ["x".repeat(600_000)]);
      const second = await timeOf(client, []);
      expect(first + second).toBeGreaterThan(4_900);
      expect(lost).toEqual([]);
    });
  },
);

describe("clients that connect too often", () => {
  it.each([
    ["from one address", { connectRatePerAddress: 0.01, burst: 200 }],
    ["in all", { connectRate: 0.01, burst: 200 }],
  ])("are told to come later: %s", async (_, options) => {
    const { io, port } = await start(options);
    expect((await handshake(port)).status).toBe(200);
    await openWebSocket(port);
    const { status, headers, body } = await handshake(port);
    // Those before it may have been a while ago.
    expect([status, headers["retry-after"]]).toEqual([503, expect.stringMatching(/^(100|[1-9]\d)$/)]);
    expect(JSON.parse(body)).toEqual({ code: 4, message: "Service unavailable" });
    expect((await ask({ port, path: "/socket.io/sse" })).status).toBe(503);
    await expect(openWebSocket(port)).rejects.toThrow("503");
    expect(io.stats().refusals).toEqual({ 503: 3 });
  });

  it("from one address do not keep the others out, where a proxy says who they are", async () => {
    const { port } = await start({ connectRatePerAddress: 0.01, burst: 100, trustProxy: 1 });
    const from = async (address: string) => (await handshake(port, { "X-Forwarded-For": address })).status;
    expect([await from("192.0.2.1"), await from("192.0.2.1")]).toEqual([200, 503]);
    expect([await from("192.0.2.2"), await from("2001:db8::1"), await from("2001:db8::2")]).toEqual([
      200, 200, 503,
    ]);
  });

  it("do not disturb those who are there", async () => {
    const { port } = await start({ connectRate: 0.01, burst: 100 });
    const { sid } = JSON.parse((await handshake(port)).body.slice(1)) as { sid: string };
    expect((await handshake(port)).status).toBe(503);
    const path = `${ENGINE}&sid=${sid}`;
    expect((await ask({ port, path, method: "POST", body: "40" })).status).toBe(200);
    expect((await ask({ port, path })).body).toMatch(/^40/);
  });
});

describe("connections at a time", () => {
  it.each([
    ["from one address", { maxConnectionsPerAddress: 2 }],
    ["in all", { maxConnections: 2 }],
  ])("are bounded, and make room when they end: %s", async (_, options) => {
    const { port } = await start(options);
    const first = await openWebSocket(port);
    const stream = get({ port, path: "/socket.io/sse", agent: false });
    const [answer] = (await once(stream, "response")) as [IncomingMessage];
    answer.on("error", () => {});
    const { status, headers } = await handshake(port);
    expect([status, headers["retry-after"]]).toEqual([503, "10"]);
    const refused = await ask({ port, path: "/socket.io/sse" });
    expect([refused.status, JSON.parse(refused.body).code]).toEqual([503, "busy"]);
    first.terminate();
    stream.destroy();
    await expect.poll(async () => (await handshake(port)).status).toBe(200);
    await expect.poll(async () => (await handshake(port)).status).toBe(200);
    expect((await handshake(port)).status).toBe(503);
  });

  it("are counted when they open, however many wait for the application's answer", async () => {
    const answers: (() => void)[] = [];
    const { port } = await start({
      maxConnections: 1,
      allowRequest: (_request, done) => {
        answers.push(() => done(null, true));
        if (answers.length === 2) for (const answer of answers) answer();
      },
    });
    const statuses = (await Promise.all([handshake(port), handshake(port)])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 503]);
  });
});

it("the limits must be numbers", () => {
  for (const name of [
    "messageRate",
    "byteRate",
    "connectRate",
    "connectRatePerAddress",
    "maxConnections",
    "maxConnectionsPerAddress",
  ]) {
    expect(() => new Server({ [name]: -1 })).toThrow(name);
    expect(() => new Server({ [name]: Number.NaN })).toThrow(name);
  }
  expect(() => new Server({ burst: 0 })).toThrow("burst");
  expect(() => new Server({ slowConsumer: "wait" as "drop" })).toThrow("slowConsumer");
});
