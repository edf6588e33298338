import { Agent, createServer, type IncomingMessage } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Duplex } from "node:stream";
import { Server as SocketIoServer } from "socket.io";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  type ConnectOptions,
  Fetch,
  io,
  Manager,
  NodeWebSocket,
  NodeXHR,
  type Socket,
  SSE,
  WebSocket,
  WebTransport,
  XHR,
} from "../../src/entry/client.node.ts";
import { Server as BaroServer } from "../../src/entry/server.ts";
import { certificate } from "../support/certificate.ts";
import { ask, listen } from "../support/http.ts";

/** Both have the same API: one type does for both. */
const servers: [string, typeof SocketIoServer][] = [
  ["the unmodified server of Socket.IO", SocketIoServer],
  ["our server", BaroServer as unknown as typeof SocketIoServer],
];

interface Setup {
  readonly secure?: boolean | object;
  readonly options?: object;
  readonly cookies?: string[];
  /** WebSocket, as by a proxy. */
  readonly blocked?: boolean;
}

/** A server that writes down what it is asked, and answers `echo`. */
async function serve(Server: typeof SocketIoServer, { secure, options, cookies, blocked }: Setup = {}) {
  const unlistening = secure
    ? createSecureServer({ ...certificate(), ...(secure as object) })
    : createServer();
  const server = new Server({ serveClient: false, pingInterval: 200, ...options });
  const requests: IncomingMessage[] = [];
  server.attach(unlistening);
  // Listeners would not do: a server hides its requests from the others.
  const emit = unlistening.emit.bind(unlistening) as (event: string, ...args: unknown[]) => boolean;
  unlistening.emit = (event: string, ...args: unknown[]) => {
    if (event === "request" || event === "upgrade") requests.push(args[0] as IncomingMessage);
    if (!blocked || event !== "upgrade") return emit(event, ...args);
    (args[1] as Duplex).destroy();
    return true;
  };
  server.engine.on("initial_headers", (headers) => {
    if (cookies !== undefined) headers["set-cookie"] = cookies;
  });
  server.on("connection", (socket) => socket.on("echo", (value, answer) => answer(value)));
  const { port } = await listen(unlistening);
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return { server, requests, url: `${secure ? "https" : "http"}://127.0.0.1:${port}` };
}

function client(url: string, options: ConnectOptions): Socket {
  const socket = io(url, { forceNew: true, ...options });
  onTestFinished(() => void socket.disconnect());
  return socket;
}

const connected = (socket: Socket) =>
  new Promise<Socket>((resolve, reject) => {
    socket.once("connect", () => resolve(socket));
    socket.once("connect_error", reject);
  });

const connect = (url: string, options: ConnectOptions) => connected(client(url, options));
const upgraded = ({ io }: Socket) => new Promise((resolve) => io.engine.once("upgrade", resolve));
const parametersOf = ({ url = "" }: IncomingMessage) =>
  Object.fromEntries(new URL(url, "http://host").searchParams);

const ways: [string, ConnectOptions][] = [
  ["polling", { transports: ["polling"] }],
  ["WebSocket", { transports: ["websocket"] }],
];
const cases = servers.flatMap(([name, Server]) =>
  ways.map(([way, options]) => [name, way, Server, options] as const),
);

