import { createServer, type Server as HttpServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { Server as SocketIoServer } from "socket.io";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  type ConnectOptions,
  connect,
  io,
  lookup,
  Manager,
  protocol,
  Socket,
} from "../../src/entry/client.node.ts";
import { Server as BaroServer } from "../../src/entry/server.ts";

/** Resolves with the arguments of the next `event`. */
function next(
  emitter: { once(event: string, listener: (...args: never[]) => void): unknown },
  event: string,
): Promise<unknown[]> {
  return new Promise((resolve) => emitter.once(event, (...args: never[]) => resolve(args)));
}

const listen = (http: HttpServer, port = 0) =>
  new Promise<number>((resolve) =>
    http.listen(port, "127.0.0.1", () => resolve((http.address() as AddressInfo).port)),
  );

/** Both have the same API: one type does for both. */
const servers: [string, typeof SocketIoServer][] = [
  ["the unmodified server of Socket.IO", SocketIoServer],
  ["our server", BaroServer as unknown as typeof SocketIoServer],
];

/** A server that answers `echo`, and refuses `/members` without a password. */
async function serve(Server = SocketIoServer, port = 0) {
  const http = createServer();
  const server = new Server(http, { pingInterval: 300, pingTimeout: 2_000 });
  server.on("connection", (socket) => {
    socket.on("echo", (...args) => args.pop()(...args));
    socket.on("ask", (...args) => {
      const answer = args.pop();
      socket.emit("question", ...args, (...answers: unknown[]) => answer(...answers));
    });
    socket.on("leave", () => socket.disconnect());
    socket.on("drop", () => socket.conn.close());
  });
  server.of("/members").use((socket, next) => {
    if (socket.handshake.auth.password === "open sesame") return next();
    next(Object.assign(new Error("wrong password"), { data: { hint: "sesame" } }));
  });
  server.of("/members").on("connection", (socket) => socket.emit("welcome", socket.handshake.auth));
  const actualPort = await listen(http, port);
  const close = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  onTestFinished(close);
  return { server, http, port: actualPort, url: `http://127.0.0.1:${actualPort}`, close };
}

/** A client that is closed with the test; `forceNew`, so that no test meets another's connection. */
function client(url: string, options: ConnectOptions = {}) {
  const socket = io(url, { forceNew: true, ...options });
  onTestFinished(() => void socket.disconnect());
  return socket;
}

const ways: [string, ConnectOptions][] = [
  ["polling", { transports: ["polling"] }],
  ["WebSocket", { transports: ["websocket"] }],
  ["the upgrade", {}],
];

describe("baro/client", () => {
  it("has the names of socket.io-client", () => {
    expect([lookup, connect]).toEqual([io, io]);
    expect(protocol).toBe(5);
  });

  it("makes managers that know where they run", async () => {
    const { url } = await serve();
    const manager = new Manager(url, { autoConnect: false });
    const socket = manager.socket("/");
    expect([socket instanceof Socket, socket.io === manager, socket.active]).toEqual([true, true, false]);
    socket.connect();
    await next(socket, "connect");
    socket.disconnect();
  });
});

const cases = servers.flatMap(([server, Server]) =>
  ways.map(([way, options]) => [server, way, Server, options] as const),
);

