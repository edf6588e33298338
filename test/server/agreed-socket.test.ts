import { describe, expect, it } from "vitest";
import type { PolicyOptions } from "../../src/server/options.ts";
import { type FakeSession, TestServer } from "./support.ts";

const ALICE = "alice-alice-alice-ali_";
const BOB = "bob-bob-bob-bob-bob-bo";

const connectPacket = (producer: string, more: object = {}, namespace = "") =>
  `0${namespace}${JSON.stringify({ ...more, "~rt": { v: 1, prod: producer } })}`;

/** A server that collects the events "a" of everybody, and what acknowledges them. */
const start = (options: PolicyOptions = {}) => {
  const server = new TestServer(options);
  const heard: unknown[][] = [];
  const acks: ((...args: unknown[]) => void)[] = [];
  server.on("connection", (socket) => {
    socket.on("a", (...args: unknown[]) => {
      const last = args.at(-1);
      if (typeof last === "function") acks.push(args.pop() as (typeof acks)[number]);
      heard.push(args);
    });
  });
  /** Opens a session that agreed, and gives what the server answered. */
  const connect = (producer = ALICE): { session: FakeSession; agreed: Record<string, unknown> } => {
    const session = server.open();
    session.receive(connectPacket(producer));
    const [answer] = session.take();
    return { session, agreed: JSON.parse(String(answer).slice(1))["~rt"] };
  };
  return { server, heard, acks, connect };
};

describe("what is agreed", () => {
  it("stands in the answer to CONNECT, and not in the handshake", () => {
    const { server } = start();
    const session = server.open();
    session.receive(connectPacket(ALICE, { token: 1 }));
    expect(session.take()).toEqual(['0{"sid":"socket1","~rt":{"v":1,"seq":0,"epoch":"socket2"}}']);
    const [socket] = server.sockets.sockets.values();
    expect(socket?.handshake.auth).toEqual({ token: 1 });
  });

  it("is nothing with a client of Socket.IO, or with one that asks wrongly", () => {
    const { server, heard } = start();
    const session = server.open();
    session.receive('0{"~rt":{"v":1,"prod":"short"},"token":1}');
    expect(session.take()).toEqual(['0{"sid":"socket1"}']);
    expect([...server.sockets.sockets.values()][0]?.handshake.auth).toEqual({ token: 1 });
    session.receive('2["a","~1"]', '2["a","~1"]', '2["a","~7"]', '2["a","~"]');
    expect(heard).toEqual([["~1"], ["~1"], ["~7"], ["~"]]);
    expect(session.closed).toBe(false);
  });

  it("leaves events whose names begin with ~ to clients of Socket.IO", () => {
    const { server } = start();
    const heard: unknown[] = [];
    server.on("connection", (socket) => socket.onAny((...event) => heard.push(event)));
    server.join().receive('2["~auth",{}]', '2["~ack",1]');
    expect(heard).toEqual([
      ["~auth", {}],
      ["~ack", 1],
    ]);
  });

  it("is asked for in each namespace", () => {
    const { server } = start();
    server.of("/chat");
    const session = server.open();
    session.receive(connectPacket(ALICE), connectPacket(ALICE, {}, "/chat,"));
    session.take();
    session.receive('2["a","~1"]', '2/chat,["a","~1"]', '2/chat,["a","~2"]');
    server.clock.advance(1_000);
    expect(session.take()).toEqual(['2["~ack",1]', '2/chat,["~ack",2]']);
  });
});