describe.each(cases)("the options of a client of %s, over %s", (_, __, Server, way) => {
  it("path, addTrailingSlash, query, extraHeaders and transportOptions make the requests", async () => {
    const { url, server, requests } = await serve(Server, {
      options: { path: "/live", addTrailingSlash: false },
    });
    const handshake = new Promise((resolve) =>
      server.once("connection", ({ handshake: { query, headers } }) =>
        resolve([query, headers["x-all"], headers["x-one"]]),
      ),
    );
    await connect(url, {
      ...way,
      path: "/live/",
      addTrailingSlash: false,
      query: { a: "1 2", b: "가&" },
      extraHeaders: { "x-all": "1" },
      transportOptions: {
        polling: { extraHeaders: { "x-all": "1", "x-one": "polling" } },
        websocket: { extraHeaders: { "x-all": "1", "x-one": "websocket" } },
      },
    });
    const [transport] = way.transports ?? [];
    expect(await handshake).toEqual([expect.objectContaining({ a: "1 2", b: "가&" }), "1", transport]);
    expect(requests[0]?.url).toMatch(/^\/live\?a=/);
  });

  it("the query of the URL is sent where the options have none", async () => {
    const { url, requests } = await serve(Server);
    await connect(`${url}?x=a%20b`, way);
    await connect(`${url}?x=1`, { ...way, query: { y: "2" } });
    const [first, second] = requests.map(parametersOf).filter(({ sid }) => sid === undefined);
    expect([first?.x, second?.x, second?.y]).toEqual(["a b", undefined, "2"]);
  });

  it("agent makes the connections", async () => {
    const { url } = await serve(Server);
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    let connections = 0;
    const { createConnection } = agent;
    agent.createConnection = (...args) => {
      connections += 1;
      return createConnection.apply(agent, args);
    };
    await connect(url, { ...way, agent });
    expect(connections).toBeGreaterThan(0);
  });

  it("ca and rejectUnauthorized decide whether a server is believed", async () => {
    const { url } = await serve(Server, { secure: true });
    const refused = connect(url, { ...way, reconnection: false });
    await expect(refused).rejects.toMatchObject({ type: "TransportError" });
    await connect(url, { ...way, ca: certificate().cert });
    await connect(url, { ...way, rejectUnauthorized: false });
  });

  it("key, cert, passphrase and ciphers prove who the client is, as the server asks it to", async () => {
    const { key, cert } = certificate();
    const secure = { requestCert: true, rejectUnauthorized: true, ca: cert, maxVersion: "TLSv1.2" };
    const { url } = await serve(Server, { secure });
    const ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
    await connect(url, { ...way, ca: cert, key, cert, ciphers });
    await expect(connect(url, { ...way, ca: cert, reconnection: false })).rejects.toThrow();
    const other = { key, cert, ciphers: "ECDHE-ECDSA-AES256-GCM-SHA384" };
    const picky = await serve(Server, { secure: { ...secure, ciphers } });
    await expect(connect(picky.url, { ...way, ca: cert, ...other, reconnection: false })).rejects.toThrow();
  });

  it("forceBase64 sends the same bytes", async () => {
    const { url } = await serve(Server);
    const socket = await connect(url, { ...way, forceBase64: true });
    const bytes = Buffer.from([0, 1, 254, 255]);
    expect(await socket.emitWithAck("echo", [bytes, Buffer.alloc(0)])).toEqual([bytes, Buffer.alloc(0)]);
  });

  it("withCredentials keeps the server's cookies, and sends them with all that follows", async () => {
    const { url, requests } = await serve(Server, { cookies: ["node=7; Path=/; HttpOnly"] });
    const socket = await connect(url, { ...way, withCredentials: true, extraHeaders: { cookie: "own=1" } });
    socket.io.engine.close();
    await connected(socket);
    expect(requests[0]?.headers.cookie).toBe("own=1");
    expect(requests.at(-1)?.headers.cookie).toBe("own=1; node=7");
  });

  it("without it no cookie is kept", async () => {
    const { url, requests } = await serve(Server, { cookies: ["node=7"] });
    const socket = await connect(url, way);
    socket.io.engine.close();
    await connected(socket);
    expect(requests.map(({ headers }) => headers.cookie)).toEqual(requests.map(() => undefined));
  });
});

describe.each(servers)("the options of a client of %s", (_, Server) => {
  it("timestampRequests and timestampParam make each URL of polling a new one", async () => {
    const { url, requests } = await serve(Server);
    await connect(url, { transports: ["polling"], timestampParam: "stamp" });
    const stamps = requests.map((request) => parametersOf(request).stamp);
    expect(stamps.every((stamp) => stamp !== undefined)).toBe(true);
    expect(new Set(stamps).size).toBe(stamps.length);
    requests.splice(0);
    await connect(url, { transports: ["polling"], timestampRequests: false });
    expect(requests.map((request) => parametersOf(request).t)).toEqual(requests.map(() => undefined));
  });

  it("protocols are offered with the WebSocket", async () => {
    const { url, requests } = await serve(Server);
    const socket = client(url, { transports: ["websocket"], protocols: ["a", "b"], reconnection: false });
    await expect.poll(() => requests[0]?.headers["sec-websocket-protocol"]?.replaceAll(" ", "")).toBe("a,b");
    socket.disconnect();
  });

  it("upgrade keeps to polling where it is off", async () => {
    const { url, requests } = await serve(Server);
    const socket = await connect(url, { upgrade: false });
    expect(await socket.emitWithAck("echo", 1)).toBe(1);
    expect(socket.io.engine.transport.name).toBe("polling");
    expect(requests.every(({ headers }) => headers.upgrade === undefined)).toBe(true);
  });

  it("the cookies of polling go with the upgrade", async () => {
    const { url, requests } = await serve(Server, { cookies: ["node=7"] });
    const socket = client(url, { withCredentials: true });
    await connected(socket).then(upgraded);
    const upgrade = requests.find(({ headers }) => headers.upgrade !== undefined);
    expect(upgrade?.headers.cookie).toBe("node=7");
  });

  it("rememberUpgrade begins with WebSocket the next time", async () => {
    const { url, requests } = await serve(Server);
    const socket = client(url, { rememberUpgrade: true, reconnectionDelay: 10 });
    await connected(socket).then(upgraded);
    requests.splice(0);
    socket.io.engine.close();
    await connected(socket);
    expect(requests.map((request) => parametersOf(request).transport)).toEqual(["websocket"]);
  });

  it("tryAllTransports goes on to WebSocket where polling is refused", async () => {
    const { url } = await serve(Server, { options: { transports: ["websocket"] } });
    await expect(connect(url, { reconnection: false })).rejects.toMatchObject({ type: "TransportError" });
    const socket = await connect(url, { tryAllTransports: true });
    expect(socket.io.engine.transport.name).toBe("websocket");
  });

  it("a list that begins with WebSocket falls back by itself, and begins there the next time", async () => {
    const { url, requests } = await serve(Server, { blocked: true });
    const socket = await connect(url, { transports: ["websocket", "polling"], reconnectionDelay: 10 });
    expect(socket.io.engine.transport.name).toBe("polling");
    socket.io.engine.close();
    await connected(socket);
    const handshakes = requests.map(parametersOf).filter(({ sid }) => sid === undefined);
    expect(handshakes.map(({ transport }) => transport)).toEqual(["websocket", "polling", "polling"]);
  });

  it.each([
    ["Fetch and WebSocket", [Fetch, WebSocket], "websocket"],
    ["XHR", [XHR], "polling"],
    ["NodeXHR and NodeWebSocket", [NodeXHR, NodeWebSocket], "websocket"],
    ["NodeWebSocket", [NodeWebSocket], "websocket"],
  ])("transports by the classes %s", async (_name, transports, last) => {
    const { url } = await serve(Server);
    const socket = client(url, { transports });
    await connected(socket);
    if (transports.length > 1) await upgraded(socket);
    expect(await socket.emitWithAck("echo", "by class")).toBe("by class");
    expect(socket.io.engine.transport.name).toBe(last);
  });

  it("the class SSE falls back where the server has none", async () => {
    const { url } = await serve(Server);
    const socket = await connect(url, { transports: [SSE, "polling"], upgrade: false });
    expect(await socket.emitWithAck("echo", Buffer.from("bytes"))).toEqual(Buffer.from("bytes"));
    const isOurs = Server === (BaroServer as unknown);
    expect(socket.io.engine.transport.name).toBe(isOurs ? "sse" : "polling");
  });
});

