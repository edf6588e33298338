import { describe, expect, it } from "vitest";
import type { Socket } from "../../src/server/socket.ts";
import { TestServer } from "./support.ts";

const recorded = (server: TestServer, namespace = "/") => {
  const heard: unknown[] = [];
  server.of(namespace).on("connection", (socket: Socket) => {
    heard.push(["connection", socket.id]);
    socket.onAny((...args) => heard.push(args));
    socket.on("disconnect", (reason, description) => heard.push(["disconnect", reason, description]));
  });
  return heard;
};

describe("CONNECT", () => {
  it("is answered with the id of the socket", () => {
    const server = new TestServer();
    const heard = recorded(server);
    const session = server.open();
    session.receive("0");
    expect(session.take()).toEqual(['0{"sid":"socket1"}']);
    expect(heard).toEqual([["connection", "socket1"]]);
    expect([...server.sockets.sockets.keys()]).toEqual(["socket1"]);
  });

  it("opens several namespaces, each with a socket of its own", () => {
    const server = new TestServer();
    server.of("/admin");
    const session = server.open();
    session.receive("0", "0/admin,");
    expect(session.take()).toEqual(['0{"sid":"socket1"}', '0/admin,{"sid":"socket2"}']);
  });

  it("refuses a namespace that is not there, exactly by name", () => {
    const server = new TestServer();
    server.of("admin");
    const session = server.open();
    session.receive("0/other,", "0/admin?x=1,");
    expect(session.take()).toEqual([
      '4/other,{"message":"Invalid namespace"}',
      '4/admin?x=1,{"message":"Invalid namespace"}',
    ]);
    expect(session.closed).toBe(false);
  });

  it("runs the middleware in order, with the credentials", () => {
    const server = new TestServer();
    const heard: unknown[] = [];
    server.use((socket, next) => {
      heard.push(socket.handshake.auth, socket.connected);
      next();
    });
    server.use((_socket, next) => {
      heard.push("second");
      next();
    });
    server.on("connection", (socket) => heard.push(socket.connected));
    server.open().receive('0{"token":"abc"}');
    expect(heard).toEqual([{ token: "abc" }, false, "second", true]);
  });

  it("tells the client why middleware refused it, and lets it try again", () => {
    const server = new TestServer();
    server.use((socket, next) => {
      if (socket.handshake.auth.token === "abc") next();
      else next(Object.assign(new Error("not authorized"), { data: { retry: true } }));
    });
    server.use((_socket, next) => next());
    const heard = recorded(server);
    const session = server.open();
    session.receive("0");
    expect(session.take()).toEqual(['4{"message":"not authorized","data":{"retry":true}}']);
    expect(heard).toEqual([]);
    session.receive('0{"token":"abc"}');
    expect(session.take()).toEqual(['0{"sid":"socket2"}']);
  });

  it("takes the place of one before it that was not answered yet", () => {
    const server = new TestServer();
    const heard = recorded(server);
    const answers: (() => void)[] = [];
    server.use((_socket, next) => answers.push(next));
    const session = server.open();
    session.receive('0{"n":1}', '0{"n":2}');
    answers[1]?.();
    answers[0]?.();
    expect(session.take()).toEqual(['0{"sid":"socket2"}']);
    expect(heard).toEqual([["connection", "socket2"]]);
    expect([...server.sockets.sockets.values()].map(({ handshake }) => handshake.auth)).toEqual([{ n: 2 }]);
  });

  it("takes the place of one before it whose name the application still thinks about", () => {
    const server = new TestServer();
    const answers: ((error: null, allow: boolean) => void)[] = [];
    const asked: unknown[] = [];
    server.of((_name, auth, done) => {
      asked.push(auth);
      answers.push(done);
    });
    const session = server.open();
    session.receive('0/x,{"n":1}', '0/x,{"n":2}');
    answers[0]?.(null, true);
    expect(session.take()).toEqual([]);
    answers[1]?.(null, true);
    expect(session.take()).toEqual(['0/x,{"sid":"socket1"}']);
    expect([...server.of("/x").sockets.values()].map(({ handshake }) => handshake.auth)).toEqual([{ n: 2 }]);
    expect(asked).toHaveLength(2);
  });

  it("waits for the application with 999 others, and no more", () => {
    const server = new TestServer();
    const answers: ((error: null, allow: boolean) => void)[] = [];
    server.of((_name, _auth, done) => answers.push(done));
    const [patient, hasty] = [server.open(), server.open()];
    const ask = (count: number) => Array.from({ length: count }, (_, index) => `0/x${index},`);
    patient.receive(...ask(1_000));
    answers[0]?.(null, false);
    patient.receive("0/y,");
    expect([patient.closed, answers.length]).toEqual([false, 1_001]);
    hasty.receive(...ask(1_001));
    expect([hasty.closed, answers.length]).toEqual([true, 2_001]);
  });

  it("takes the place of one before it whose answer is on its way", () => {
    const server = new TestServer();
    const heard = recorded(server);
    const session = server.open();
    session.receive("0", "0", '2["a"]');
    expect(session.take()).toEqual(['0{"sid":"socket1"}', '0{"sid":"socket2"}']);
    expect(heard).toEqual([
      ["connection", "socket1"],
      ["disconnect", "client namespace disconnect", undefined],
      ["connection", "socket2"],
      ["a"],
    ]);
  });

  it("may be taken back again after a while", () => {
    const server = new TestServer();
    const session = server.open();
    for (let i = 0; i < 100; i += 1) {
      session.receive("0");
      server.clock.advance(1000);
    }
    expect(session.closed).toBe(false);
  });

  it("finds no connection where a listener of the socket before it has ended that", () => {
    const server = new TestServer();
    const heard = recorded(server);
    server.on("connection", (socket) => socket.on("disconnect", () => socket.conn.close()));
    const session = server.open();
    session.receive("0", "0");
    expect(heard.map((each) => (each as string[])[0])).toEqual(["connection", "disconnect"]);
    expect(server.sockets.sockets.size).toBe(0);
  });

  it("takes the first answer of a middleware, and none after the client has gone", () => {
    const server = new TestServer();
    const heard = recorded(server);
    const answers: ((error?: Error) => void)[] = [];
    server.use((socket, next) => {
      socket.join("lobby");
      answers.push(next);
    });
    const [patient, left, closed] = [server.open(), server.open(), server.open()];
    for (const session of [patient, left, closed]) session.receive("0");
    left.receive("1");
    closed.end("transport close");
    for (const answer of answers) {
      answer();
      answer(new Error("too late"));
    }
    expect(patient.take()).toEqual(['0{"sid":"socket1"}']);
    expect([...left.take(), ...closed.take()]).toEqual([]);
    expect(heard).toEqual([["connection", "socket1"]]);
    expect([...server.sockets.adapter.rooms.keys()]).toEqual(["lobby", "socket1"]);
  });
});

