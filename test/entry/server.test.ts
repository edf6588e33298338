import { once } from "node:events";
import { createServer, type Server as HttpServer, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type Socket as ClientSocket,
  io as connect,
  type ManagerOptions,
  type SocketOptions,
} from "socket.io-client";
import { afterEach, describe, expect, it } from "vitest";
import SocketIO, { Server, type ServerOptions, type Socket } from "../../src/entry/server.ts";

type Options = Partial<ManagerOptions & SocketOptions>;

// Whatever a test opens, pass or fail.
const clients: ClientSocket[] = [];
const servers: Server[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect();
  await Promise.all(servers.splice(0).map((io) => io.close()));
});

const start = async (
  options: ServerOptions = {},
): Promise<{ io: Server; http: HttpServer; port: number }> => {
  const http = createServer();
  const io = new Server(http, options);
  servers.push(io);
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return { io, http, port: (http.address() as AddressInfo).port };
};

const open = (port: number, options: Options = {}, namespace = ""): ClientSocket => {
  const client = connect(`http://127.0.0.1:${port}${namespace}`, {
    forceNew: true,
    reconnection: false,
    ...options,
  });
  clients.push(client);
  return client;
};

/** The next `event` of an emitter; of a refused client, an error. */
const next = <T>(
  emitter: { once(event: string, listener: (...args: T[]) => void): unknown },
  event: string,
): Promise<T[]> => new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));

const connected = async (port: number, options: Options = {}, namespace = ""): Promise<ClientSocket> => {
  const client = open(port, options, namespace);
  await next(client, "connect");
  return client;
};

describe.each<[string, Options]>([
  ["polling only", { transports: ["polling"] }],
  ["WebSocket only", { transports: ["websocket"] }],
  ["polling, then WebSocket", {}],
])("socket.io-client from npm over %s", (_, options) => {
  it("has a request with its query and one response, wherever the program asks for it", async () => {
    const { io, port } = await start();
    const asked = next<Socket>(io, "connection");
    await connected(port, options);
    const [socket] = (await asked) as [Socket];
    const { res, _query } = socket.request as unknown as { res: object; _query: { EIO: string } };
    expect(res).toBeInstanceOf(ServerResponse);
    expect(_query.EIO).toBe("4");
    const { res: again } = socket.conn.request as unknown as { res: object };
    expect(again).toBe(res);
  });

  const upgraded = async (client: ClientSocket): Promise<void> => {
    const { engine } = client.io;
    if (options.transports === undefined && engine.transport.name === "polling")
      await next(engine, "upgrade");
  };

  it("connects, echoes with acknowledgements, and disconnects", async () => {
    const { io, port } = await start();
    const disconnected = new Promise((resolve) => {
      io.on("connection", (socket) => {
        socket.on("echo", (text, ack) => ack(text));
        socket.on("disconnect", resolve);
      });
    });
    const client = await connected(port, options);
    expect([...io.sockets.sockets.keys()]).toEqual([client.id]);
    expect(await client.emitWithAck("echo", "before")).toBe("before");
    await upgraded(client);
    expect(client.io.engine.transport.name).toBe(options.transports?.[0] ?? "websocket");
    expect(await client.emitWithAck("echo", "바로")).toBe("바로");
    client.disconnect();
    expect(await disconnected).toBe("client namespace disconnect");
    expect(io.sockets.sockets.size).toBe(0);
  });

  it("acknowledges what the server asks", async () => {
    const { io, port } = await start();
    const client = open(port, options);
    client.on("sum", (left, right, ack) => ack(left + right));
    const [socket] = (await next<Socket>(io, "connection")) as [Socket];
    expect(await socket.timeout(10_000).emitWithAck("sum", 1, 2)).toBe(3);
    await upgraded(client);
    expect(await io.timeout(10_000).emitWithAck("sum", 3, 4)).toEqual([7]);
  });

  it("carries binary data both ways", async () => {
    const { io, port } = await start();
    const client = await connected(port, options);
    const [socket] = io.sockets.sockets.values();
    socket?.on("upload", (file, ack) => {
      expect(Buffer.isBuffer(file.data)).toBe(true);
      ack({ size: file.data.length, copy: file.data });
    });
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256));
    const answer = await client.emitWithAck("upload", { name: "a", data: bytes });
    expect(answer.size).toBe(70_000);
    expect(Buffer.compare(answer.copy, bytes)).toBe(0);
  });

  it("reads Blobs and Files, and keeps the order around them", async () => {
    const { port, io } = await start();
    const client = await connected(port, options);
    const [socket] = io.sockets.sockets.values() as Iterable<Socket>;
    const heard: unknown[] = [];
    client.on("data", (value) => heard.push(value));
    const end = next(client, "end");
    socket?.emit("data", 1);
    socket?.emit("data", { blob: new Blob(["바로"]), list: [Buffer.from("b"), new Blob(["c"])] });
    io.emit("data", new Blob([Buffer.alloc(100_000, 7)]));
    socket?.emit("data", 2);
    io.emit("end");
    await end;
    expect(heard).toEqual([
      1,
      { blob: Buffer.from("바로"), list: [Buffer.from("b"), Buffer.from("c")] },
      Buffer.alloc(100_000, 7),
      2,
    ]);
    socket?.on("ask", (ack) => ack(new Blob(["answer"])));
    expect(String(await client.emitWithAck("ask"))).toBe("answer");
  });

  it("keeps the order through everything", async () => {
    const { io, port } = await start();
    const sent = Array.from({ length: 300 }, (_, index) => index);
    const heard: number[] = [];
    io.on("connection", (socket) => {
      socket.on("count", (value) => {
        heard.push(value);
        socket.emit("count", value);
      });
    });
    const client = open(port, options);
    const echoed: number[] = [];
    const done = new Promise<void>((resolve) => {
      client.on("count", (value) => {
        if (echoed.push(value) === sent.length) resolve();
      });
    });
    for (const value of sent) client.emit("count", value);
    await done;
    expect(heard).toEqual(sent);
    expect(echoed).toEqual(sent);
  });

  it("is refused and granted a namespace", async () => {
    const { io, port } = await start();
    io.of("/admin").use((socket, done) => {
      if (socket.handshake.auth.token === "secret") done();
      else done(Object.assign(new Error("not authorized"), { data: { code: 7 } }));
    });
    const refused = open(port, { ...options, auth: { token: "wrong" } }, "/admin");
    const [error] = await next<Error & { data?: unknown }>(refused, "connect_error");
    expect([error?.message, error?.data]).toEqual(["not authorized", { code: 7 }]);
    const unknown = open(port, options, "/nowhere");
    const [invalid] = await next<Error>(unknown, "connect_error");
    expect(invalid?.message).toBe("Invalid namespace");
    const granted = await connected(port, { ...options, auth: { token: "secret" } }, "/admin");
    expect(io.of("/admin").sockets.has(granted.id ?? "")).toBe(true);
  });

  it("hears broadcasts and rooms, but not its own", async () => {
    const { io, port } = await start();
    io.on("connection", (socket) => {
      socket.on("join", (room, ack) => {
        socket.join(room);
        ack();
      });
      socket.on("say", (room, text) => {
        if (room === null) socket.broadcast.emit("said", text);
        else socket.to(room).emit("said", text);
      });
    });
    const [a, b, c] = await Promise.all([
      connected(port, options),
      connected(port, options),
      connected(port, options),
    ]);
    const heard: string[] = [];
    for (const [name, client] of Object.entries({ a, b, c })) {
      client.on("said", (text: string) => heard.push(`${name}: ${text}`));
    }
    await Promise.all([a.emitWithAck("join", "room"), b.emitWithAck("join", "room")]);
    a.emit("say", "room", "to the room");
    a.emit("say", null, "to the others");
    const end = Promise.all([next(a, "end"), next(b, "end"), next(c, "end")]);
    // Behind what a said, on the way of each: what has not come by then does not come.
    await a.emitWithAck("join", "other");
    io.emit("end");
    await end;
    expect(heard.sort()).toEqual(["b: to the others", "b: to the room", "c: to the others"]);
  });

  it("is told to go", async () => {
    const { io, port } = await start();
    const [kicked, closed] = await Promise.all([connected(port, options), connected(port, options)]);
    const reasons = Promise.all([next(kicked, "disconnect"), next(closed, "disconnect")]);
    io.in(kicked.id ?? "").disconnectSockets();
    io.in(closed.id ?? "").disconnectSockets(true);
    expect((await reasons).map(([reason]) => reason)).toEqual([
      "io server disconnect",
      "io server disconnect",
    ]);
  });
});

