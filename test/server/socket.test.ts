import { describe, expect, expectTypeOf, it } from "vitest";
import type { DefaultEventsMap } from "../../src/emitter.ts";
import type { DisconnectReason } from "../../src/server/disconnect-reason.ts";
import type { Socket } from "../../src/server/socket.ts";
import { TestServer } from "./support.ts";

const joined = (url?: string, headers?: Record<string, string>) => {
  const server = new TestServer();
  const session = server.open(url, headers);
  session.receive("0");
  session.take();
  const [socket] = server.sockets.sockets.values();
  if (socket === undefined) throw new Error("no socket");
  return { server, session, socket };
};

describe("events", () => {
  it("go to the client", () => {
    const { session, socket } = joined();
    expect(socket.emit("news", "Hello", { a: 1 })).toBe(true);
    socket.send("text").write("more");
    expect(session.take()).toEqual([
      '2["news","Hello",{"a":1}]',
      '2["message","text"]',
      '2["message","more"]',
    ]);
  });

  it("go to the client while a middleware decides, and not when it has refused", () => {
    const server = new TestServer();
    const refused: Socket[] = [];
    server.use((socket, next) => {
      socket.emit("early", 1);
      refused.push(socket);
      next(socket.handshake.auth.in ? undefined : new Error("no"));
    });
    const [friend, stranger] = [server.open(), server.open()];
    friend.receive('0{"in":true}');
    expect(friend.take()).toEqual(['2["early",1]', '0{"sid":"socket1"}']);
    stranger.receive("0");
    refused[1]?.emit("late");
    expect(stranger.take()).toEqual(['2["early",1]', '4{"message":"no"}']);
  });

  it("carry binary data both ways", () => {
    const { session, socket } = joined();
    const bytes = new Uint8Array([1, 2]);
    socket.on("upload", (data) => socket.emit("download", data));
    session.receive('51-["upload",{"_placeholder":true,"num":0}]', bytes);
    expect(session.take()).toEqual(['51-["download",{"_placeholder":true,"num":0}]', bytes]);
  });

  it("come to the listeners of their name", () => {
    const { session, socket } = joined();
    const heard: unknown[] = [];
    socket.on("reply", (...args) => heard.push(args));
    socket.once("reply", () => heard.push("once"));
    session.receive('2["reply",1,"two",null]', '2["other"]', '2["reply"]');
    expect(heard).toEqual([[1, "two", null], "once", []]);
  });

  it.each(["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"])(
    "may not be named %s",
    (name) => {
      const { server, session, socket } = joined();
      const code = expect.objectContaining({ code: "BARO_EVENT_NAME" });
      expect(() => socket.emit(name)).toThrow(code);
      expect(() => socket.broadcast.emit(name)).toThrow(code);
      expect(() => server.emit(name)).toThrow(code);
      expect(session.take()).toEqual([]);
    },
  );

  it("need a name and data that JSON can hold", () => {
    const { session, socket } = joined();
    expect(() => socket.emit(1 as unknown as string)).toThrow(
      expect.objectContaining({ code: "BARO_EVENT_NAME" }),
    );
    expect(() => socket.emit("a", 1n)).toThrow(expect.objectContaining({ code: "BARO_DATA" }));
    expect(session.take()).toEqual([]);
  });

  it("are dropped when the socket has gone", () => {
    const { session, socket } = joined();
    socket.disconnect();
    session.take();
    expect(socket.emit("news")).toBe(true);
    expect(session.take()).toEqual([]);
  });

  it("are dropped when they are volatile and the client is not ready", () => {
    const { session, socket } = joined();
    session.writable = false;
    socket.volatile.emit("position", 1);
    socket.emit("news", 2);
    session.writable = true;
    socket.volatile.emit("position", 3);
    expect(session.take()).toEqual(['2["news",2]', '2["position",3]']);
  });
});

