import { describe, expect, it } from "vitest";
import type { Socket } from "../../src/server/socket.ts";
import { type FakeSession, TestServer } from "./support.ts";

/** Four sockets a, b, c, d; a and b are in room 1, b and c in room 2. */
const four = () => {
  const server = new TestServer();
  const sessions: Record<string, FakeSession> = {};
  const sockets: Record<string, Socket> = {};
  for (const name of ["a", "b", "c", "d"]) {
    server.once("connection", (socket: Socket) => {
      sockets[name] = socket;
    });
    sessions[name] = server.join();
  }
  sockets.a?.join("1");
  sockets.b?.join(["1", "2"]);
  sockets.c?.join("2");
  /** Who heard something since the last look, and how often. */
  const heard = () =>
    Object.entries(sessions)
      .map(([name, session]) => name.repeat(session.take().length))
      .join("");
  const { a, b, c, d } = sockets;
  if (!(a && b && c && d)) throw new Error("a socket is missing");
  return { server, sessions, heard, a, b, c, d };
};

describe("a broadcast", () => {
  it("reaches whom it selects, once", () => {
    const { server, heard, a, b } = four();
    const cases: [string, () => unknown][] = [
      ["abcd", () => server.emit("e")],
      ["abcd", () => server.send("text").write("")],
      ["ab", () => server.to("1").emit("e")],
      ["bc", () => server.in("2").emit("e")],
      ["abc", () => server.to("1").to("2").emit("e")],
      ["abc", () => server.to(["1", "2"]).emit("e")],
      ["cd", () => server.except("1").emit("e")],
      ["d", () => server.except(["1", "2"]).emit("e")],
      ["a", () => server.to("1").except("2").emit("e")],
      ["", () => server.to("nowhere").emit("e")],
      ["b", () => server.to(["nowhere", b.id]).emit("e")],
      ["bcd", () => a.broadcast.emit("e")],
      ["b", () => a.to("1").emit("e")],
      ["bc", () => a.in(["1", "2"]).emit("e")],
      ["d", () => b.except(["1", "2"]).emit("e")],
      ["c", () => a.to(["1", "2"]).except("1").emit("e")],
      ["bcd", () => a.local.emit("e")],
      ["abcd", () => server.local.compress(true).emit("e")],
      ["abcd", () => server.compress(true).local.emit("e")],
    ];
    const results = cases.map(([, act]) => {
      act();
      return heard();
    });
    // send and write are two events.
    expect(results).toEqual(cases.map(([whom], index) => (index === 1 ? "aabbccdd" : whom)));
  });

  it("is encoded once: all sessions get the same object", () => {
    const { server, sessions } = four();
    server.to(["1", "2"]).emit("e", new Uint8Array([1]));
    const outgoing = ["a", "b", "c"].map((name) => sessions[name]?.outgoing[0]);
    expect(outgoing[0]?.data).toBe('51-["e",{"_placeholder":true,"num":0}]');
    expect(new Set(outgoing).size).toBe(1);
  });

  it("does not change the operator that it came from", () => {
    const { server, heard } = four();
    const one = server.to("1");
    one.to("2");
    one.except("2");
    one.emit("e");
    expect(heard()).toBe("ab");
  });

  it("leaves out those who are not ready when it is volatile", () => {
    const { server, sessions, heard, b } = four();
    for (const name of ["a", "c"]) {
      const session = sessions[name];
      if (session !== undefined) session.writable = false;
    }
    server.volatile.emit("e");
    expect(heard()).toBe("bd");
    b.volatile.broadcast.emit("e");
    expect(heard()).toBe("d");
    b.broadcast.emit("e");
    expect(heard()).toBe("acd");
  });

  it("stays in its namespace", () => {
    const server = new TestServer();
    server.of("/x");
    const session = server.join("/", "/x");
    server.of("/x").emit("e");
    server.emit("e");
    server.of("/x").to("nowhere").emit("e");
    expect(session.take()).toEqual(['2/x,["e"]', '2["e"]']);
  });

  it("does not reach a socket that its middleware has not let in", () => {
    const server = new TestServer();
    server.use((socket) => socket.join("1"));
    const session = server.open();
    session.receive("0");
    server.to("1").emit("e");
    expect(session.take()).toEqual([]);
  });

  it("goes on when a listener of outgoing events throws", () => {
    const { server, heard, a } = four();
    a.onAnyOutgoing(() => {
      throw new Error("boom");
    });
    server.emit("e");
    expect(heard()).toBe("abcd");
    expect(() => server.clock.advance(0)).toThrow("boom");
  });
});

