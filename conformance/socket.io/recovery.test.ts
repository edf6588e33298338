import type { Socket as ServerSocket } from "baro";
import type { Socket } from "baro/client";
import { afterEach, describe, expect, it } from "vitest";
import { next, pairs, Stage } from "./pairs.ts";

let stage: Stage;
afterEach(() => stage.close());

const OPTIONS = { transports: ["websocket"], reconnectionDelay: 10 } as const;

/** Collects what a client hears, without the position that stands behind the arguments. */
function listen(client: Socket): unknown[][] {
  const heard: unknown[][] = [];
  client.onAny((event: string, ...args: unknown[]) => {
    expect(typeof args.pop(), event).toBe("string");
    heard.push([event, ...args]);
  });
  return heard;
}

/** Cuts the connection under `socket`, calls `meanwhile` when the server has noticed, and waits for the client. */
async function lose(socket: ServerSocket, client: Socket, meanwhile: () => void): Promise<ServerSocket> {
  const gone = next(socket, "disconnect");
  const again = next(socket.nsp as never, "connection");
  const back = next(client, "connect");
  socket.conn.close();
  await gone;
  meanwhile();
  const [returned] = await again;
  await back;
  return returned as ServerSocket;
}

async function open(
  pair: (typeof pairs)[number],
  recovery = {},
): Promise<{ client: Socket; socket: ServerSocket; heard: unknown[][] }> {
  stage = await Stage.open(pair, { connectionStateRecovery: recovery });
  const connected = next(stage.io, "connection");
  const client = stage.client("/", OPTIONS);
  const heard = listen(client);
  await next(client, "connect");
  expect(client.recovered).toBe(false);
  const [socket] = await connected;
  return { client, socket: socket as ServerSocket, heard };
}

// Client 4.5 knows nothing of it.
const able = pairs.filter(({ client }) => !client.endsWith("4.5"));

describe.each(able)("recovery: server $server, client $client", (pair) => {
  it("gives back id, rooms, data, and what was missed, in its order", async () => {
    const { client, socket, heard } = await open(pair);
    const { id } = socket;
    socket.join("room");
    socket.data.name = "Ada";
    stage.io.emit("before", 1);
    await next(client, "before");
    const returned = await lose(socket, client, () => {
      stage.io.to("room").emit("in the room", { a: 1 });
      stage.io.to("other").emit("elsewhere");
      stage.io.to(["room", "other"]).emit("in both");
      stage.io.emit("to everyone", Buffer.from([1, 2, 3]));
      stage.io.except("room").emit("to others");
      stage.io.to(id).emit("to it alone", "text");
      stage.io.volatile.emit("not kept");
    });
    expect([client.id, client.recovered]).toEqual([id, true]);
    expect([returned.id, returned.recovered, [...returned.rooms], returned.data]).toEqual([
      id,
      true,
      expect.arrayContaining([id, "room"]),
      { name: "Ada" },
    ]);
    stage.io.to("room").emit("after", 2);
    await next(client, "after");
    expect(heard).toEqual([
      ["before", 1],
      ["in the room", { a: 1 }],
      ["in both"],
      ["to everyone", expect.anything()],
      ["to it alone", "text"],
      ["after", 2],
    ]);
  });

  it("begins anew after a disconnect on purpose, by either side", async () => {
    const { client, socket } = await open(pair);
    stage.io.emit("before", 1);
    await next(client, "before");
    client.disconnect();
    await next(socket, "disconnect");
    client.connect();
    const [again] = (await next(stage.io, "connection")) as [ServerSocket];
    if (!client.connected) await next(client, "connect");
    expect([again.recovered, client.recovered, again.id === socket.id]).toEqual([false, false, false]);
    stage.io.emit("before", 2);
    await next(client, "before");
    again.disconnect();
    await next(client, "disconnect");
    client.connect();
    await next(client, "connect");
    expect(client.recovered).toBe(false);
  });
});

describe.each(able.filter(({ server }) => server === "baro"))(
  "recovery beyond the peer: client $client",
  (pair) => {
    it("works for a client that had received nothing", async () => {
      const { client, socket, heard } = await open(pair);
      const { id } = socket;
      socket.join("room");
      const returned = await lose(socket, client, () => stage.io.to("room").emit("first"));
      expect([client.id, client.recovered, returned.recovered, heard]).toEqual([id, true, true, [["first"]]]);
    });

    it("works again and again, with events of its own sent between", async () => {
      const { client, socket, heard } = await open(pair);
      const { id } = socket;
      let current = socket;
      for (let time = 0; time < 4; time++) {
        current = await lose(current, client, () => stage.io.emit("missed", time));
        expect([client.id, client.recovered]).toEqual([id, true]);
        current.broadcast.emit("to others", time);
        if (time % 2 === 0) continue;
        current.emit("live", time);
        await next(client, "live");
      }
      expect(heard).toEqual([
        ["missed", 0],
        ["missed", 1],
        ["live", 1],
        ["missed", 2],
        ["missed", 3],
        ["live", 3],
      ]);
    });

    // The clients take any text behind the arguments for a position: also the name of an event without arguments.
    it.each([[[]], [["text"]], [["a", "b"]]])(
      "is not confused by volatile events that end with text: %j",
      async (args) => {
        const { client, socket } = await open(pair);
        stage.io.emit("before", 1);
        await next(client, "before");
        stage.io.volatile.emit("status", ...args);
        await next(client, "status");
        socket.volatile.emit("status", ...args);
        await next(client, "status");
        await lose(socket, client, () => stage.io.emit("missed"));
        expect(client.recovered).toBe(true);
      },
    );

    it("gives back thousands of events, a page at a time, in their order", async () => {
      const { client, socket, heard } = await open(pair);
      await lose(socket, client, () => {
        for (let n = 0; n < 5_000; n++) stage.io.emit("n", n);
      });
      stage.io.emit("n", 5_000);
      await expect.poll(() => heard.length).toBe(5_001);
      expect(client.recovered).toBe(true);
      expect(heard).toEqual(Array.from({ length: 5_001 }, (_, n) => ["n", n]));
    });

    it("asks the middlewares, and gives nothing to who is refused", async () => {
      const { client, socket, heard } = await open(pair);
      const seen: unknown[] = [];
      stage.io.use((each, proceed) => {
        seen.push([each.id, each.recovered, each.data]);
        proceed(new Error("banned"));
      });
      socket.data.name = "Ada";
      const refused = next(client, "connect_error");
      const gone = next(socket, "disconnect");
      socket.conn.close();
      await gone;
      stage.io.emit("secret");
      expect(((await refused) as [Error])[0].message).toBe("banned");
      expect(seen).toEqual([[socket.id, true, { name: "Ada" }]]);
      expect([client.connected, heard]).toEqual([false, []]);
    });

    it("passes by the middlewares where the option says so", async () => {
      const { client, socket, heard } = await open(pair, { skipMiddlewares: true });
      stage.io.use((_socket, proceed) => proceed(new Error("banned")));
      await lose(socket, client, () => stage.io.emit("missed"));
      expect([client.recovered, heard]).toEqual([true, [["missed"]]]);
    });
  },
);