describe("requestTimeout", () => {
  it("ends a poll that is not answered, and nothing else would", async () => {
    const http = createServer(() => {});
    const { port } = await listen(http);
    onTestFinished(() => http.closeAllConnections());
    const socket = client(`http://127.0.0.1:${port}`, {
      transports: ["polling"],
      requestTimeout: 50,
      timeout: false,
      reconnection: false,
    });
    await expect(connected(socket)).rejects.toThrow("xhr poll error");
  });
});

describe("a server that asks to stay away", () => {
  it.each([["polling"], ["websocket"], ["sse"]])("is heeded, over %s", async (transport) => {
    const times: number[] = [];
    const http = createServer();
    // Who takes the upgrades by a listener cannot answer them; so they are requests like others.
    http.on("request", (_request, response) => {
      times.push(performance.now());
      response.writeHead(times.length === 1 ? 503 : 429, { "Retry-After": "2" }).end();
    });
    const { port } = await listen(http);
    const socket = client(`http://127.0.0.1:${port}`, { transports: [transport], reconnectionDelay: 10 });
    const [error] = await new Promise<unknown[]>((resolve) =>
      socket.once("connect_error", (...args) => resolve(args)),
    );
    expect(error).toMatchObject({ retryIn: 2_000 });
    await expect.poll(() => times.length).toBe(2);
    // Timers count from when their turn began, which may be long ago on a busy machine; without the advice it were 10.
    expect((times[1] as number) - (times[0] as number)).toBeGreaterThan(500);
  });

  it("is heeded by pages of other origins, which may read when", async () => {
    const http = createServer();
    const server = new BaroServer(http, {
      cors: { origin: "https://app.example" },
      connectRate: 0.01,
      burst: 1,
    });
    onTestFinished(() => server.close());
    const { port } = await listen(http);
    const question = {
      port,
      path: "/socket.io/?EIO=4&transport=polling",
      headers: { origin: "https://app.example" },
    };
    await ask(question);
    const { status, headers } = await ask(question);
    expect([status, headers]).toEqual([
      503,
      expect.objectContaining({
        // The first question may have been a while ago.
        "retry-after": expect.stringMatching(/^(100|[1-9]\d)$/),
        "access-control-allow-origin": "https://app.example",
        "access-control-expose-headers": "Retry-After",
      }),
    ]);
  });
});

describe("transports that are not there", () => {
  it.each([["webtransport"], ["carrier pigeon"]])("%s is refused by a sentence", (name) => {
    const options = { transports: ["polling", name] };
    expect(() => io("http://127.0.0.1:1", { forceNew: true, ...options })).toThrow(
      `"${name}" is no transport here`,
    );
    expect(() => new Manager("http://127.0.0.1:1", options)).toThrow(
      expect.objectContaining({ code: "BARO_OPTION" }),
    );
  });

  it("the class WebTransport is refused by a sentence, and by its type", () => {
    // @ts-expect-error it is no transport
    const options: ConnectOptions = { transports: [WebTransport] };
    expect(() => io("http://127.0.0.1:1", { forceNew: true, ...options })).toThrow(
      '"WebTransport" is no transport here',
    );
  });
});
