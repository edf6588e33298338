import type { EngineSocket, Namespace, ServerOptions, Socket } from "baro";
import type { Socket as Client } from "baro/client";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { ask, next, pairs, Stage } from "./pairs.ts";

// What the documentation says of the server alone: each server with the same client, socket.io-client from npm.
const servers = pairs.filter(({ client }) => client === "socket.io-client");

/** Sends what is no packet of Engine.IO. */
function rawSend(client: Client, text: string): void {
  const { transport } = client.io.engine as unknown as { transport: { ws: { send(text: string): void } } };
  transport.ws.send(text);
}

describe.each(servers)("server $server", (pair) => {
  let stage: Stage;
  const open = async (options: ServerOptions = {}): Promise<Stage> => {
    stage = await Stage.open(pair, options);
    return stage;
  };
  /** A client and its socket. */
  const join = async (namespace = "/", transport: "websocket" | "polling" = "websocket") => {
    const accepted = next(stage.io.of(namespace), "connection");
    const client = stage.client(namespace, { transports: [transport], reconnection: false });
    const [socket] = (await accepted) as [Socket];
    if (!client.connected) await next(client, "connect");
    return { client, socket };
  };
  afterEach(() => stage.close());

  it("makes namespaces by a pattern, and gives them what their parent has", async () => {
    const { io } = await open();
    const made: string[] = [];
    io.on("new_namespace", ({ name }: Namespace) => made.push(name));
    const parent = io.of(/^\/room-\d+$/);
    parent.use((socket, proceed) => {
      socket.data.seen = true;
      proceed();
    });
    parent.on("connection", (socket) => socket.emit("welcome", socket.nsp.name, socket.data.seen));
    const first = stage.client("/room-1", {});
    expect(await next(first, "welcome")).toEqual(["/room-1", true]);
    const second = stage.client("/room-2", {});
    expect(await next(second, "welcome")).toEqual(["/room-2", true]);
    const refused = stage.client("/room-x", { reconnection: false });
    const [error] = (await next(refused, "connect_error")) as [Error];
    expect(error.message).toBe("Invalid namespace");
    const heard = Promise.all([next(first, "all"), next(second, "all")]);
    parent.emit("all", 1);
    expect(await heard).toEqual([[1], [1]]);
    expect(made).toEqual(["/room-1", "/room-2"]);
  });

  it("asks a function for a namespace, with the credentials", async () => {
    const { io } = await open();
    const asked: unknown[] = [];
    io.of((name, auth, done) => {
      asked.push([name, auth.token]);
      setImmediate(() => done(null, auth.token === "right"));
    }).on("connection", (socket) => socket.emit("welcome", socket.nsp.name));
    const refused = stage.client("/a", { auth: { token: "wrong" }, reconnection: false });
    expect(((await next(refused, "connect_error")) as [Error])[0].message).toBe("Invalid namespace");
    expect(await next(stage.client("/b", { auth: { token: "right" } }), "welcome")).toEqual(["/b"]);
    expect(asked).toEqual([
      ["/a", "wrong"],
      ["/b", "right"],
    ]);
  });

  it("gives a namespace that the program names itself to the pattern that fits", async () => {
    const { io } = await open();
    const heard: string[] = [];
    io.of(/^\/room-/, (socket) => heard.push(socket.nsp.name));
    io.of("/room-1");
    await join("/room-1");
    expect(heard).toEqual(["/room-1"]);
  });

  it("ends empty children, where it is told to", async () => {
    const { io } = await open({ cleanupEmptyChildNamespaces: true });
    const made: string[] = [];
    io.on("new_namespace", ({ name }: Namespace) => made.push(name));
    io.of(/^\/room-/);
    for (let n = 0; n < 2; n += 1) {
      const client = stage.client("/room-1", { transports: ["websocket"], reconnection: false });
      await next(client, "connect");
      const child = io.of("/room-1");
      const [socket] = child.sockets.values();
      const gone = next(socket as Socket, "disconnect");
      client.disconnect();
      await gone;
    }
    expect(made).toEqual(["/room-1", "/room-1"]);
  });

  it("tells what happens to rooms", async () => {
    const { io } = await open();
    const heard: string[] = [];
    const { adapter } = io.of("/");
    for (const event of ["create-room", "join-room", "leave-room", "delete-room"] as const) {
      adapter.on(event, (room: string, id?: string) => heard.push([event, room, id].join(" ").trim()));
    }
    const { client, socket } = await join();
    const { id, rooms } = socket;
    await socket.join(["a", "b"]);
    await socket.join("a");
    await socket.leave("a");
    expect([...(adapter.rooms.get("b") ?? [])]).toEqual([id]);
    expect([...(adapter.sids.get(id) ?? [])]).toEqual([id, "b"]);
    expect([...rooms]).toEqual([id, "b"]);
    const gone = next(socket, "disconnect");
    client.disconnect();
    await gone;
    expect(heard).toEqual([
      `create-room ${id}`,
      `join-room ${id} ${id}`,
      "create-room a",
      `join-room a ${id}`,
      "create-room b",
      `join-room b ${id}`,
      `leave-room a ${id}`,
      "delete-room a",
      `leave-room ${id} ${id}`,
      `delete-room ${id}`,
      `leave-room b ${id}`,
      "delete-room b",
    ]);
    expect(adapter.rooms.size).toBe(0);
  });

  it("collects the acknowledgements of a broadcast, and says which came in time", async () => {
    const { io } = await open();
    const [a, b] = [await join(), await join()];
    a.client.on("ask", (n: number, ack: (answer: number) => void) => ack(n + 1));
    b.client.on("ask", (n: number, ack: (answer: number) => void) => ack(n + 1));
    expect(await io.timeout(20_000).emitWithAck("ask", 1)).toEqual([2, 2]);
    b.client.off("ask");
    // The time is over when the answer that is to come in time has come.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    a.client.once("ask", () => a.client.emit("answered"));
    const answered = next(a.socket, "answered");
    const asking = io
      .timeout(200)
      .emitWithAck("ask", 5)
      .catch((each: Error & { responses?: unknown }) => each);
    await answered;
    vi.advanceTimersByTime(200);
    const error = await asking;
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ message: "operation has timed out", responses: [6] });
    const called = await new Promise((resolve) =>
      a.socket.timeout(20_000).emit("ask", 7, (...args: unknown[]) => resolve(args)),
    );
    expect(called).toEqual([null, 8]);
    const late = b.socket
      .timeout(100)
      .emitWithAck("ask", 1)
      .catch((each: Error) => each.message);
    vi.advanceTimersByTime(100);
    expect(await late).toBe("operation has timed out");
    vi.useRealTimers();
    expect(await io.to("nobody").timeout(20_000).emitWithAck("ask", 1)).toEqual([]);
  });

  it("acts on sockets: join, leave, disconnect, fetch", async () => {
    const { io } = await open();
    const [a, b] = [await join(), await join()];
    a.socket.data.name = "a";
    io.in(a.socket.id).socketsJoin(["r", "s"]);
    io.in("s").socketsLeave("s");
    const [only, ...more] = await io.in("r").fetchSockets();
    expect([only?.id, [...(only?.rooms ?? [])], only?.data, more]).toEqual([
      a.socket.id,
      [a.socket.id, "r"],
      { name: "a" },
      [],
    ]);
    expect(only?.handshake.address).toBe("127.0.0.1");
    expect([...(await io.allSockets())].sort()).toEqual([a.socket.id, b.socket.id].sort());
    expect([...(await io.in("r").allSockets())]).toEqual([a.socket.id]);
    const told = next(a.client, "disconnect");
    only?.disconnect();
    expect((await told)[0]).toBe("io server disconnect");
    const closed = next(b.client, "disconnect");
    io.except("r").disconnectSockets(true);
    expect((await closed)[0]).toBe("io server disconnect");
  });

  it.each<[string, (sides: Awaited<ReturnType<typeof join>>) => unknown, string]>([
    ["client namespace disconnect", ({ client }) => client.disconnect(), "io client disconnect"],
    ["server namespace disconnect", ({ socket }) => socket.disconnect(), "io server disconnect"],
    ["server namespace disconnect", ({ socket }) => socket.disconnect(true), "io server disconnect"],
    ["transport close", ({ client }) => client.io.engine.close(), "forced close"],
    ["forced close", ({ socket }) => socket.conn.close(), "transport close"],
    ["server shutting down", () => stage.io.close(), "transport close"],
    ["parse error", ({ client }) => rawSend(client, "not a packet"), "transport close"],
  ])("says why it ended: %s", async (reason, act, heard) => {
    await open();
    const sides = await join();
    const events: unknown[] = [];
    sides.socket.on("disconnecting", (why) => events.push(["disconnecting", why, sides.socket.rooms.size]));
    const told = Promise.all([next(sides.socket, "disconnect"), next(sides.client, "disconnect")]);
    act(sides);
    const [[server], [client]] = await told;
    expect([server, client]).toEqual([reason, heard]);
    expect(events).toEqual([["disconnecting", reason, 1]]);
    expect(sides.socket.connected).toBe(false);
    expect(sides.socket.rooms.size).toBe(0);
  });

  it("says ping timeout of a client that answers no more", async () => {
    // In this time it has to join.
    const { io, url } = await open({ pingInterval: 50, pingTimeout: 1_500 });
    const accepted = next(io, "connection");
    const handshake = `${url}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(handshake)).text()).slice(1));
    await fetch(`${handshake}&sid=${sid}`, { method: "POST", body: "40" });
    const [socket] = (await accepted) as [Socket];
    expect((await next(socket, "disconnect"))[0]).toBe("ping timeout");
  });

  it.each([
    ["polling", ["transport error", "xhr post error", 413]],
    ["websocket", ["transport close", "websocket connection closed", 1009]],
  ] as const)("tells a client whose message is too long, over %s", async (transport, expected) => {
    await open({ maxHttpBufferSize: 1000 });
    const { client } = await join("/", transport);
    const told = next(client, "disconnect");
    client.emit("long", "x".repeat(2000));
    const [reason, details] = (await told) as [string, Error & { description: string; context: object }];
    const { status, code } = details.context as { status?: number; code?: number };
    const text =
      details instanceof Error ? details.message : (details as { description: string }).description;
    expect([reason, text, status ?? code]).toEqual(expected);
  });

  it("shows the handshake", async () => {
    const { io } = await open();
    const accepted = next(io, "connection");
    stage.client("/", { transports: ["polling"], auth: { token: "t" } });
    const [{ handshake }] = (await accepted) as [Socket];
    expect(handshake).toMatchObject({
      address: "127.0.0.1",
      auth: { token: "t" },
      secure: false,
      xdomain: false,
      query: { EIO: "4", transport: "polling" },
    });
    expect(handshake.url).toMatch(/^\/socket\.io\/\?EIO=4&transport=polling/);
    expect(handshake.headers.host).toMatch(/^127\.0\.0\.1:\d+$/);
    expect([typeof handshake.issued, new Date(handshake.issued).toString()]).toEqual([
      "number",
      handshake.time,
    ]);
  });

  it("runs middleware on each packet, and tells its error", async () => {
    await open();
    const { client, socket } = await join();
    socket.use(([event, ...args], proceed) => {
      if (event === "bad") proceed(new Error(`no ${args[0]}`));
      else proceed();
    });
    const error = next(socket, "error");
    socket.on("bad", () => expect.unreachable());
    socket.on("good", (ack: (answer: string) => void) => ack("yes"));
    client.emit("bad", "way");
    expect(((await error) as [Error])[0].message).toBe("no way");
    expect(await ask(client, "good")).toBe("yes");
  });

  it("lets programs see and change the HTTP side of the engine", async () => {
    const { io, url } = await open({ cookie: { name: "sticky", httpOnly: false } });
    const errors: unknown[] = [];
    io.engine.on("connection_error", (error) => errors.push([error.code, error.message, error.context]));
    io.engine.on("initial_headers", (headers) => {
      headers["x-first"] = "1";
    });
    io.engine.on("headers", (headers) => {
      headers["x-each"] = "2";
    });
    io.engine.use((_request, response, proceed) => {
      response.setHeader("x-middleware", "3");
      proceed();
    });
    io.engine.generateId = async () => "an id of its own";
    const handshake = `${url}/socket.io/?EIO=4&transport=polling`;
    const first = await fetch(handshake);
    expect(JSON.parse((await first.text()).slice(1)).sid).toBe("an id of its own");
    const headers = ["x-first", "x-each", "x-middleware", "set-cookie"].map((name) =>
      first.headers.get(name),
    );
    expect(headers).toEqual(["1", "2", "3", "sticky=an%20id%20of%20its%20own; Path=/; SameSite=Lax"]);
    const post = await fetch(`${handshake}&sid=an id of its own`, { method: "POST", body: "40" });
    expect([post.headers.get("x-first"), post.headers.get("x-each")]).toEqual([null, "2"]);
    await fetch(`${url}/socket.io/?EIO=4&transport=smoke`);
    await fetch(`${handshake}&sid=none`);
    await fetch(`${url}/socket.io/?EIO=3&transport=polling`);
    expect(errors).toEqual([
      [0, "Transport unknown", { transport: "smoke" }],
      [1, "Session ID unknown", { sid: "none" }],
      [5, "Unsupported protocol version", { protocol: 3 }],
    ]);
  });

  it("shows the connection below", async () => {
    const { io } = await open();
    const told = next(io.engine, "connection");
    const { client, socket } = await join();
    const [conn] = (await told) as [EngineSocket];
    expect(socket.conn).toBe(conn);
    expect(conn).toMatchObject({
      protocol: 4,
      readyState: "open",
      remoteAddress: "127.0.0.1",
      upgraded: false,
    });
    const packets: unknown[] = [];
    conn.on("packet", ({ type, data }) => packets.push(["in", type, data]));
    conn.on("packetCreate", ({ type, data }) => packets.push(["out", type, data]));
    const drained = next(conn, "drain");
    socket.on("ask", (ack: (answer: number) => void) => ack(1));
    expect(await ask(client, "ask")).toBe(1);
    await drained;
    expect(packets).toEqual([
      ["in", "message", '20["ask"]'],
      ["out", "message", "30[1]"],
    ]);
  });

  it("serves the client's files", async () => {
    const { url } = await open();
    for (const name of ["socket.io.js", "socket.io.min.js", "socket.io.esm.min.js"]) {
      const answer = await fetch(`${url}/socket.io/${name}`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toBe("application/javascript; charset=utf-8");
      expect(answer.headers.get("content-encoding")).toBe("gzip");
      expect(answer.headers.get("cache-control")).toBe("public, max-age=0");
      await answer.text();
      const tag = answer.headers.get("etag") ?? "";
      expect((await fetch(`${url}/socket.io/${name}`, { headers: { "If-None-Match": tag } })).status).toBe(
        304,
      );
      const map = await fetch(`${url}/socket.io/${name}.map`);
      expect([map.status, map.headers.get("content-type")]).toEqual([200, "application/json; charset=utf-8"]);
      await map.text();
    }
  });

  it("says no to reserved names between servers", async () => {
    const { io } = await open();
    for (const event of ["connection", "connect", "new_namespace"]) {
      expect(() => io.serverSideEmit(event)).toThrow(`"${event}" is a reserved event name`);
    }
  });
});