describe.each(cases)("our client with %s, over %s", (_, __, Server, options) => {
  it("is acknowledged, text and binary", async () => {
    const socket = client((await serve(Server)).url, options);
    if (options.transports === undefined)
      await next(socket, "connect").then(() => next(socket.io.engine, "upgrade"));
    const value = {
      text: "가나다 \u{1f600} \x1e",
      list: [1, null, Buffer.from([0, 1, 255])],
      none: Buffer.alloc(0),
    };
    expect(await socket.emitWithAck("echo", value)).toEqual(value);
    const [many] = [await socket.emitWithAck("echo", Buffer.alloc(300_000, 7))];
    expect(Buffer.isBuffer(many)).toBe(true);
    expect(many.equals(Buffer.alloc(300_000, 7))).toBe(true);
    expect(socket.io.engine.transport.name).toBe(options.transports?.[0] ?? "websocket");
  });

  it("acknowledges, text and binary", async () => {
    const socket = client((await serve(Server)).url, options);
    socket.on("question", (text: string, bytes: Buffer, answer: (...args: unknown[]) => void) => {
      answer(text.toUpperCase(), Buffer.concat([bytes, bytes]));
    });
    const answers = new Promise((resolve) =>
      socket.emit("ask", "hello", Buffer.from([1, 2]), (...args: unknown[]) => resolve(args)),
    );
    expect(await answers).toEqual(["HELLO", Buffer.from([1, 2, 1, 2])]);
  });

  it("keeps the order of many, from before it is connected to after", async () => {
    const { server, url } = await serve(Server);
    const received: number[] = [];
    const done = new Promise<void>((resolve) =>
      server.on("connection", (socket) =>
        socket.on("count", (count: number) => {
          if (received.push(count) === 2_000) resolve();
        }),
      ),
    );
    const socket = client(url, options);
    for (let count = 0; count < 1_000; count += 1) socket.emit("count", count);
    await next(socket, "connect");
    for (let count = 1_000; count < 2_000; count += 1) {
      socket.emit("count", count);
      if (count % 100 === 0) await socket.emitWithAck("echo", count);
    }
    await done;
    expect(received).toEqual(Array.from({ length: 2_000 }, (_, index) => index));
  });

  it("is granted a namespace, or told why not", async () => {
    const { url } = await serve(Server);
    const refused = client(`${url}/members`, { ...options, auth: { password: "?" } });
    const [error] = await next(refused, "connect_error");
    expect(error).toMatchObject({ message: "wrong password", data: { hint: "sesame" } });
    expect([refused.active, refused.connected]).toEqual([false, false]);

    refused.auth = (give) => setTimeout(() => give({ password: "open sesame" }), 1);
    refused.connect();
    expect(await next(refused, "welcome")).toEqual([{ password: "open sesame" }]);
    expect(refused.connected).toBe(true);
  });

  it("comes back by itself after the server was away, with what was sent meanwhile", async () => {
    const { url, port, close } = await serve(Server);
    const socket = client(url, { ...options, reconnectionDelay: 20, reconnectionDelayMax: 50 });
    await next(socket, "connect");
    const first = socket.id;
    const lost = next(socket, "disconnect");
    await close();
    expect((await lost)[0]).toMatch(/^transport (close|error)$/);
    expect([socket.id, socket.connected, socket.active]).toEqual([undefined, false, true]);
    const answer = socket.emitWithAck("echo", "sent while away");
    expect(socket.sendBuffer).toHaveLength(1);
    const back = next(socket.io, "reconnect");
    await serve(Server, port);
    expect(await answer).toBe("sent while away");
    expect((await back)[0]).toBeGreaterThan(0);
    expect(socket.id).not.toBe(first);
  });

  it("hears the server's heartbeat", async () => {
    const socket = client((await serve(Server)).url, options);
    await next(socket.io, "ping");
    await next(socket.io, "ping");
    expect(socket.connected).toBe(true);
  });

  it("stays away when the server ends it", async () => {
    const socket = client((await serve(Server)).url, options);
    socket.emit("leave");
    expect(await next(socket, "disconnect")).toEqual(["io server disconnect", undefined]);
    expect(socket.active).toBe(false);
    socket.connect();
    await next(socket, "connect");
  });

  it("comes back when only the connection ends", async () => {
    const socket = client((await serve(Server)).url, { ...options, reconnectionDelay: 20 });
    socket.emit("drop");
    expect((await next(socket, "disconnect"))[0]).toBe("transport close");
    await next(socket, "connect");
  });

  it("says goodbye to the server", async () => {
    const { server, url } = await serve(Server);
    const left = new Promise((resolve) =>
      server.on("connection", (socket) => socket.on("disconnect", resolve)),
    );
    const socket = client(url, options);
    await next(socket, "connect");
    const lost = next(socket, "disconnect");
    socket.disconnect();
    expect(await lost).toEqual(["io client disconnect", undefined]);
    expect(await left).toBe("client namespace disconnect");
  });
});

describe("our client with several namespaces", () => {
  it("shares a connection", async () => {
    const { url, server } = await serve();
    const main = io(url);
    const members = io(`${url}/members`, { auth: { password: "open sesame" } });
    onTestFinished(() => void [main.disconnect(), members.disconnect()]);
    expect(main.io).toBe(members.io);
    await Promise.all([next(main, "connect"), next(members, "connect")]);
    expect(server.engine.clientsCount).toBe(1);
    main.disconnect();
    expect(members.connected).toBe(true);
  });

  it("makes another for a namespace that is in use, and where it is told to", async () => {
    const url = "http://127.0.0.1:1";
    const options = { autoConnect: false };
    const first = io(url, options);
    expect(io(`${url}/a`, options).io).toBe(first.io);
    expect(io(url, options).io).not.toBe(first.io);
    expect(io(`${url}/b`, { ...options, multiplex: false }).io).not.toBe(first.io);
    expect(io(`${url}/b`, { ...options, forceNew: true }).io).not.toBe(first.io);
    expect(io(`${url}/b`, { ...options, path: "/other" }).io).not.toBe(first.io);
    expect(io(`${url}/b`, options).io).toBe(first.io);
  });
});

describe("our client with a server that is none", () => {
  const garbage = [
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n0{"sid":{}}',
    "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    "220 mail.example.com ESMTP\r\n",
    "",
  ];
  it.each(garbage)("reports an error and lives: %j", async (answer) => {
    const server = createTcpServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const transports of [["polling"], ["websocket"]]) {
      const socket = client(url, { transports, reconnection: false });
      const [error] = await next(socket, "connect_error");
      expect(error).toBeInstanceOf(Error);
    }
  });
});