describe("disconnection", () => {
  it.each(["transport close", "transport error", "ping timeout", "parse error"] as const)(
    "has the reason %s of the session",
    (reason) => {
      const server = new TestServer();
      const heard = recorded(server);
      server.join().end(reason, "why");
      expect(heard.at(-1)).toEqual(["disconnect", reason, "why"]);
      expect(server.sockets.sockets.size).toBe(0);
      expect(server.clock.pending).toBe(0);
    },
  );

  it("is asked for by the client", () => {
    const server = new TestServer();
    const heard = recorded(server);
    const session = server.join();
    session.receive("1");
    expect(heard.at(-1)).toEqual(["disconnect", "client namespace disconnect", undefined]);
    expect(session.closed).toBe(false);
    session.receive("0");
    expect(session.take()).toEqual(['0{"sid":"socket2"}']);
  });

  it("is asked for by the server, whom the client's last words still reach", () => {
    const server = new TestServer();
    const heard = recorded(server);
    const session = server.join();
    server.disconnectSockets();
    expect(session.take()).toEqual(["1"]);
    expect(heard.at(-1)).toEqual(["disconnect", "server namespace disconnect", undefined]);
    session.receive('2["on its way"]', '20["this too"]', "1");
    expect(session.closed).toBe(false);
    expect(heard.at(-1)).toEqual(["disconnect", "server namespace disconnect", undefined]);
    session.receive("0");
    expect(session.take()).toEqual(['0{"sid":"socket2"}']);
  });

  it("closes the connection with all its sockets when it is told to", () => {
    const server = new TestServer();
    const heard = [...[recorded(server), recorded(server, "/admin")]];
    const session = server.join("/", "/admin");
    for (const socket of server.sockets.sockets.values()) socket.disconnect(true);
    expect(session.take()).toEqual(["1", "1/admin,"]);
    expect(session.closed).toBe(true);
    for (const each of heard) {
      expect(each.at(-1)).toEqual(["disconnect", "server namespace disconnect", undefined]);
    }
  });

  it("comes to all when the server shuts down", () => {
    const server = new TestServer();
    const heard = recorded(server);
    const session = server.join();
    server.shutDown();
    expect(session.closed).toBe(true);
    expect(heard.at(-1)).toEqual(["disconnect", "server shutting down", undefined]);
    expect(server.clock.pending).toBe(0);
  });
});