describe("the numbers of events", () => {
  it("are taken off, and each is handled once", () => {
    const { heard, connect } = start();
    const { session } = connect();
    session.receive('2["a",1,"~1"]', '2["a",2,"~2"]', '2["a",1,"~1"]', '2["a",2,"~2"]', '2["a","~3"]');
    expect(heard).toEqual([[1], [2], []]);
  });

  it("are not there on volatile events", () => {
    const { heard, connect } = start();
    const { session } = connect();
    session.receive('2["a",1]', '2["a","~x"]', '2["a","~5","~"]', '2["a","~1"]');
    expect(heard).toEqual([[1], ["~x"], ["~5"], []]);
  });

  it("have no holes", () => {
    const { heard, connect } = start();
    const { session } = connect();
    session.receive('2["a","~1"]', '2["a","~3"]');
    expect(heard).toEqual([[]]);
    expect(session.closed).toBe(true);
  });

  it("may leave out what the client cannot send, where a connection begins", () => {
    const { heard, connect } = start();
    const first = connect();
    first.session.receive('2["a",1,"~1"]', '2["a",3,"~3"]');
    expect(first.session.closed).toBe(true);
    const { session, agreed } = connect();
    expect(agreed.seq).toBe(1);
    session.receive('2["a",3,"~3"]', '2["a",4,"~4"]', '2["a",6,"~6"]');
    expect(heard).toEqual([[1], [3], [4]]);
    expect(session.closed).toBe(true);
  });

  it("go on over connections", () => {
    const { heard, connect } = start();
    const first = connect();
    first.session.receive('2["a",1,"~1"]', '2["a",2,"~2"]');
    first.session.end("transport close");
    const second = connect();
    expect(second.agreed).toEqual({ ...first.agreed, seq: 2 });
    second.session.receive('2["a",2,"~2"]', '2["a",3,"~3"]');
    expect(heard).toEqual([[1], [2], [3]]);
  });

  it("are each client's own", () => {
    const { heard, connect } = start();
    connect(ALICE).session.receive('2["a",1,"~1"]');
    expect(connect(BOB).agreed.seq).toBe(0);
    expect(heard).toEqual([[1]]);
  });

  it("count when the listener throws, too", () => {
    const { server, heard, connect } = start();
    server.on("connection", (socket) =>
      socket.on("a", () => {
        throw new Error("in the listener");
      }),
    );
    const { session } = connect();
    session.receive('2["a",1,"~1"]', '2["a",1,"~1"]');
    expect(heard).toEqual([[1]]);
    expect(() => server.clock.advance(0)).toThrow("in the listener");
  });

  it("count while a middleware or a schema thinks, too: the event is heard, though the connection is gone", async () => {
    for (const prepare of [
      (server: TestServer, wait: Promise<void>) => {
        server.on("connection", (socket) => socket.use((_event, next) => void wait.then(() => next())));
      },
      (server: TestServer, wait: Promise<void>) => {
        const validate = (value: unknown) => wait.then(() => ({ value }));
        server.schema({ a: { "~standard": { version: 1, vendor: "test", validate } } });
      },
    ]) {
      const { server, heard, acks, connect } = start();
      let go = (): void => {};
      prepare(server, new Promise((resolve) => (go = resolve)));
      const first = connect();
      first.session.receive('20["a",1,"~1"]', '21["a",2,"~2"]');
      first.session.end("transport close");
      const { session, agreed } = connect();
      expect(agreed.seq).toBe(2);
      go();
      await expect.poll(() => heard).toEqual([[1], [2]]);
      session.receive('25["a",1,"~1"]');
      acks[0]?.("yes");
      expect(session.take()).toEqual(['35["yes"]']);
      expect(heard).toEqual([[1], [2]]);
    }
  });

  it("count for the event at which a connection ends because too many wait for a schema", async () => {
    const { server, heard, connect } = start();
    let go = (): void => {};
    const wait = new Promise<void>((resolve) => {
      go = resolve;
    });
    const validate = (value: unknown) => wait.then(() => ({ value }));
    server.schema({ a: { "~standard": { version: 1, vendor: "test", validate } } }, { maxWaiting: 1 });
    const { session } = connect();
    session.receive('2["a",1,"~1"]', '2["a",2,"~2"]', '2["a",3,"~3"]', '2["a",4,"~4"]');
    expect(session.closed).toBe(true);
    expect(connect().agreed.seq).toBe(3);
    go();
    await expect.poll(() => heard).toEqual([[1], [2], [3]]);
  });

  it("end the older connection, which nobody has missed yet", () => {
    const { server, heard, connect } = start();
    const reasons: unknown[] = [];
    server.on("connection", (socket) => socket.on("disconnect", (reason) => reasons.push(reason)));
    const first = connect();
    first.session.receive('2["a",1,"~1"]');
    const second = connect();
    expect(first.session.closed).toBe(true);
    expect(reasons).toEqual(["transport close"]);
    expect(second.agreed).toEqual({ ...first.agreed, seq: 1 });
    first.session.receive('2["a",2,"~2"]');
    expect(heard).toEqual([[1]]);
  });

  it("are forgotten with the producers that are away for the longest", () => {
    const { server, connect } = start({ maxProducers: 1 });
    const alice = connect(ALICE);
    alice.session.receive('2["a","~1"]');
    // As long as it is connected it is not forgotten.
    connect(BOB).session.end("transport close");
    const again = connect(ALICE);
    expect(again.agreed.epoch).toBe(alice.agreed.epoch);
    again.session.end("transport close");
    expect(connect(BOB).agreed.seq).toBe(0);
    server.join();
    const third = connect("carol-carol-carol-caro");
    third.session.end("transport close");
    const late = connect(ALICE);
    expect(late.agreed.seq).toBe(0);
    expect(late.agreed.epoch).not.toBe(alice.agreed.epoch);
  });

  it("are known of clients that were refused by nobody", () => {
    const { server, heard } = start();
    server.use((_socket, next) => next(new Error("no")));
    const session = server.open();
    session.receive(connectPacket(ALICE));
    expect(session.take()).toEqual(['4{"message":"no"}']);
    expect(heard).toEqual([]);
  });
});