describe("acknowledgements", () => {
  it("are sent once, and not after the end", () => {
    const { session, socket } = joined();
    const acks: ((...args: unknown[]) => void)[] = [];
    socket.on("ask", (question, ack) => {
      ack(question, new Uint8Array([7]));
      ack("again");
      acks.push(ack);
    });
    socket.on("slow", (ack) => acks.push(ack));
    session.receive('212["ask","?"]', '213["slow"]');
    expect(session.take()).toEqual(['61-12["?",{"_placeholder":true,"num":0}]', new Uint8Array([7])]);
    socket.disconnect();
    session.take();
    for (const ack of acks) ack("late");
    expect(session.take()).toEqual([]);
  });

  it("come to the callback", () => {
    const { session, socket } = joined();
    const heard: unknown[] = [];
    socket.emit("ask", 1, (...args: unknown[]) => heard.push(args));
    expect(session.take()).toEqual(['20["ask",1]']);
    session.receive("30[2,3]");
    expect(heard).toEqual([[2, 3]]);
  });

  it("come to a promise", async () => {
    const { session, socket } = joined();
    const answer = socket.emitWithAck("ask");
    session.receive('30["yes"]');
    expect(await answer).toBe("yes");
  });

  it("are waited for as long as timeout says", async () => {
    const { server, session, socket } = joined();
    const heard: unknown[] = [];
    socket.timeout(100).emit("ask", (...args: unknown[]) => heard.push(args));
    socket.timeout(100).emit("ask", (error: Error) => heard.push(error.message));
    const promise = socket.timeout(100).emitWithAck("ask");
    session.receive("30[5]");
    server.clock.advance(100);
    expect(heard).toEqual([[null, 5], "operation has timed out"]);
    await expect(promise).rejects.toThrow("operation has timed out");
    expect(server.clock.pending).toBe(0);
  });

  it("fail when the socket goes, where there is somewhere to say so", async () => {
    const { server, session, socket } = joined();
    const heard: unknown[] = [];
    socket.emit("ask", () => heard.push("plain"));
    socket.timeout(100).emit("ask", (error: Error) => heard.push(error.message));
    const promise = socket.emitWithAck("ask");
    session.end("transport close");
    expect(heard).toEqual(["socket has been disconnected"]);
    await expect(promise).rejects.toThrow("socket has been disconnected");
    expect(server.clock.pending).toBe(0);
  });

  it("fail for a socket that has gone", async () => {
    const { server, socket } = joined();
    socket.disconnect();
    const promise = socket.emitWithAck("ask");
    server.clock.advance(0);
    await expect(promise).rejects.toThrow("socket has been disconnected");
  });

  it("of a timed socket leave nothing for the next event", () => {
    const { server, socket } = joined();
    socket.timeout(100).emit("plain");
    socket.emit("ask", () => {});
    expect(server.clock.pending).toBe(0);
    expect(() => socket.timeout(-1)).toThrow(expect.objectContaining({ code: "BARO_OPTION" }));
  });
});

describe("middleware of a socket", () => {
  it("sees events, changes them, and refuses them", () => {
    const { session, socket } = joined();
    const heard: unknown[] = [];
    socket.use((event, next) => {
      if (event[0] === "bad") next(new Error("refused"));
      else {
        event[1] = `${event[1]}!`;
        next();
      }
    });
    socket.on("good", (text) => heard.push(text));
    socket.on("bad", () => heard.push("never"));
    session.receive('2["bad"]');
    socket.on("error", (error) => heard.push(error.message));
    session.receive('2["good","a"]', '2["bad"]');
    expect(heard).toEqual(["a!", "refused"]);
  });

  it("that answers late finds a socket that has gone", () => {
    const { session, socket } = joined();
    const heard: unknown[] = [];
    let release = () => {};
    socket.use((_event, next) => {
      release = next;
    });
    socket.on("news", () => heard.push("news"));
    session.receive('2["news"]');
    socket.disconnect();
    release();
    expect(heard).toEqual([]);
  });
});