describe("a listener that throws", () => {
  it("surfaces later, and harms nobody", () => {
    const server = new TestServer();
    server.on("connection", (socket) => {
      socket.on("boom", () => {
        throw new Error("boom");
      });
      socket.on("disconnect", () => {
        throw new Error("bye");
      });
      socket.on("echo", (text) => socket.emit("echo", text));
    });
    const [first, second] = [server.join(), server.join()];
    first.receive('2["boom"]', '2["echo",1]');
    expect(first.take()).toEqual(['2["echo",1]']);
    expect(() => server.clock.advance(0)).toThrow("boom");
    server.shutDown();
    expect([first.closed, second.closed]).toEqual([true, true]);
    expect(() => server.clock.advance(0)).toThrow("bye");
    expect(() => server.clock.advance(0)).toThrow("bye");
  });

  it("is opened all the same when the listener of connection throws", () => {
    const server = new TestServer();
    server.on("connection", () => {
      throw new Error("boom");
    });
    const session = server.open();
    session.receive("0");
    expect(session.take()).toEqual(['0{"sid":"socket1"}']);
    expect(() => server.clock.advance(0)).toThrow("boom");
  });
});

describe("attacks", () => {
  const closes = (...messages: (string | Uint8Array)[]) => {
    const server = new TestServer();
    server.of("/x");
    const heard = recorded(server);
    const session = server.join();
    const other = server.join();
    session.receive(...messages);
    expect(session.closed).toBe(true);
    expect(heard.filter((entry) => Array.isArray(entry) && entry[1] === "parse error")).toHaveLength(1);
    expect(other.closed).toBe(false);
    expect(session.take()).toEqual([]);
    expect(server.sockets.sockets.size).toBe(1);
  };

  it("S-1: one CONNECT after the other closes, and there is never more than one socket", () => {
    const server = new TestServer();
    const heard = recorded(server);
    const session = server.open();
    const most: number[] = [];
    server.on("connection", () => most.push(server.sockets.sockets.size));
    for (let i = 0; i < 100; i += 1) session.receive("0");
    expect(session.closed).toBe(true);
    expect(most).toEqual(Array(17).fill(1));
    expect(heard.at(-1)).toEqual(["disconnect", "parse error", "CONNECT after CONNECT for one namespace"]);
  });

  it.each([
    ["CONNECT", ["0"]],
    ["DISCONNECT and CONNECT", ["1", "0"]],
  ])("S-1: one %s after the other closes during the middleware, too", (_name, again) => {
    const server = new TestServer();
    let asked = 0;
    server.use(() => {
      asked += 1;
    });
    const session = server.open();
    session.receive("0");
    for (let i = 0; i < 100; i += 1) session.receive(...again);
    expect(session.closed).toBe(true);
    expect(asked).toBe(17);
  });

  it("S-1: no CONNECT closes after connectTimeout", () => {
    const server = new TestServer();
    const [silent, refused, joined] = [server.open(), server.open(), server.join()];
    refused.receive("0/nowhere,");
    server.clock.advance(44_999);
    expect(silent.closed).toBe(false);
    server.clock.advance(1);
    expect([silent.closed, refused.closed, joined.closed]).toEqual([true, true, false]);
    const quick = new TestServer({ connectTimeout: 10 });
    const session = quick.open();
    quick.clock.advance(10);
    expect(session.closed).toBe(true);
  });

  it("S-2: a malformed packet closes", () => closes("2[]"));

  it("S-3: names of prototypes are plain names", () => {
    const server = new TestServer();
    const heard = recorded(server);
    const session = server.join();
    for (const name of ["error", "__proto__", "constructor", "hasOwnProperty"])
      session.receive(`2["${name}"]`);
    expect(heard.slice(1)).toEqual([["error"], ["__proto__"], ["constructor"], ["hasOwnProperty"]]);
    expect(session.closed).toBe(false);
  });

  it("S-5: attachments that do not come close after 10 seconds", () => {
    const server = new TestServer();
    const session = server.join();
    const header = '51-["a",{"_placeholder":true,"num":0}]';
    session.receive(header);
    server.clock.advance(6_000);
    session.receive(new Uint8Array(1), header);
    server.clock.advance(6_000);
    expect(session.closed).toBe(false);
    session.receive(new Uint8Array(1));
    expect(server.clock.pending).toBe(1);
    server.clock.advance(60_000);
    expect(session.closed).toBe(false);
    expect(server.clock.pending).toBe(0);
    session.receive(header);
    server.clock.advance(9_999);
    expect(session.closed).toBe(false);
    server.clock.advance(1);
    expect(session.closed).toBe(true);
  });

  it("S-5: binary without a header closes", () => closes(new Uint8Array(1)));

  it("S-7: the sum of attachments is held to maxHttpBufferSize", () => {
    const server = new TestServer({ maxHttpBufferSize: 10 });
    const session = server.join();
    session.receive('51-["a",{"_placeholder":true,"num":0}]', new Uint8Array(10));
    expect(session.closed).toBe(false);
    session.receive('51-["a",{"_placeholder":true,"num":0}]', new Uint8Array(11));
    expect(session.closed).toBe(true);
  });

  it("S-10: an acknowledgement is heard once, in its time, on its namespace", () => {
    const server = new TestServer();
    const answers: unknown[] = [];
    server.of("/x");
    const session = server.join("/", "/x");
    for (const socket of server.sockets.sockets.values()) {
      socket.emit("ask", (answer: unknown) => answers.push(answer));
      socket.timeout(5).emit("ask", (error: Error | null) => answers.push(error?.message));
    }
    session.receive("3/x,0[1]", "30[2]", "30[3]");
    server.clock.advance(5);
    session.receive("31[4]");
    expect(answers).toEqual([2, "operation has timed out"]);
    expect(session.closed).toBe(false);
  });

  it("S-10: a hundred acknowledgements that nobody asked for are ignored, one more closes", () => {
    const server = new TestServer();
    const session = server.join();
    for (let count = 0; count < 100; count += 1) session.receive('3999["x"]');
    expect(session.closed).toBe(false);
    session.receive('3999["x"]');
    expect(session.closed).toBe(true);
  });

  it.each(['2/x,["a"]', '2/nowhere,["a"]', "1/x,", "3/x,0[]", '4{"message":"x"}', "7"])(
    "S-11: %s closes",
    (message) => closes(message),
  );

  it("S-11: an event before CONNECT closes, during the middleware too", () => {
    const server = new TestServer();
    server.use(() => {});
    const [early, hasty] = [server.open(), server.open()];
    early.receive('2["a"]');
    hasty.receive("0", '2["a"]');
    expect([early.closed, hasty.closed]).toEqual([true, true]);
  });

  it("hears nothing after the close", () => {
    const server = new TestServer();
    const heard = recorded(server);
    const session = server.join();
    session.receive("9", '2["late"]', "0");
    expect(heard).toHaveLength(2);
  });
});