describe("acknowledgements", () => {
  it("go to the id that asked", () => {
    const { acks, connect } = start();
    const { session } = connect();
    session.receive('25["a","~1"]');
    acks[0]?.("yes");
    acks[0]?.("again");
    expect(session.take()).toEqual(['35["yes"]']);
  });

  it("are repeated under the id of the repeat, to an event that is handled once", () => {
    const { heard, acks, connect } = start();
    const first = connect();
    const bytes = Buffer.from([1, 2]);
    first.session.receive('25["a",1,"~1"]');
    acks[0]?.("yes", bytes);
    bytes[0] = 9;
    first.session.end("transport close");
    const { session } = connect();
    session.receive('20["a",1,"~1"]');
    const [text, attachment] = session.take();
    expect(text).toBe('61-0["yes",{"_placeholder":true,"num":0}]');
    expect([...(attachment as Uint8Array)]).toEqual([1, 2]);
    expect(heard).toEqual([[1]]);
  });

  it("that come late go to the id that asked last", () => {
    const { acks, connect } = start();
    const first = connect();
    first.session.receive('25["a","~1"]', '26["a","~2"]');
    first.session.end("transport close");
    const { session } = connect();
    // Answered before the repeat comes, and after.
    acks[0]?.("one");
    expect(session.take()).toEqual([]);
    session.receive('20["a","~1"]', '21["a","~2"]');
    acks[1]?.("two");
    expect(session.take()).toEqual(['30["one"]', '31["two"]']);
  });

  it("of a client that is away are stored", () => {
    const { acks, connect } = start();
    const first = connect();
    first.session.receive('25["a","~1"]');
    first.session.end("transport close");
    acks[0]?.("late");
    const { session } = connect();
    session.receive('29["a","~1"]');
    expect(session.take()).toEqual(['39["late"]']);
  });

  it("that are not stored any more are told to be gone", () => {
    const { acks, connect } = start({ maxStoredAcks: 1 });
    const { session } = connect();
    session.receive('20["a","~1"]', '21["a","~2"]');
    for (const ack of acks) ack("yes");
    session.take();
    session.receive('22["a","~1"]', '23["a","~2"]');
    expect(session.take()).toEqual(['2["~gone",2]', '33["yes"]']);
  });

  it("of the producers that are away make room for those of the others", () => {
    const { acks, connect } = start({ maxStoredBytes: 150 });
    const alice = connect(ALICE);
    alice.session.receive('20["a","~1"]');
    acks[0]?.("yes");
    alice.session.end("transport close");
    const bob = connect(BOB);
    bob.session.receive('20["a","~1"]', '21["a","~2"]', '22["a","~3"]');
    acks[1]?.("one");
    acks[2]?.("two");
    expect(connect(ALICE).agreed.seq).toBe(0);
    // Nobody is left to make room but Bob himself.
    acks[3]?.("three");
    bob.session.take();
    bob.session.receive('23["a","~1"]', '24["a","~2"]', '25["a","~3"]');
    expect(bob.session.take()).toEqual(['2["~gone",3]', '34["two"]', '35["three"]']);
  });

  it("that the program owes without end still reach the connection that asked", () => {
    const { acks, connect } = start({ maxStoredAcks: 2 });
    const { session } = connect();
    session.receive('20["a","~1"]', '21["a","~2"]', '22["a","~3"]');
    for (const ack of acks) ack();
    expect(session.take()).toEqual(["30[]", "31[]", "32[]"]);
  });

  it("with a blob are stored when it was read", async () => {
    const { acks, connect } = start();
    const first = connect();
    first.session.receive('20["a","~1"]');
    acks[0]?.(new Blob([new Uint8Array([7])]));
    // While it is read, it counts as awaited.
    first.session.receive('21["a","~1"]');
    await expect.poll(() => first.session.outgoing.length).toBe(1);
    expect(first.session.take()[0]).toBe('61-1[{"_placeholder":true,"num":0}]');
    first.session.receive('22["a","~1"]');
    const [text, attachment] = first.session.take();
    expect(text).toBe('61-2[{"_placeholder":true,"num":0}]');
    expect([...(attachment as Uint8Array)]).toEqual([7]);
  });

  it("tell how far the events were taken, and progress tells the rest", () => {
    const { server, acks, connect } = start();
    const { session } = connect();
    session.receive('20["a","~1"]');
    acks[0]?.();
    session.take();
    server.clock.advance(1_000);
    expect(session.take()).toEqual([]);
    session.receive('2["a","~2"]');
    server.clock.advance(1_000);
    expect(session.take()).toEqual(['2["~ack",2]']);
    session.receive('2["a","~3"]');
    session.end("transport close");
    expect(server.clock.pending).toBe(0);
  });
});