describe("a broadcast with acknowledgements", () => {
  it("collects the answers", async () => {
    const { server, sessions } = four();
    const heard: unknown[] = [];
    server
      .to("1")
      .timeout(100)
      .emit("ask", (...args: unknown[]) => heard.push(args));
    const promise = server.to("2").timeout(100).emitWithAck("ask");
    expect(sessions.a?.take()).toEqual(['20["ask"]']);
    expect(sessions.b?.take()).toEqual(['20["ask"]', '21["ask"]']);
    sessions.a?.receive('30["a"]');
    expect(heard).toEqual([]);
    sessions.b?.receive('30["b"]', '30["again"]', '31["b"]');
    sessions.c?.receive('31["c"]');
    expect(heard).toEqual([[null, ["a", "b"]]]);
    expect(await promise).toEqual(["b", "c"]);
    expect(server.clock.pending).toBe(0);
  });

  it("fails with those that came when the time is over", async () => {
    const { server, sessions } = four();
    const heard: unknown[] = [];
    const ask = server.to("1").timeout(100);
    ask.emit("ask", (error: Error, answers: unknown[]) => heard.push(error.message, answers));
    const promise = ask.emitWithAck("ask");
    sessions.a?.receive('30["a"]', '31["a"]');
    sessions.b?.end("transport close");
    server.clock.advance(100);
    sessions.a?.receive('30["late"]');
    expect(heard).toEqual(["operation has timed out", ["a"]]);
    await expect(promise).rejects.toMatchObject({ message: "operation has timed out", responses: ["a"] });
  });

  it("is deaf to an answer that comes late", () => {
    const { server, sessions } = four();
    const heard: unknown[] = [];
    server
      .to("2")
      .timeout(100)
      .emit("ask", (error: Error | null, answers: unknown[]) => heard.push([error?.message, [...answers]]));
    sessions.b?.receive('30["b"]');
    server.clock.advance(100);
    sessions.c?.receive('30["c"]');
    expect(heard).toEqual([["operation has timed out", ["b"]]]);
  });

  it("to nobody is answered by nobody, but not at once", () => {
    const { server } = four();
    const heard: unknown[] = [];
    server
      .to("nowhere")
      .timeout(100)
      .emit("ask", (...args: unknown[]) => heard.push(args));
    expect(heard).toEqual([]);
    server.clock.advance(0);
    expect(heard).toEqual([[null, []]]);
  });

  it("needs a time limit", async () => {
    const { server, heard } = four();
    const code = { code: "BARO_STATE" };
    expect(() => server.emit("ask", () => {})).toThrow(expect.objectContaining(code));
    await expect(server.to("1").emitWithAck("ask")).rejects.toMatchObject(code);
    await expect(server.emitWithAck("ask")).rejects.toMatchObject(code);
    expect(heard()).toBe("");
    expect(() => server.timeout(Number.NaN)).toThrow(expect.objectContaining({ code: "BARO_OPTION" }));
  });
});

describe("acts on the selected sockets", () => {
  it("fetch", async () => {
    const { server, a, b, c } = four();
    expect(await server.in("1").fetchSockets()).toEqual([a, b]);
    expect(await server.in(["1", "2"]).except(a.id).fetchSockets()).toEqual([b, c]);
    expect(await server.fetchSockets()).toHaveLength(4);
  });

  it("join and leave", () => {
    const { server, heard } = four();
    server.in("1").socketsJoin(["3", "4"]);
    server.to("3").emit("e");
    server.to("4").emit("e");
    expect(heard()).toBe("aabb");
    server.in("2").socketsLeave(["3", "4"]);
    server.to(["3", "4"]).emit("e");
    expect(heard()).toBe("a");
    server.socketsJoin("all");
    server.socketsLeave("3");
    server.to("all").except("3").emit("e");
    expect(heard()).toBe("abcd");
  });

  it("disconnect", () => {
    const { server, sessions } = four();
    server.in("1").disconnectSockets();
    expect(sessions.a?.take()).toEqual(["1"]);
    expect(sessions.a?.closed).toBe(false);
    server.disconnectSockets(true);
    server.clock.advance(1_000);
    expect([sessions.a?.closed, sessions.c?.closed, sessions.d?.closed]).toEqual([false, true, true]);
    expect(server.sockets.sockets.size).toBe(0);
  });
});
