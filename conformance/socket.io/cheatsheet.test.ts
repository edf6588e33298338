import type { Socket } from "baro";
import type { Socket as Client } from "baro/client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ask, next, pairs, Stage } from "./pairs.ts";

// The pages "Emit cheatsheet", "Rooms", "Middlewares" and "Listening to events" of the documentation, line by line.
const servers = pairs.filter(({ client }) => client === "socket.io-client");

interface Side {
  readonly client: Client;
  readonly socket: Socket;
  /** What the client heard. */
  readonly heard: unknown[][];
}

describe.each(servers)("server $server", (pair) => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await Stage.open(pair);
  });
  afterEach(() => stage.close());

  const join = async (namespace = "/"): Promise<Side> => {
    const accepted = next(stage.io.of(namespace), "connection");
    const client = stage.client(namespace, { transports: ["websocket"], reconnection: false });
    const heard: unknown[][] = [];
    client.onAny((...args: unknown[]) => {
      if (args[0] !== "settle") heard.push(args);
    });
    const [socket] = (await accepted) as [Socket];
    socket.on("settle", (ack: () => void) => ack());
    if (!client.connected) await next(client, "connect");
    return { client, socket, heard };
  };
  /** Everything that was sent before is there. */
  const settle = async (...sides: Side[]): Promise<void> => {
    for (const { client } of sides) await ask(client, "settle");
  };

  it("sends each line of the cheatsheet to whom it says", async () => {
    const [a, b, c] = [await join(), await join(), await join()];
    const { io } = stage;
    const { socket } = a;
    socket.join("room1");
    b.socket.join(["room1", "room2"]);
    socket.emit("basic emit");
    socket.broadcast.emit("all but the sender");
    socket.to("room1").emit("room1 but the sender");
    socket.except("room1").emit("not room1, not the sender");
    socket.to("room1").to("room2").emit("either room, once");
    socket.to(["room1", "room2"]).emit("the same");
    socket.to(b.socket.id).emit("one socket");
    socket.broadcast.to("room1").emit("as to");
    socket.in("room2").emit("as to, too");
    socket.local.emit("this server");
    socket.compress(false).emit("uncompressed");
    socket.emit("many", 1, "2", { 3: "4" }, [5], null, true);
    socket.send("text", 6);
    io.in("room1").emit("room1");
    io.to("room1").except("room2").emit("room1 but not room2");
    io.to("room1").to("room2").emit("either room");
    io.except(["room1"]).emit("not room1");
    io.in("room1").except(socket.id).emit("room1 but not a");
    io.to(socket.id).to("room2").emit("a and room2");
    io.of("/").emit("the namespace");
    io.local.to("room2").emit("room2 here");
    io.compress(false).emit("uncompressed to all");
    io.send("to all");
    await settle(a, b, c);
    const names = ({ heard }: Side): unknown[] =>
      heard.map(([name, ...args]) => (name === "message" ? args[0] : name));
    expect(names(a)).toEqual([
      ...["basic emit", "uncompressed", "many", "text", "room1", "room1 but not room2", "either room"],
      ...["a and room2", "the namespace", "uncompressed to all", "to all"],
    ]);
    expect(names(b)).toEqual([
      ...[
        "all but the sender",
        "room1 but the sender",
        "either room, once",
        "the same",
        "one socket",
        "as to",
      ],
      ...["as to, too", "this server", "room1", "either room", "room1 but not a", "a and room2"],
      ...["the namespace", "room2 here", "uncompressed to all", "to all"],
    ]);
    expect(names(c)).toEqual([
      ...["all but the sender", "not room1, not the sender", "this server", "not room1", "the namespace"],
      ...["uncompressed to all", "to all"],
    ]);
    expect(a.heard[2]).toEqual(["many", 1, "2", { 3: "4" }, [5], null, true]);
  });

  it("runs the middlewares of a namespace in order, and those of a socket for each packet", async () => {
    const log: unknown[] = [];
    stage.io.use((_socket, proceed) => {
      log.push("first");
      setTimeout(proceed, 5);
    });
    stage.io.use((socket, proceed) => {
      log.push("second", socket.connected);
      socket.join("early");
      socket.emit("early", 1);
      proceed();
    });
    stage.io.on("connection", (socket) => log.push(socket.rooms.has("early")));
    const side = await join();
    await settle(side);
    expect(log).toEqual(["first", "second", false, true]);
    expect(side.heard).toEqual([["early", 1]]);
    const { client, socket } = side;
    socket.use((event, proceed) => {
      if (event[0] === "change") event[1] = "changed";
      proceed(event[0] === "refuse" ? new Error("refused") : undefined);
    });
    socket.on("change", (value: unknown, ack: (answer: unknown) => void) => ack(value));
    expect(await ask(client, "change", "as sent")).toBe("changed");
    const error = next(socket, "error");
    client.emit("refuse");
    expect(((await error) as [Error])[0].message).toBe("refused");
  });

  it("calls catch-all listeners before the others, and those for what goes out", async () => {
    const side = await join();
    const { client, socket } = side;
    const log: unknown[] = [];
    socket.on("event", () => log.push("listener"));
    socket.onAny((name: string) => name === "event" && log.push("any"));
    socket.prependAny((name: string) => name === "event" && log.push("any, first"));
    socket.onAnyOutgoing((...args: unknown[]) => log.push(["out", ...args]));
    client.emit("event");
    await settle(side);
    socket.emit("one", 1);
    socket.to("nobody").emit("none");
    stage.io.emit("all", 2);
    expect(log).toEqual(["any, first", "any", "listener", ["out", "one", 1], ["out", "all", 2]]);
    socket.offAny();
    socket.offAnyOutgoing();
    expect([socket.listenersAny(), socket.listenersAnyOutgoing()]).toEqual([[], []]);
  });

  it("gives middlewares to the namespaces of a pattern when they are made", async () => {
    const log: unknown[] = [];
    const parent = stage.io.of(/^\/dynamic-\d+$/);
    stage.io.on("new_namespace", ({ name }) => log.push(`made ${name}`));
    parent.on("connection", (socket) => {
      log.push(socket.nsp.name);
      socket.nsp.emit("hi");
    });
    const first = await join("/dynamic-1");
    parent.use((_socket, proceed) => {
      log.push("late");
      proceed();
    });
    const again = await join("/dynamic-1");
    const other = await join("/dynamic-2");
    await settle(first, again, other);
    expect(log).toEqual([
      "made /dynamic-1",
      "/dynamic-1",
      "/dynamic-1",
      "made /dynamic-2",
      "late",
      "/dynamic-2",
    ]);
    expect([first, again, other].map(({ heard }) => heard.length)).toEqual([2, 1, 1]);
  });

  it("comes back with another id after a lost connection", async () => {
    const accepted = next(stage.io, "connection");
    const client = stage.client("/", { transports: ["websocket"], reconnectionDelay: 10 });
    const [socket] = (await accepted) as [Socket];
    if (!client.connected) await next(client, "connect");
    const { id } = client;
    const back = next(stage.io, "connection");
    const connected = next(client, "disconnect").then(() => next(client, "connect"));
    socket.conn.close();
    const [returned] = (await back) as [Socket];
    await connected;
    expect([client.id === id, client.id === returned.id, returned.recovered]).toEqual([false, true, false]);
    expect(stage.io.sockets.sockets.size).toBe(1);
  });
});
