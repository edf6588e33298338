import type { Socket as BaroSocket } from "baro";
import { afterEach, describe, expect, it } from "vitest";
import { ask, type ClientOptions, next, pairs, Stage } from "./pairs.ts";

const ways: Record<string, ClientOptions> = {
  "polling only": { transports: ["polling"] },
  "WebSocket only": { transports: ["websocket"] },
  "polling, then the upgrade": {},
};

describe.each(pairs)("server $server, client $client", (pair) => {
  let stage: Stage | undefined;
  afterEach(async () => {
    await stage?.close();
    stage = undefined;
  });

  describe.each(Object.entries(ways))("%s", (name, options) => {
    it("connects, and both sides know the same id", async () => {
      stage = await Stage.open(pair);
      const accepted = next(stage.io, "connection");
      const client = stage.client("/", options);
      await next(client, "connect");
      const [socket] = (await accepted) as [{ id: string; connected: boolean }];
      expect(client.connected).toBe(true);
      expect(client.id).toBe(socket.id);
      expect(socket.connected).toBe(true);
    });

    it("answers an event by its acknowledgement, in both directions", async () => {
      stage = await Stage.open(pair);
      stage.io.on("connection", (socket) => {
        socket.on("echo", (...args: unknown[]) => {
          const ack = args.pop() as (...answer: unknown[]) => void;
          ack(...args);
        });
        socket.on("ask me", async (ack: (answer: unknown) => void) => {
          ack(await socket.emitWithAck("question", 20));
        });
      });
      const client = stage.client("/", options);
      client.on("question", (n: number, ack: (answer: number) => void) => ack(n + 1));
      const values = ["바로 🚀", 1.5, null, { a: [true, { b: "" }] }];
      const answer = await new Promise((resolve) =>
        client.emit("echo", ...values, (...args: unknown[]) => resolve(args)),
      );
      expect(answer).toEqual(values);
      expect(await ask(client, "ask me")).toBe(21);
    });

    it("carries binary both ways, nested and several at once", async () => {
      stage = await Stage.open(pair);
      const seen: unknown[] = [];
      stage.io.on("connection", (socket) => {
        socket.on("bytes", (value: { a: Uint8Array; deep: [Uint8Array] }, ack: (answer: unknown) => void) => {
          seen.push(Buffer.isBuffer(value.a), Buffer.isBuffer(value.deep[0]));
          ack({ swapped: [value.deep[0], value.a] });
        });
      });
      const client = stage.client("/", options);
      const a = Buffer.from([0, 1, 2, 253, 254, 255]);
      const large = Buffer.alloc(100_000, 7);
      const answer = await ask(client, "bytes", { a, deep: [large] });
      expect(seen).toEqual([true, true]);
      expect(answer.swapped.map((part: Uint8Array) => Buffer.from(part))).toEqual([large, a]);
    });

    it("refuses a namespace by its middleware, and grants it", async () => {
      stage = await Stage.open(pair);
      stage.io.of("/admin").use((socket, proceed) => {
        if (socket.handshake.auth.token === "right") return proceed();
        const error = new Error("not you") as Error & { data: unknown };
        error.data = { hint: "the other token" };
        proceed(error);
      });
      stage.io.of("/admin").on("connection", (socket) => socket.emit("welcome", socket.handshake.auth.token));
      const stranger = stage.client("/admin", { ...options, auth: { token: "wrong" } });
      const [refusal] = (await next(stranger, "connect_error")) as [Error & { data: unknown }];
      expect(refusal).toBeInstanceOf(Error);
      expect(refusal.message).toBe("not you");
      expect(refusal.data).toEqual({ hint: "the other token" });
      expect(stranger.connected).toBe(false);

      const friend = stage.client("/admin", { ...options, auth: { token: "right" } });
      expect(await next(friend, "welcome")).toEqual(["right"]);
      const [unknown] = (await next(stage.client("/nowhere", options), "connect_error")) as [Error];
      expect(unknown.message).toBe("Invalid namespace");
    });

    it("keeps the order of a burst, through the upgrade too", async () => {
      stage = await Stage.open(pair);
      const up: number[] = [];
      stage.io.on("connection", (socket) => {
        socket.on("up", (n: number, ack?: () => void) => {
          up.push(n);
          ack?.();
        });
        for (let n = 0; n < 500; n += 1) socket.emit("down", n);
        socket.emit("done");
      });
      const client = stage.client("/", options);
      const down: number[] = [];
      client.on("down", (n: number) => down.push(n));
      const done = next(client, "done");
      await next(client, "connect");
      for (let n = 0; n < 499; n += 1) client.emit("up", n);
      await ask(client, "up", 499);
      await done;
      const expected = Array.from({ length: 500 }, (_, n) => n);
      expect(up).toEqual(expected);
      expect(down).toEqual(expected);
    });

    // What React does in its strict mode, where components share a connection. The peer's server takes it only while it
    // has not answered: with several requests of polling it often has, and then it ends the connection.
    if (pair.server === "baro" || name === "WebSocket only") {
      it("takes disconnect() and connect() before the namespace is granted", async () => {
        stage = await Stage.open(pair);
        const main = stage.client("/", { ...options, forceNew: false });
        await next(main, "connect");
        const lost: unknown[] = [];
        main.on("disconnect", (reason: string) => lost.push(reason));
        for (const [path, wait] of [
          ["/at-once", 0],
          ["/later", 50],
        ] as const) {
          const namespace = stage.io.of(path);
          if (wait > 0) namespace.use((_socket, proceed) => setTimeout(proceed, wait));
          namespace.on("connection", (socket) => {
            socket.on("echo", (text: string, ack: (answer: string) => void) => ack(text));
          });
          const client = stage.client(path, { ...options, forceNew: false });
          client.disconnect();
          client.connect();
          client.disconnect();
          client.connect();
          expect(await ask(client, "echo", path)).toBe(path);
        }
        expect(lost).toEqual([]);
      });
    }

    it("takes a burst of 20,000 small events", async () => {
      stage = await Stage.open(pair);
      let count = 0;
      stage.io.on("connection", (socket) => {
        socket.on("a", () => {
          count += 1;
        });
        socket.on("count", (ack: (answer: number) => void) => ack(count));
      });
      const client = stage.client("/", options);
      await next(client, "connect");
      for (let n = 0; n < 20_000; n += 1) client.emit("a");
      expect(await ask(client, "count")).toBe(20_000);
    });

    it("tells each side why it ended", async () => {
      stage = await Stage.open(pair);
      const reasons: unknown[] = [];
      const first = next(stage.io, "connection");
      const leaver = stage.client("/", options);
      await next(leaver, "connect");
      const [left] = (await first) as [typeof leaver];
      const gone = next(left, "disconnect");
      leaver.disconnect();
      reasons.push((await gone)[0]);

      const second = next(stage.io, "connection");
      const sentAway = stage.client("/", options);
      await next(sentAway, "connect");
      const [socket] = (await second) as [typeof leaver];
      const told = next(sentAway, "disconnect");
      socket.disconnect();
      reasons.push((await told)[0]);
      expect(reasons).toEqual(["client namespace disconnect", "io server disconnect"]);
    });
  });

  it("upgrades by itself from polling to WebSocket", async () => {
    stage = await Stage.open(pair);
    const accepted = next(stage.io, "connection");
    const client = stage.client("/", {});
    const [socket] = (await accepted) as [BaroSocket];
    socket.on("after", (n: number, ack: (answer: number) => void) => ack(n + 1));
    expect(socket.conn.transport.name).toBe("polling");
    await next(socket.conn, "upgrade");
    expect(socket.conn.transport.name).toBe("websocket");
    expect(await ask(client, "after", 1)).toBe(2);
  });

  it("keeps rooms: to, in, except, broadcast, and namespaces of one connection apart", async () => {
    stage = await Stage.open(pair);
    for (const namespace of ["/", "/other"]) {
      stage.io.of(namespace).on("connection", (socket) => {
        socket.on("join", async (room: string, ack: () => void) => {
          await socket.join(room);
          ack();
        });
        socket.on("leave", async (room: string, ack: () => void) => {
          await socket.leave(room);
          ack();
        });
        socket.on("say", (text: string) => socket.to("red").to("blue").emit("heard", text));
        socket.on("shout", (text: string) => socket.broadcast.emit("heard", text));
      });
    }
    const heard: Record<string, string[]> = {};
    const open = async (name: string, namespace: string, rooms: string[]) => {
      const client = (stage as Stage).client(namespace, { transports: ["websocket"] });
      heard[name] = [];
      client.on("heard", (text: string) => heard[name]?.push(text));
      await next(client, "connect");
      for (const room of rooms) await ask(client, "join", room);
      return client;
    };
    const red = await open("red", "/", ["red"]);
    const both = await open("both", "/", ["red", "blue", "green"]);
    const none = await open("none", "/", []);
    const other = await open("other", "/other", ["red"]);
    red.emit("say", "1 from red");
    red.emit("shout", "2 from red");
    // A round trip of the speaker: what it said before was given to every other connection by then.
    await ask(red, "leave", "red");
    stage.io.in("red").emit("heard", "3 in red");
    stage.io.to("red").except("green").emit("heard", "4 to nobody");
    stage.io.emit("heard", "5 to all");
    for (const client of [red, both, none, other]) await ask(client, "join", "flush");
    expect(heard).toEqual({
      red: ["5 to all"],
      both: ["1 from red", "2 from red", "3 in red", "5 to all"],
      none: ["2 from red", "5 to all"],
      other: [],
    });
  });

  it("carries several namespaces on one connection", async () => {
    stage = await Stage.open(pair);
    stage.io.on("connection", (socket) => socket.emit("at", "/"));
    stage.io.of("/news").on("connection", (socket) => socket.emit("at", "/news"));
    const main = stage.client("/", { forceNew: false });
    const news = stage.client("/news", { forceNew: false });
    const texts = await Promise.all([next(main, "at"), next(news, "at")]);
    expect(texts).toEqual([["/"], ["/news"]]);
    expect(await fetch(stage.url).then((answer) => answer.text())).toBe("beside");
  });
});