describe("listeners for any event", () => {
  it("hear what comes", () => {
    const { session, socket } = joined();
    const heard: unknown[] = [];
    const last = (...args: unknown[]) => heard.push(["last", ...args]);
    socket.onAny(last).prependAny((...args) => heard.push(["first", ...args]));
    session.receive('2["a",1]');
    expect(heard).toEqual([
      ["first", "a", 1],
      ["last", "a", 1],
    ]);
    expect(socket.listenersAny()).toHaveLength(2);
    socket.offAny(last).offAny(last);
    expect(socket.listenersAny()).toHaveLength(1);
    socket.offAny();
    session.receive('2["b"]');
    expect(heard).toHaveLength(2);
  });

  it("hear what goes, broadcasts too", () => {
    const { server, socket } = joined();
    const heard: unknown[] = [];
    socket.onAnyOutgoing((...args) => heard.push(["last", ...args]));
    socket.prependAnyOutgoing((...args) => heard.push(["first", ...args]));
    socket.emit("a", 1);
    server.emit("b", 2);
    expect(heard).toEqual([
      ["first", "a", 1],
      ["last", "a", 1],
      ["first", "b", 2],
      ["last", "b", 2],
    ]);
    expect(socket.listenersAnyOutgoing()).toHaveLength(2);
    socket.offAnyOutgoing();
    expect(socket.listenersAnyOutgoing()).toEqual([]);
  });
});

describe("a socket", () => {
  it("shows its handshake", () => {
    const { socket } = joined("/socket.io/?EIO=4&token=a&list=1&list=2&__proto__=x", {
      origin: "https://a.example",
    });
    const { handshake } = socket;
    expect(handshake).toMatchObject({
      url: "/socket.io/?EIO=4&token=a&list=1&list=2&__proto__=x",
      headers: { origin: "https://a.example" },
      xdomain: true,
      secure: false,
      address: "",
      auth: {},
    });
    expect(handshake.query.token).toBe("a");
    expect(handshake.query.list).toEqual(["1", "2"]);
    expect(Object.keys(handshake.query)).toEqual(["EIO", "token", "list", "__proto__"]);
    expect(new Date(handshake.time).getTime()).toBe(Math.floor(handshake.issued / 1_000) * 1_000);
    expect(socket.handshake).toBe(handshake);
    expect(socket.request.url).toBe(handshake.url);
  });

  it("keeps data, and knows its place", () => {
    const { server, socket } = joined();
    socket.data.name = "바로";
    expect(socket.data).toEqual({ name: "바로" });
    expect(socket.nsp).toBe(server.sockets);
    expect([socket.connected, socket.disconnected, socket.recovered]).toEqual([true, false, false]);
  });

  it("joins and leaves rooms, and leaves them all at the end", () => {
    const { server, session, socket } = joined();
    socket.join("a");
    socket.join(["b", "c"]);
    socket.leave("b");
    socket.leave("never");
    expect(socket.rooms).toEqual(new Set([socket.id, "a", "c"]));
    const { rooms, sids } = server.sockets.adapter;
    expect([...rooms]).toEqual([
      [socket.id, new Set([socket.id])],
      ["a", new Set([socket.id])],
      ["c", new Set([socket.id])],
    ]);
    expect(sids.get(socket.id)).toEqual(socket.rooms);
    const seen: unknown[] = [];
    socket.on("disconnecting", () => seen.push(socket.rooms.size, socket.connected));
    socket.on("disconnect", () => seen.push(socket.rooms.size, socket.connected));
    session.end("transport close");
    expect(seen).toEqual([3, true, 0, false]);
    socket.join("late");
    expect([rooms.size, sids.size, socket.rooms.size]).toEqual([0, 0, 0]);
  });

  it("disconnects once, whatever its listeners do", () => {
    const { session, socket } = joined();
    const reasons: DisconnectReason[] = [];
    socket.on("disconnecting", () => socket.disconnect(true));
    socket.on("disconnect", (reason) => {
      reasons.push(reason);
      socket.disconnect(true);
    });
    session.end("transport close");
    expect(reasons).toEqual(["transport close"]);
  });

  it("disconnects once, even when its connection is closed meanwhile", () => {
    const { session, socket } = joined();
    const reasons: DisconnectReason[] = [];
    socket.on("disconnecting", (reason) => {
      reasons.push(reason);
      socket.conn.close();
    });
    const rooms: number[] = [];
    socket.on("disconnecting", () => rooms.push(socket.rooms.size));
    socket.on("disconnect", (reason) => reasons.push(reason));
    socket.disconnect();
    expect(rooms).toEqual([1]);
    expect(reasons).toEqual(["server namespace disconnect", "server namespace disconnect"]);
    expect(session.closed).toBe(true);
  });

  it("shows its connection", () => {
    const { session, socket } = joined();
    const heard: unknown[] = [];
    const { conn } = socket;
    conn.on("upgrade", (transport) => heard.push(transport.name));
    conn.once("close", (reason) => heard.push(reason, conn.readyState));
    expect([conn.id, conn.transport.name, conn.readyState]).toEqual([session.id, "polling", "open"]);
    expect(socket.client.conn).toBe(conn);
    session.transportName = "websocket";
    session.handler.upgraded();
    conn.close();
    expect(heard).toEqual(["websocket", "forced close", "closed"]);
    expect(socket.connected).toBe(false);
  });
});