describe("a connection that is recovered", () => {
  it("has the same socket, and goes on with its numbers and its acknowledgements", () => {
    const { server, heard, acks } = start({ connectionStateRecovery: {} });
    const open = (more: object) => {
      const session = server.open();
      session.receive(connectPacket(ALICE, more));
      const answer = session.take().find((packet) => String(packet).startsWith("0"));
      return { session, answer: JSON.parse(String(answer).slice(1)) };
    };
    const first = open({});
    first.session.receive('20["a",1,"~1"]', '2["a",2,"~2"]');
    // The loss of the first connection is not noticed yet.
    const second = open({ pid: first.answer.pid });
    expect(first.session.closed).toBe(true);
    expect(second.answer.sid).toBe(first.answer.sid);
    expect(second.answer["~rt"]).toEqual({ ...first.answer["~rt"], seq: 2 });
    expect(server.sockets.sockets.get(second.answer.sid)?.recovered).toBe(true);
    second.session.receive('25["a",1,"~1"]', '2["a",3,"~3"]');
    acks[0]?.("yes");
    expect(second.session.take()).toEqual(['35["yes"]']);
    expect(heard).toEqual([[1], [2], [3]]);
  });
});

describe("credentials", () => {
  const refreshing = (hook: (auth: Record<string, unknown>) => void | Promise<void>) => {
    const server = new TestServer();
    server.onRefreshAuth((_socket, auth) => hook(auth));
    const session = server.open();
    session.receive(connectPacket(ALICE, { token: 1 }));
    const [answer] = session.take();
    const [socket] = server.sockets.sockets.values();
    if (socket === undefined) throw new Error("no socket");
    return { server, session, socket, answer };
  };

  it("are refreshed", () => {
    const asked: unknown[] = [];
    const { session, socket, answer } = refreshing((auth) => void asked.push(auth));
    expect(answer).toContain('"auth":true');
    const { time } = socket.handshake;
    session.receive('27["~auth",{"token":2,"~rt":1}]');
    expect(session.take()).toEqual(["37[null]"]);
    expect(asked).toEqual([{ token: 2 }]);
    expect(socket.handshake).toMatchObject({ auth: { token: 2 }, time });
  });

  it("are refused", async () => {
    const { session, socket } = refreshing((auth) => {
      const error = Object.assign(new Error("expired"), { data: { since: 3 } });
      if (auth.later === true) return Promise.reject(error);
      throw error;
    });
    session.receive('20["~auth",{}]');
    expect(session.take()).toEqual(['30[{"message":"expired","data":{"since":3}}]']);
    session.receive('21["~auth",{"later":true}]');
    await Promise.resolve();
    await Promise.resolve();
    expect(session.take()).toEqual(['31[{"message":"expired","data":{"since":3}}]']);
    expect(socket.handshake.auth).toEqual({ token: 1 });
  });

  it("are checked one at a time, and not for ever", () => {
    const { server, session } = refreshing(() => new Promise(() => {}));
    session.receive('20["~auth",{}]', '21["~auth",{}]');
    expect(session.take()).toEqual([
      '31[{"message":"The credentials before these are still being checked."}]',
    ]);
    server.clock.advance(30_000);
    expect(session.take()).toEqual(['30[{"message":"The credentials were not checked in time."}]']);
    session.receive('22["~auth",{}]');
    expect(session.take()).toEqual([]);
    session.end("transport close");
    server.clock.advance(30_000);
  });

  it("are refused where nobody checks them", () => {
    const { connect } = start();
    const { session } = connect();
    session.receive('20["~auth",{}]');
    expect(session.take()).toEqual(['30[{"message":"This server does not refresh credentials."}]']);
  });

  it("are asked for of the children of a namespace, too", () => {
    const server = new TestServer();
    const asked: unknown[] = [];
    server.of(/^\/room-/).onRefreshAuth((socket) => void asked.push(socket.nsp.name));
    const session = server.open();
    session.receive(connectPacket(ALICE, {}, "/room-1,"), '2/room-1,0["~auth",{}]');
    expect(asked).toEqual(["/room-1"]);
  });

  it.each(['2["~auth",{}]', '20["~auth"]', '20["~auth",[]]', '20["~auth",null]', '20["~other",{}]'])(
    "and nothing else are what a client may say under a reserved name: %s",
    (packet) => {
      const { session } = refreshing(() => {});
      session.receive(packet);
      expect(session.closed).toBe(true);
    },
  );
});
