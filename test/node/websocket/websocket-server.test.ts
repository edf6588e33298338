import { once } from "node:events";
import { createServer, type Server as HttpServer, type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket as Peer } from "ws";
import { Server as SocketIO } from "../../../src/entry/server.ts";
import type { ServerOptions } from "../../../src/node/websocket/options.ts";
import { WebSocket } from "../../../src/node/websocket/websocket.ts";
import { WebSocketServer } from "../../../src/node/websocket/websocket-server.ts";
import { until } from "./echo-server.ts";

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const run of cleanup.splice(0).reverse()) await run();
});

async function listen(http = createServer()): Promise<{ http: HttpServer; port: number }> {
  const sockets: { destroy(): void }[] = [];
  http.on("connection", (socket) => sockets.push(socket));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  cleanup.push(() => {
    http.close();
    for (const socket of sockets) socket.destroy();
  });
  return { http, port: (http.address() as AddressInfo).port };
}

/** A server on an HTTP server of its own. */
async function start(
  options: ServerOptions = {},
): Promise<{ wss: WebSocketServer; http: HttpServer; port: number }> {
  const { http, port } = await listen();
  return { wss: new WebSocketServer({ server: http, ...options }), http, port };
}

/** A client of npm's `ws`; a failure is told by `error`. */
function dial(port: number, path = "/", headers: Record<string, string> = {}): Peer {
  const client = new Peer(`ws://127.0.0.1:${port}${path}`, { headers });
  client.on("error", () => {});
  cleanup.push(() => client.terminate());
  return client;
}

const opened = (client: Peer): Promise<string> =>
  new Promise((resolve) => {
    client.once("open", () => resolve("open"));
    client.once("error", (error) => resolve(error.message));
  });

/** Sends raw bytes; gives the whole answer. */
async function answerTo(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.setEncoding("utf8").on("data", (chunk) => {
    answer += chunk;
  });
  socket.write(text);
  await once(socket, "close");
  return answer;
}

const UPGRADE =
  "Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

describe("the options", () => {
  it.each([{}, { port: 0, noServer: true }, { server: createServer(), noServer: true }])(
    "want one of port, server and noServer",
    (options) => {
      expect(() => new WebSocketServer(options)).toThrow(TypeError);
    },
  );

  it.each([{ maxPayload: -1 }, { closeTimeout: Number.NaN }, { heartbeat: { interval: 0 } }])(
    "have bounds: %j",
    (options) => {
      expect(() => new WebSocketServer({ noServer: true, ...options })).toThrow(
        expect.objectContaining({ code: "BARO_OPTION" }),
      );
    },
  );

  it("are there to read, with the path", () => {
    const wss = new WebSocketServer({ noServer: true, path: "/a" });
    expect(wss.path).toBe("/a");
    expect(wss.options).toMatchObject({ noServer: true, path: "/a", clientTracking: true });
    expect(() => wss.address()).toThrow('The server is operating in "noServer" mode');
    expect(new WebSocketServer({ noServer: true, clientTracking: false }).clients).toBe(undefined);
  });
});

describe("a port of its own", () => {
  it("listens, answers HTTP with 426, and closes", async () => {
    const events: string[] = [];
    const wss = new WebSocketServer({ port: 0, host: "127.0.0.1" }, () => events.push("callback"));
    wss.on("listening", () => events.push("listening"));
    await once(wss, "listening");
    expect(events.sort()).toEqual(["callback", "listening"]);
    const { port } = wss.address() as AddressInfo;
    const [response] = (await once(request({ port, host: "127.0.0.1" }).end(), "response")) as [
      IncomingMessage,
    ];
    expect(response.statusCode).toBe(426);
    response.resume();
    const client = dial(port);
    expect(await opened(client)).toBe("open");
    const closed = once(wss, "close");
    wss.close();
    client.close();
    await closed;
    expect(wss.address()).toBe(null);
  });

  it("tells that the port is taken", async () => {
    const { port } = await listen();
    const wss = new WebSocketServer({ port, host: "127.0.0.1" });
    expect((await once(wss, "error"))[0].code).toBe("EADDRINUSE");
  });
});