describe("Server", () => {
  it("listens on a port by itself", async () => {
    const io = new Server(0);
    servers.push(io);
    const httpServer = io.httpServer as HttpServer;
    await once(httpServer, "listening");
    const client = await connected((httpServer.address() as AddressInfo).port);
    expect(client.connected).toBe(true);
    expect(httpServer.headersTimeout).toBe(10_000);
  });

  it("attaches later, at the path of its options", async () => {
    const io = new Server({ path: "/rt" });
    servers.push(io);
    expect([io.path(), io.httpServer]).toEqual(["/rt", undefined]);
    const http = createServer((_request, response) => response.end("the application"));
    io.attach(http);
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    const { port } = http.address() as AddressInfo;
    await connected(port, { path: "/rt" });
    expect(io.engine.clientsCount).toBe(1);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("the application");
  });

  it("is made without new", async () => {
    const http = createServer();
    const io = SocketIO(http, { path: "/socket.io" });
    servers.push(io);
    expect(io).toBeInstanceOf(Server);
    expect(io.httpServer).toBe(http);
    expect(SocketIO({ path: "/rt" }).path()).toBe("/rt");
  });

  it("refuses options that make no sense, at once", () => {
    const code = expect.objectContaining({ code: "BARO_OPTION" });
    expect(() => new Server({ connectTimeout: -1 })).toThrow(code);
    expect(() => new Server({ pingInterval: 0 })).toThrow(code);
  });

  it("closes its clients and its HTTP server", async () => {
    const { io, http, port } = await start();
    const reasons: unknown[] = [];
    io.on("connection", (socket) => socket.on("disconnect", (reason) => reasons.push(reason)));
    const polling = await connected(port, { transports: ["polling"] });
    const websocket = await connected(port, { transports: ["websocket"] });
    const gone = Promise.all([next(polling, "disconnect"), next(websocket, "disconnect")]);
    const closed = new Promise((resolve) => io.close(resolve));
    await gone;
    expect(await closed).toBeUndefined();
    expect(reasons).toEqual(["server shutting down", "server shutting down"]);
    expect(http.listening).toBe(false);
    await io.close();
  });

  it("closes without an HTTP server", async () => {
    await new Server().close();
  });

  it("closes a client that breaks the protocol, and no other", async () => {
    const { io, port } = await start();
    io.on("connection", (socket) => socket.on("echo", (text, ack) => ack(text)));
    const [good, bad] = await Promise.all([connected(port), connected(port, { transports: ["websocket"] })]);
    const [socket] = [...io.sockets.sockets.values()].filter(({ id }) => id === bad.id);
    const reason = new Promise((resolve) => socket?.on("disconnect", resolve));
    bad.io.engine.write('2["connect"]');
    expect(await reason).toBe("parse error");
    expect(await good.emitWithAck("echo", 1)).toBe(1);
  });
});