describe("types", () => {
  interface FromClient {
    hello: (name: string, answer: (greeting: string) => void) => void;
  }
  interface ToClient {
    news: (text: string) => void;
    ask: (question: string, answer: (value: number) => void) => void;
  }
  interface Data {
    name: string;
  }
  type TypedSocket = Socket<FromClient, ToClient, DefaultEventsMap, Data>;

  it("follow the maps of events", () => {
    const server = new TestServer<FromClient, ToClient, DefaultEventsMap, Data>();
    server.on("connection", (socket) => {
      expectTypeOf(socket).toEqualTypeOf<TypedSocket>();
      expectTypeOf(socket.data).toEqualTypeOf<Data>();
      socket.on("hello", (name, answer) => {
        expectTypeOf(name).toEqualTypeOf<string>();
        answer(`Hello, ${name}`);
      });
      socket.on("disconnect", (reason) => expectTypeOf(reason).toEqualTypeOf<DisconnectReason>());
      socket.emit("ask", "?", (value) => expectTypeOf(value).toEqualTypeOf<number>());
      socket.timeout(10).emit("ask", "?", (error, value) => {
        expectTypeOf(error).toEqualTypeOf<Error>();
        expectTypeOf(value).toEqualTypeOf<number>();
      });
      expectTypeOf(socket.emitWithAck("ask", "?")).resolves.toEqualTypeOf<number>();
      expectTypeOf(socket.timeout(10).emitWithAck("ask", "?")).resolves.toEqualTypeOf<number>();
      expectTypeOf(socket.to("a").timeout(10).emitWithAck("ask", "?")).resolves.toEqualTypeOf<number[]>();
      // @ts-expect-error no such event
      socket.emit("other");
      // @ts-expect-error the client does not send it
      socket.on("news", () => {});
      // @ts-expect-error has no acknowledgement
      void (() => socket.emitWithAck("news", "a"));
    });
    server.timeout(10).emit("ask", "?", (error, values) => {
      expectTypeOf(error).toEqualTypeOf<Error>();
      expectTypeOf(values).toEqualTypeOf<number[]>();
    });
    expectTypeOf(server.timeout(10).emitWithAck("ask", "?")).resolves.toEqualTypeOf<number[]>();
    // @ts-expect-error not this argument
    server.emit("news", 1);
  });

  it("let an untyped program do anything", () => {
    const server = new TestServer();
    server.on("connection", (socket) => {
      socket.on("anything", (a, b) => [a, b]);
      socket.on("disconnect", (reason) => expectTypeOf(reason).toEqualTypeOf<DisconnectReason>());
      socket.timeout(1).emit("anything", 1, (error: Error, value: string) => [error, value]);
      socket.data.anything = 1;
    });
  });
});