describe("on a server that others share", () => {
  it("gives each path its own server, and refuses the rest", async () => {
    const { http, port } = await listen();
    const a = new WebSocketServer({ server: http, path: "/a" });
    const b = new WebSocketServer({ server: http, path: "/b" });
    a.on("connection", (socket) => socket.send("a"));
    b.on("connection", (socket) => socket.send("b"));
    for (const name of ["a", "b"]) {
      expect(String((await once(dial(port, `/${name}?x=1`), "message"))[0])).toBe(name);
    }
    expect(await opened(dial(port, "/c"))).toBe("Unexpected server response: 400");
    a.close();
    expect(await opened(dial(port, "/a"))).toBe("Unexpected server response: 400");
    expect(await opened(dial(port, "/b"))).toBe("open");
  });

  it.each([
    ["before", {}],
    ["before", { path: "/ws" }],
    ["after", {}],
    ["after", { path: "/ws" }],
  ])("leaves Socket.IO what is its own, made %s, with %j", async (when, options) => {
    const { http, port } = await listen();
    if (when === "before") cleanup.push(() => io.close());
    const first = when === "before" ? new WebSocketServer({ server: http, ...options }) : undefined;
    const io = new SocketIO(http, { transports: ["websocket"] });
    cleanup.push(() => io.close());
    const wss = first ?? new WebSocketServer({ server: http, ...options });
    wss.on("connection", (socket) => socket.send("raw"));
    const engine = dial(port, "/socket.io/?EIO=4&transport=websocket");
    expect(String((await once(engine, "message"))[0])).toMatch(/^0{"sid"/);
    expect(String((await once(dial(port, "/ws"), "message"))[0])).toBe("raw");
    expect(wss.clients.size).toBe(1);
  });

  it("leaves to the application's own listeners what it does not handle", async () => {
    const { http, port } = await start({ path: "/a" });
    http.on("upgrade", (incoming, socket) => {
      if (incoming.url === "/mine") socket.end("HTTP/1.1 418 Mine\r\nContent-Length: 0\r\n\r\n");
    });
    expect(await opened(dial(port, "/mine"))).toBe("Unexpected server response: 418");
    expect(await opened(dial(port, "/a"))).toBe("open");
  });

  it("can be asked by hand, and refuses the same socket twice", async () => {
    const { http, port } = await listen();
    const wss = new WebSocketServer({ noServer: true });
    const other = new WebSocketServer({ noServer: true });
    const again: unknown[] = [];
    http.on("upgrade", (incoming, socket, head) => {
      wss.handleUpgrade(incoming, socket, head, (client) => {
        try {
          other.handleUpgrade(incoming, socket, head, () => again.push("accepted"));
        } catch (error) {
          again.push((error as { code?: string }).code);
        }
        wss.emit("connection", client, incoming);
      });
    });
    wss.on("connection", (socket) => socket.send("hello"));
    expect(String((await once(dial(port), "message"))[0])).toBe("hello");
    expect(again).toEqual(["BARO_STATE"]);
  });

  it("asks an overridden shouldHandle", async () => {
    class Picky extends WebSocketServer {
      override shouldHandle(incoming: IncomingMessage): boolean {
        return incoming.headers["x-key"] === "1";
      }
    }
    const { http, port } = await listen();
    new Picky({ server: http });
    expect(await opened(dial(port))).toBe("Unexpected server response: 400");
    expect(await opened(dial(port, "/", { "X-Key": "1" }))).toBe("open");
  });
});

describe("a handshake", () => {
  it("that is none is answered, or left to wsClientError", async () => {
    const { wss, port } = await start();
    const bad = `GET / HTTP/1.1\r\n${UPGRADE.replace("Sec-WebSocket-Key: d", "Sec-WebSocket-Key: ")}\r\n`;
    expect(await answerTo(port, bad)).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
    wss.on("wsClientError", (error, socket, incoming) => socket.end(`${incoming.url} ${error.message}`));
    expect(await answerTo(port, bad)).toBe("/ The Sec-WebSocket-Key must be 16 bytes in base64.");
  });

  it("makes sockets of the application's class", async () => {
    class Mine extends WebSocket {
      readonly room = "lobby";
    }
    const { http, port } = await listen();
    const wss = new WebSocketServer<typeof Mine>({ server: http, WebSocket: Mine });
    wss.on("connection", (socket) => socket.send(socket.room));
    expect(String((await once(dial(port), "message"))[0])).toBe("lobby");
    expect([...wss.clients][0]).toBeInstanceOf(Mine);
  });

  it("delivers what came with it to listeners that connection adds", async () => {
    const { wss, port } = await start();
    const received = new Promise((resolve) => {
      wss.on("connection", (socket) => socket.on("message", (data) => resolve(String(data))));
    });
    const socket = connect(port, "127.0.0.1");
    cleanup.push(() => socket.destroy());
    // A masked "hi" right behind the request.
    socket.write(
      Buffer.concat([
        Buffer.from(`GET / HTTP/1.1\r\n${UPGRADE}\r\n`),
        Buffer.from("8182000000006869", "hex"),
      ]),
    );
    expect(await received).toBe("hi");
  });

  it("may be sent to, paused and cut off in its listener", async () => {
    const { wss, port } = await start();
    const states: number[] = [];
    wss.on("connection", (socket, { url }) => {
      if (url === "/cut") socket.terminate();
      else if (url === "/close") socket.close(4000);
      else socket.pause();
      socket.send("x", (error) => states.push(error === undefined ? 1 : socket.readyState));
      socket.on("close", () => states.push(socket.readyState));
    });
    expect((await once(dial(port, "/close"), "close"))[0]).toBe(4000);
    const cut = dial(port, "/cut");
    await once(cut, "close");
    expect(String((await once(dial(port, "/pause"), "message"))[0])).toBe("x");
    await until(() => wss.clients.size === 1);
    expect([...wss.clients][0]?.isPaused).toBe(true);
  });

  it("is refused with 503 while the server closes", async () => {
    const { http, port } = await listen();
    const wss = new WebSocketServer({ noServer: true });
    http.on("upgrade", (incoming, socket, head) => {
      wss.handleUpgrade(incoming, socket, head, () => expect.unreachable());
    });
    wss.close();
    expect(await opened(dial(port))).toBe("Unexpected server response: 503");
  });
});

describe("verifyClient", () => {
  it.each<[string, ServerOptions["verifyClient"], number]>([
    ["says no", () => false, 401],
    ["promises no", (async () => false) as never, 401],
    ["throws", () => expect.unreachable("as meant"), 500],
    [
      "rejects",
      (async (_info: unknown, _done: unknown) => Promise.reject(new Error("as meant"))) as never,
      500,
    ],
    [
      "answers twice",
      (_info, done) => {
        done(false, 403, "no", { "Set-Cookie": ["a=1", "b=2"] });
        done(true);
      },
      403,
    ],
  ])("that %s gives one answer", async (_, verifyClient, status) => {
    const warnings: Error[] = [];
    const warn = (warning: Error): unknown => warnings.push(warning);
    process.on("warning", warn);
    cleanup.push(() => process.off("warning", warn));
    const { port, wss } = await start({ verifyClient });
    expect(await opened(dial(port))).toBe(`Unexpected server response: ${status}`);
    expect(wss.clients.size).toBe(0);
    if (status === 500) await until(() => warnings.some(({ message }) => message.includes("as meant")));
  });

  it("forgets a client that has gone meanwhile", async () => {
    let answer = (): void => {};
    const { wss, http, port } = await start({
      verifyClient: (_info, done) => {
        answer = () => done(true);
      },
    });
    const asked = once(http, "upgrade");
    const client = dial(port);
    const [, socket] = await asked;
    client.terminate();
    socket.resume();
    await once(socket, "end");
    wss.on("connection", () => expect.unreachable());
    answer();
    expect(wss.clients.size).toBe(0);
  });
});

describe("checkOrigin", () => {
  it.each([
    [true, undefined, "open"],
    [true, "http://127.0.0.1:PORT", "open"],
    [true, "https://evil.example", "Unexpected server response: 403"],
    [true, "null", "Unexpected server response: 403"],
    [true, "http://127.0.0.1:PORT.evil.example", "Unexpected server response: 403"],
    ["https://good.example", "https://good.example", "open"],
    ["https://good.example", "https://good.example.evil.example", "Unexpected server response: 403"],
    [[/\.good\.example$/], "https://a.good.example", "open"],
    [undefined, "https://evil.example", "open"],
  ])("H-13 %s answers a page of %s", async (checkOrigin, origin, expected) => {
    const { port } = await start({ checkOrigin });
    const headers: Record<string, string> =
      origin === undefined ? {} : { Origin: origin.replace("PORT", `${port}`) };
    expect(await opened(dial(port, "/", headers))).toBe(expected);
  });
});

describe("the caps on connections", () => {
  const REFUSED = /^HTTP\/1\.1 503 .*\r\nRetry-After: 10\r\n.*\r\n\r\nToo many connections\.$/s;

  it("H-11 refuse a WebSocket above them, and give its place to the next when one is over", async () => {
    const { wss, port } = await start({ maxConnections: 2 });
    const clients = [dial(port), dial(port)];
    expect(await Promise.all(clients.map(opened))).toEqual(["open", "open"]);
    expect(await answerTo(port, `GET / HTTP/1.1\r\n${UPGRADE}\r\n`)).toMatch(REFUSED);
    clients[0]?.terminate();
    await until(() => wss.clients.size === 1);
    expect(await opened(dial(port))).toBe("open");
  });

  it("H-11 count those that a hook lets wait", async () => {
    const waiting: ((result: boolean) => void)[] = [];
    const { port } = await start({
      maxConnections: 1,
      verifyClient: (_info, callback) => void waiting.push(callback),
    });
    const first = opened(dial(port));
    await until(() => waiting.length === 1);
    expect(await answerTo(port, `GET / HTTP/1.1\r\n${UPGRADE}\r\n`)).toMatch(REFUSED);
    waiting[0]?.(true);
    expect(await first).toBe("open");
  });

  it("H-11 leave alone what else an application's server does", async () => {
    const { http, port } = await listen(createServer((_request, response) => response.end("beside")));
    new WebSocketServer({ server: http, path: "/ws", maxConnections: 1 });
    const client = dial(port, "/ws");
    expect(await opened(client)).toBe("open");
    expect(await answerTo(port, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).toMatch(/beside$/);
  });

  it("H-11 refuse an address that holds too many TCP connections of a port of its own", async () => {
    const wss = new WebSocketServer({ port: 0, host: "127.0.0.1", maxConnectionsPerAddress: 2 });
    await once(wss, "listening");
    cleanup.push(() => wss.close());
    const { port } = wss.address() as AddressInfo;
    const idle = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
    cleanup.push(() => idle.forEach((socket) => void socket.destroy()));
    await Promise.all(idle.map((socket) => once(socket, "connect")));
    expect(await answerTo(port, "")).toMatch(REFUSED);
    const other = connect({ port, host: "127.0.0.1", localAddress: "127.0.0.2" });
    cleanup.push(() => other.destroy());
    other.write(`GET / HTTP/1.1\r\n${UPGRADE}\r\n`);
    expect(String((await once(other, "data"))[0])).toMatch(/^HTTP\/1\.1 101 /);
  });
});

describe("broadcast", () => {
  it("reaches those who are open, but for whom it leaves out", async () => {
    const { wss, port } = await start();
    const heard: string[] = [];
    for (const name of ["a", "b", "c", "d"]) {
      const client = dial(port, `/${name}`);
      const connected = once(wss, "connection");
      client.on("message", (data, isBinary) => heard.push(`${name} ${data} ${isBinary}`));
      const [server] = await connected;
      server.name = name;
      await opened(client);
    }
    const [a, b, c] = [...wss.clients];
    expect(wss.broadcast("all")).toBe(4);
    c?.terminate();
    expect(wss.broadcast("some", { except: a as WebSocket })).toBe(2);
    expect(wss.broadcast("few", { except: [a, b] as WebSocket[] })).toBe(1);
    expect(wss.broadcast(Buffer.from("one"), { filter: (client) => client === a })).toBe(1);
    expect(wss.broadcast(Buffer.from("text"), { filter: (client) => client === a, binary: false })).toBe(1);
    const expected = ["a all", "b all", "c all", "d all", "b some", "d some", "d few"].map(
      (line) => `${line} false`,
    );
    await until(() => heard.length === 9);
    expect(heard.sort()).toEqual([...expected, "a one true", "a text false"].sort());
    expect(() => new WebSocketServer({ noServer: true, clientTracking: false }).broadcast("x")).toThrow(
      expect.objectContaining({ code: "BARO_STATE" }),
    );
  });
});
