import { once } from "node:events";
import { Agent, createServer as createHttpServer, type IncomingMessage } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { BaroError } from "../../../src/errors.ts";
import { DialError, type DialOptions, dial } from "../../../src/node/client/dial.ts";
import { TestShell, until } from "../websocket/echo-server.ts";

const cleanup: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const run of cleanup.splice(0)) await run();
});

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanup.push(() => new Promise((resolve) => server.close(resolve)));
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/chat?a=1`;
}

/** A server of ws that echoes, and tells the requests that it saw. */
async function startWs(): Promise<{ url: string; requests: IncomingMessage[] }> {
  const http = createHttpServer();
  const requests: IncomingMessage[] = [];
  const wss = new WebSocketServer({
    server: http,
    handleProtocols: (offered) => [...offered].at(-1) ?? false,
  });
  wss.on("connection", (socket, request) => {
    requests.push(request);
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  const url = await listen(http);
  cleanup.unshift(async () => {
    for (const client of wss.clients) client.terminate();
    wss.close();
  });
  return { url, requests };
}

/** A TCP server that answers every connection with `answer` as soon as a request is there. */
function answering(answer: string): Promise<string> {
  return listen(
    createTcpServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end(answer));
    }),
  );
}

function open(url: string, options: DialOptions = {}): Promise<{ shell: TestShell; protocol: string }> {
  return new Promise((resolve, reject) => {
    dial(
      url,
      options,
      (socket, head, protocol) => {
        const shell = new TestShell("client", socket);
        shell.onMessage = () => {};
        shell.start(head);
        resolve({ shell, protocol });
      },
      reject,
    );
  });
}

const failure = (url: string, options?: DialOptions): Promise<unknown> =>
  open(url, options).then(
    () => undefined,
    (error: unknown) => error,
  );

describe("against the server of ws", () => {
  it("sends and receives text of every boundary length", async () => {
    const { url } = await startWs();
    const { shell } = await open(url);
    const sent = [0, 1, 125, 126, 127, 65535, 65536].map((length) =>
      "é".repeat(length / 2).padEnd(length, "x"),
    );
    for (const text of sent) shell.send(text);
    await until(() => shell.messages.length === sent.length);
    expect(shell.messages).toEqual(sent);
    shell.close(1000);
    expect(await shell.over).toEqual({ code: 1000, reason: "", error: undefined });
  });

  it("carries headers, path and subprotocols", async () => {
    const { url, requests } = await startWs();
    const { shell, protocol } = await open(url, {
      protocols: ["v2", "v1"],
      headers: { Cookie: "sid=1", "X-List": ["a", "b"], Upgrade: "nothing" },
    });
    expect(protocol).toBe("v1");
    expect(requests[0]?.url).toBe("/chat?a=1");
    expect(requests[0]?.headers).toMatchObject({ cookie: "sid=1", "x-list": "a, b", upgrade: "websocket" });
    shell.terminate();
  });

  it("closes when the server does", async () => {
    const http = createHttpServer();
    new WebSocketServer({ server: http }).on("connection", (socket) => {
      socket.send("early");
      socket.close(4003, "no");
    });
    const { shell } = await open(await listen(http));
    expect(await shell.over).toEqual({ code: 4003, reason: "no", error: undefined });
    expect(shell.messages).toEqual(["early"]);
  });

  it("uses the agent that it is given", async () => {
    const { url } = await startWs();
    const agent = new Agent({ maxSockets: 1 });
    const { shell } = await open(url, { request: { agent } });
    expect(Object.keys(agent.sockets)).toHaveLength(0);
    shell.terminate();
  });
});

describe("answers that are no WebSocket", () => {
  const accepted = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";

  it("another status", async () => {
    const error = await failure(await answering("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"));
    expect(error).toBeInstanceOf(DialError);
    expect(error).toMatchObject({ status: 503 });
  });

  it("a key that is not ours", async () => {
    const url = await answering(`${accepted}Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n`);
    expect(await failure(url)).toMatchObject({
      status: 101,
      message: expect.stringContaining("Invalid Sec-WebSocket-Accept header"),
    });
  });

  it("no HTTP", async () => {
    expect(await failure(await answering("hello\r\n\r\n"))).toMatchObject({ code: "HPE_INVALID_CONSTANT" });
  });

  it("an end without an answer", async () => {
    expect(await failure(await answering(""))).toMatchObject({ code: "ECONNRESET" });
  });

  it("a port that nobody listens on", async () => {
    const server = createTcpServer();
    const url = await listen(server);
    server.close();
    cleanup.splice(0);
    expect(await failure(url)).toMatchObject({ code: "ECONNREFUSED" });
  });

  it("silence", async () => {
    const peers: { destroy(): void }[] = [];
    const url = await listen(createTcpServer((socket) => peers.push(socket)));
    const error = await failure(url, { handshakeTimeout: 50 });
    expect(String(error)).toContain("Opening handshake has timed out");
    for (const peer of peers) peer.destroy();
  });
});

describe("the call", () => {
  it("is cancelled without a word", async () => {
    const { url } = await startWs();
    const calls: string[] = [];
    const cancel = dial(
      url,
      {},
      () => calls.push("accept"),
      () => calls.push("fail"),
    );
    cancel();
    cancel();
    const { shell } = await open(url);
    shell.terminate();
    expect(calls).toEqual([]);
  });

  it("throws for the caller's mistakes", () => {
    const never = () => expect.unreachable();
    expect(() => dial("ftp://x", {}, never, never)).toThrow(BaroError);
    expect(() => dial("ws://x", { protocols: ["a", "a"] }, never, never)).toThrow(BaroError);
    expect(() => dial("ws://x", { protocols: ["a b"] }, never, never)).toThrow(BaroError);
  });
});
