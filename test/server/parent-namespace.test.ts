import { describe, expect, it } from "vitest";
import type { NamespaceMatcher } from "../../src/server/parent-namespace.ts";
import { TestServer } from "./support.ts";

const INVALID = (name: string) => `4${name},{"message":"Invalid namespace"}`;

describe("a parent namespace", () => {
  it("makes the namespaces that its pattern matches, with its listeners and its middleware", () => {
    const server = new TestServer();
    const heard: unknown[] = [];
    server.on("new_namespace", ({ name }) => heard.push(name));
    const parent = server.of(/^\/room-\d+$/g);
    parent.use((socket, next) => {
      socket.data.seen = true;
      next();
    });
    parent.on("connection", (socket) => heard.push([socket.nsp.name, socket.data.seen]));
    server.join("/room-1");
    server.join("/room-1");
    server.join("/room-2");
    expect(heard).toEqual(["/room-1", ["/room-1", true], ["/room-1", true], "/room-2", ["/room-2", true]]);
    const other = server.open();
    other.receive("0/room-x,");
    expect(other.take()).toEqual([INVALID("/room-x")]);
  });

  it("adopts a namespace that the server itself names", () => {
    const server = new TestServer();
    const heard: string[] = [];
    server.of(/^\/room-/, (socket) => heard.push(socket.nsp.name));
    const child = server.of("/room-1");
    expect(server.of("/room-1")).toBe(child);
    server.join("/room-1");
    expect(heard).toEqual(["/room-1"]);
    expect([...child.sockets.keys()]).toEqual(["socket1"]);
  });

  it("asks a function, which sees the credentials and may take its time", () => {
    const server = new TestServer();
    const asked: unknown[] = [];
    let answer: Parameters<NamespaceMatcher>[2] = () => {};
    server.of((name, auth, done) => {
      asked.push([name, auth]);
      answer = done;
    });
    const session = server.open();
    session.receive('0/x,{"token":1}');
    expect([asked, session.take()]).toEqual([[["/x", { token: 1 }]], []]);
    answer(null, true);
    answer(new Error("twice"), false);
    expect(session.take()).toEqual(['0/x,{"sid":"socket1"}']);
    expect(server.of("/x").sockets.size).toBe(1);
  });

  it.each<[string, Parameters<NamespaceMatcher>[0] | Error | null, boolean]>([
    ["by false", null, false],
    ["by an error", new Error("no"), true],
  ])("refuses %s, and then the next parent decides", (_, error, allow) => {
    const server = new TestServer();
    server.of((_name, _auth, done) => done(error as Error | null, allow));
    server.of("/static");
    const refused = server.open();
    refused.receive("0/x,");
    expect(refused.take()).toEqual([INVALID("/x")]);
    server.of(/x/);
    refused.receive("0/x,");
    expect(refused.take()).toEqual(['0/x,{"sid":"socket1"}']);
  });

  it("opens nothing for a client that is gone, or that has thought better of it", () => {
    const server = new TestServer();
    const answers: Parameters<NamespaceMatcher>[2][] = [];
    server.of((_name, _auth, done) => answers.push(done));
    const [gone, left] = [server.open(), server.open()];
    for (const session of [gone, left]) session.receive("0/x,");
    gone.end("transport close");
    left.receive("1/x,");
    for (const answer of answers) answer(null, true);
    expect([left.take(), server.of("/x").sockets.size]).toEqual([[], 0]);
  });

  it("closes a client that sends an event before it is answered", () => {
    const server = new TestServer();
    server.of(() => {});
    const session = server.open();
    session.receive("0/x,", '2/x,["e"]');
    expect(session.closed).toBe(true);
  });

  it("asks again for a client that connects again before it is answered", () => {
    const server = new TestServer();
    const answers: ((error: Error | null, allow: boolean) => void)[] = [];
    server.of((_name, _auth, next) => answers.push(next));
    const session = server.open();
    session.receive("0/x,", "0/x,");
    answers[0]?.(null, false);
    answers[1]?.(null, true);
    expect(session.closed).toBe(false);
    expect(session.take()).toEqual(['0/x,{"sid":"socket1"}']);
  });

  it("sends to all its children, with rooms and acknowledgements", async () => {
    const server = new TestServer();
    const parent = server.of(/^\/room-/);
    const [a, b] = [server.join("/room-1"), server.join("/room-2")];
    parent.emit("e");
    parent.to("socket2").emit("f");
    parent.except("socket2").emit("g");
    expect([a.take(), b.take()]).toEqual([
      ['2/room-1,["e"]', '2/room-1,["g"]'],
      ['2/room-2,["e"]', '2/room-2,["f"]'],
    ]);
    const answers = parent.timeout(10).emitWithAck("ask");
    a.receive("3/room-1,0[1]");
    b.receive("3/room-2,0[2]");
    expect(await answers).toEqual([1, 2]);
    for (const session of [a, b]) session.take();
    expect([...(await parent.allSockets())]).toEqual(["socket1", "socket2"]);
    parent.socketsJoin("r");
    expect([...server.of("/room-1").adapter.rooms.keys()]).toEqual(["socket1", "r"]);
    parent.disconnectSockets();
    expect([a.take(), b.take()]).toEqual([["1/room-1,"], ["1/room-2,"]]);
  });

  it("keeps a namespace that is empty, unless it is told not to", () => {
    const names = (cleanupEmptyChildNamespaces: boolean): unknown[] => {
      const server = new TestServer({ cleanupEmptyChildNamespaces });
      const made: string[] = [];
      server.on("new_namespace", ({ name }) => made.push(name));
      server.of(/^\/room-/).use((_socket, next) => next(made.length === 3 ? new Error("full") : undefined));
      const [a, b] = [server.join("/room-1"), server.join("/room-1")];
      a.end("transport close");
      server.join("/room-1").end("transport close");
      b.receive("1/room-1,");
      server.join("/room-1").end("transport close");
      server.open().receive("0/room-1,");
      server.open().receive("0/room-1,");
      return made;
    };
    expect(names(false)).toEqual(["/room-1"]);
    expect(names(true)).toEqual(["/room-1", "/room-1", "/room-1", "/room-1"]);
  });

  it("gives its children its rules for rooms, and its presence", () => {
    const server = new TestServer();
    const parent = server.of(/^\/room-\d+$/).publicRooms("open");
    parent.presence("open", { user: ({ id }) => ({ key: id }) });
    parent.on("connection", (socket) => socket.join("open"));
    const session = server.open();
    session.receive("0/room-1,");
    expect(session.take()[1]).toBe('2/room-1,["presence",{"room":"open","users":[{"key":"socket1"}]}]');
    const [socket] = server.of("/room-1").sockets.values();
    expect(socket && server.of("/room-1").mayListen(socket, "open")).toBe(true);
    expect(socket && server.of("/room-1").mayListen(socket, "other")).toBe(false);
  });

  it("S-9: ends the one that is empty for the longest where there would be too many, and refuses where none is", () => {
    const server = new TestServer({ maxChildNamespaces: 2 });
    const made: string[] = [];
    server.on("new_namespace", ({ name }) => made.push(name));
    server.of(/^\/room-/);
    server.of("/room-kept");
    const client = server.open();
    client.receive("0/room-1,", "0/room-2,");
    expect(client.take()).toEqual(['0/room-1,{"sid":"socket1"}', '4/room-2,{"message":"Invalid namespace"}']);
    client.receive("1/room-1,", "0/room-2,");
    expect(client.take()).toEqual(['0/room-2,{"sid":"socket2"}']);
    // It was left, and somebody came back.
    client.receive("1/room-2,", "0/room-2,", "0/room-3,");
    expect(client.take().at(-1)).toBe('4/room-3,{"message":"Invalid namespace"}');
    expect(made).toEqual(["/room-kept", "/room-1", "/room-2"]);
  });
});
