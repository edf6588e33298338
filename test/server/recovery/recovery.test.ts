import { describe, expect, it } from "vitest";
import { decodeToken, encodeToken } from "../../../src/history/token.ts";
import type { PolicyOptions } from "../../../src/server/options.ts";
import type { Socket } from "../../../src/server/socket.ts";
import { type FakeSession, TestServer } from "../support.ts";

type Options = NonNullable<PolicyOptions["connectionStateRecovery"]>;

/** A server of which all sockets that ever connected are known. */
function start(options: Options = {}): { server: TestServer; sockets: Socket[] } {
  const server = new TestServer({ connectionStateRecovery: options });
  const sockets: Socket[] = [];
  server.on("connection", (socket) => sockets.push(socket));
  return { server, sockets };
}

/** What a client knows of its session. */
interface Known {
  readonly sid: string;
  readonly pid: string;
}

function connect(
  server: TestServer,
  auth?: object,
): { session: FakeSession; packets: string[]; known: Known } {
  const session = server.open();
  session.receive(auth === undefined ? "0" : `0${JSON.stringify(auth)}`);
  const packets = session.take() as string[];
  const answer = packets.find((packet) => packet.startsWith("0"));
  return { session, packets, known: JSON.parse(answer?.slice(1) ?? "{}") };
}

/** The events among packets, without their positions; and the last position. */
function events(packets: readonly unknown[]): { heard: unknown[][]; offset: string | undefined } {
  const heard: unknown[][] = [];
  let offset: string | undefined;
  for (const packet of packets) {
    if (typeof packet !== "string" || !packet.startsWith("2")) continue;
    const data = JSON.parse(packet.slice(1)) as unknown[];
    offset = data.pop() as string;
    expect(decodeToken(offset)).toBeDefined();
    heard.push(data);
  }
  return { heard, offset };
}

const recovered = (sockets: readonly Socket[]): boolean | undefined => sockets.at(-1)?.recovered;

describe("connection state recovery", () => {
  it("is off unless it is asked for: no pid, no positions", () => {
    const server = new TestServer();
    const session = server.open();
    session.receive("0");
    server.emit("news", 1);
    expect(session.take()).toEqual(['0{"sid":"socket1"}', '2["news",1]']);
  });

  it("names the session, and the place of each event, the same for all", () => {
    const { server } = start();
    const [one, other] = [connect(server), connect(server)];
    expect(one.known.pid).not.toBe(other.known.pid);
    expect(one.known.pid).not.toBe(one.known.sid);
    server.emit("news", 1);
    const [first] = one.session.outgoing;
    expect(first).toBeDefined();
    expect(other.session.outgoing[0]).toBe(first);
    expect(first?.position).toBe(events([first?.data]).offset);
    expect(first?.isPositionLast).toBe(true);
  });

  it("gives what was missed before the answer, then the answer with the same names", () => {
    const { server, sockets } = start();
    const { session, known } = connect(server);
    sockets[0]?.join("room");
    server.emit("news", 1);
    const { offset } = events(session.take());
    session.end("transport close");
    server.to("room").emit("news", 2);
    sockets[0]?.emit("from the dead");
    server.emit("news", 3);
    const back = connect(server, { pid: known.pid, offset });
    expect(back.packets.map((packet) => packet[0])).toEqual(["2", "2", "0"]);
    expect(events(back.packets).heard).toEqual([
      ["news", 2],
      ["news", 3],
    ]);
    expect(back.known).toEqual(known);
    expect(recovered(sockets)).toBe(true);
  });

  it("evaluates exceptions and senders again", () => {
    const { server, sockets } = start();
    const { session, known } = connect(server);
    connect(server);
    sockets[0]?.join(["a", "b"]);
    sockets[0]?.broadcast.emit("own", 0);
    session.end("transport error");
    server.except("a").emit("not for a", 1);
    server.to(["a", "c"]).except("b").emit("not for b", 2);
    sockets[1]?.to("a").emit("of another", 3);
    sockets[1]?.join("b");
    sockets[1]?.broadcast.emit("of another", 4);
    server.except("c").emit("not for c", 5);
    const back = connect(server, { pid: known.pid });
    expect(events(back.packets).heard).toEqual([
      ["of another", 3],
      ["of another", 4],
      ["not for c", 5],
    ]);
  });

  it("leaves out what asks for an acknowledgement, and what may be dropped", async () => {
    const { server, sockets } = start();
    const { session, known } = connect(server);
    session.end("ping timeout");
    server.volatile.emit("volatile", 1);
    const answers = server.timeout(10).emitWithAck("asks", 1);
    server.clock.advance(10);
    await answers;
    server.emit("kept");
    expect(events(connect(server, { pid: known.pid }).packets).heard).toEqual([["kept"]]);
    expect(recovered(sockets)).toBe(true);
  });

  it("gives volatile text the place that the client has, and leaves all else as it is", () => {
    const { server, sockets } = start();
    const { session } = connect(server);
    server.emit("news");
    const { offset } = events(session.take());
    server.volatile.emit("status", 1, "text");
    server.volatile.emit("status");
    sockets[0]?.volatile.emit("status", "text");
    server.volatile.emit("status", 1);
    sockets[0]?.emit("asks", "text", () => {});
    expect(session.take()).toEqual([
      `2["status",1,"text","${offset}"]`,
      `2["status","${offset}"]`,
      `2["status","text","${offset}"]`,
      '2["status",1]',
      '20["asks","text"]',
    ]);
  });

  it("hides the position from those who listen to outgoing events", () => {
    const { server, sockets } = start();
    connect(server);
    const sent: unknown[] = [];
    sockets[0]?.onAnyOutgoing((...args) => sent.push(args));
    server.emit("news", 1);
    sockets[0]?.emit("news", 2);
    expect(sent).toEqual([
      ["news", 1],
      ["news", 2],
    ]);
  });

  it("gives nothing of before a room was joined, or after it was left", () => {
    const { server, sockets } = start();
    const { session, known } = connect(server);
    server.emit("first");
    const { offset } = events(session.take());
    const other = connect(server);
    sockets[1]?.join("room");
    server.to("room").emit("before");
    sockets[0]?.join("room");
    server.to("room").emit("within");
    sockets[0]?.leave("room");
    server.to("room").emit("after");
    sockets[0]?.join("room");
    other.session.end("transport close");
    session.end("transport close");
    server.to("room").emit("away");
    const back = connect(server, { pid: known.pid, offset });
    // "within" was sent while it was connected; it left the room later, so that it is not given again.
    expect(events(back.packets).heard).toEqual([["away"]]);
  });

  it("does to those who are away what is done to the rest", () => {
    const { server, sockets } = start();
    const [kicked, banned, added] = [connect(server), connect(server), connect(server)];
    for (const socket of sockets) socket.join("room");
    for (const { session } of [kicked, banned, added]) session.end("transport close");
    server.in(kicked.known.sid).socketsLeave("room");
    server.in(banned.known.sid).disconnectSockets();
    server.in(["room"]).except(kicked.known.sid).socketsJoin("more");
    server.to("room").emit("for the room");
    server.to("more").emit("for more");
    const back = (known: Known): unknown => events(connect(server, { pid: known.pid }).packets).heard;
    expect(back(kicked.known)).toEqual([]);
    expect(recovered(sockets)).toBe(true);
    expect(back(banned.known)).toEqual([]);
    expect(recovered(sockets)).toBe(false);
    expect(back(added.known)).toEqual([["for the room"], ["for more"]]);
    expect([...(sockets.at(-1)?.rooms ?? [])].sort()).toEqual([added.known.sid, "more", "room"].sort());
  });

  it("keeps what is for one client alone", () => {
    const { server, sockets } = start();
    const { session, known } = connect(server);
    connect(server);
    session.end("transport close");
    server.to(known.sid).emit("private", 1);
    sockets[1]?.to(known.sid).emit("private", 2);
    const { heard } = events(connect(server, { pid: known.pid }).packets);
    expect(heard).toEqual([
      ["private", 1],
      ["private", 2],
    ]);
  });

  it.each(["client namespace disconnect", "server namespace disconnect", "parse error"] as const)(
    "does not follow %s",
    (reason) => {
      const { server, sockets } = start();
      const { session, known } = connect(server);
      if (reason === "client namespace disconnect") session.receive("1");
      else if (reason === "server namespace disconnect") sockets[0]?.disconnect();
      else session.receive("garbage");
      expect(sockets[0]?.connected).toBe(false);
      expect(connect(server, { pid: known.pid }).known.pid).not.toBe(known.pid);
      expect(recovered(sockets)).toBe(false);
    },
  );

  it.each(["transport close", "transport error", "ping timeout", "forced close"] as const)(
    "follows %s",
    (reason) => {
      const { server, sockets } = start();
      const { session, known } = connect(server);
      session.end(reason);
      connect(server, { pid: known.pid });
      expect(recovered(sockets)).toBe(true);
    },
  );

  it("is over after maxDisconnectionDuration", () => {
    const { server, sockets } = start({ maxDisconnectionDuration: 1_000 });
    const [one, other] = [connect(server), connect(server)];
    one.session.end("transport close");
    server.clock.advance(1);
    other.session.end("transport close");
    server.clock.advance(999);
    connect(server, { pid: one.known.pid });
    expect(recovered(sockets)).toBe(false);
    connect(server, { pid: other.known.pid });
    expect(recovered(sockets)).toBe(true);
  });

  it("R-8: is there for a client that was idle for longer than anything is kept", () => {
    const { server, sockets } = start({ maxDisconnectionDuration: 1_000 });
    const [idle, busy, silent] = [connect(server), connect(server), connect(server)];
    sockets[0]?.join("quiet");
    server.to("quiet").emit("news", 0);
    const { offset } = events(idle.session.take());
    // What an idle client sends to others is not for itself.
    sockets[0]?.to("busy").emit("busy", 1);
    sockets[0]?.broadcast.emit("to others", 2);
    sockets[1]?.join(["busy", "soon over"]);
    for (let n = 0; n < 50; n++) {
      server.to("busy").emit("busy", n);
      server.to("soon over").emit("soon over", n);
      server.clock.advance(100);
    }
    sockets[1]?.leave("soon over");
    for (let n = 0; n < 2_000; n++) server.to("busy").emit("busy", n);
    for (const { session } of [idle, busy, silent]) session.end("transport close");
    server.to("quiet").emit("news", 1);
    const back = connect(server, { pid: idle.known.pid, offset });
    expect([recovered(sockets), events(back.packets).heard]).toEqual([true, [["news", 1]]]);
    // These have missed what nobody has any more: they began before it, and have heard nothing since.
    connect(server, { pid: busy.known.pid });
    expect(recovered(sockets)).toBe(false);
    connect(server, { pid: silent.known.pid });
    expect(recovered(sockets)).toBe(false);
  });

  it("waits for its middlewares, and lets nothing through before", () => {
    const { server, sockets } = start();
    const { session, known } = connect(server);
    sockets[0]?.join(["room", "secret"]);
    session.end("transport close");
    server.to("room").emit("missed", 1);
    server.to("secret").emit("missed", 2);
    let proceed = (_error?: Error): void => {};
    server.use((socket, next) => {
      expect([...socket.rooms].sort()).toEqual(["room", "secret", known.sid].sort());
      socket.leave("secret");
      proceed = next;
    });
    const back = connect(server, { pid: known.pid });
    server.to("room").emit("missed", 3);
    expect(back.packets).toEqual([]);
    proceed();
    const packets = back.session.take();
    expect(events(packets).heard).toEqual([
      ["missed", 1],
      ["missed", 3],
    ]);
    expect(recovered(sockets)).toBe(true);
  });

  it("is there again for a client that is lost before it was let in", () => {
    const { server, sockets } = start();
    const { session, known } = connect(server);
    session.end("transport close");
    server.emit("missed");
    let proceed = (): void => {};
    server.use((_socket, next) => {
      proceed = next;
    });
    const lost = connect(server, { pid: known.pid });
    lost.session.end("transport close");
    proceed();
    const back = connect(server, { pid: known.pid });
    proceed();
    expect(events(back.session.take()).heard).toEqual([["missed"]]);
    expect(sockets.map((socket) => socket.recovered)).toEqual([false, true]);
  });

  it("acts on those who are on their way back, too", () => {
    const { server, sockets } = start();
    const [kicked, banned] = [connect(server), connect(server)];
    for (const socket of sockets) socket.join("room");
    for (const { session } of [kicked, banned]) session.end("transport close");
    server.to("room").emit("missed");
    const waiting: (() => void)[] = [];
    server.use((_socket, next) => waiting.push(next));
    const back = [connect(server, { pid: kicked.known.pid }), connect(server, { pid: banned.known.pid })];
    server.in(kicked.known.sid).socketsLeave("room");
    server.in(banned.known.sid).disconnectSockets(true);
    for (const proceed of waiting) proceed();
    expect(events(back[0]?.session.take() ?? []).heard).toEqual([]);
    expect(back.map(({ session }) => session.closed)).toEqual([false, true]);
    expect(sockets.at(-1)).toMatchObject({ id: kicked.known.sid, recovered: true });
  });

  it("closes a client for which more is forgotten than it was given", () => {
    const { server } = start({ maxBytes: 10_000 });
    const { session, known } = connect(server);
    session.end("transport close");
    server.emit("missed");
    let proceed = (): void => {};
    server.use((_socket, next) => {
      proceed = next;
    });
    const back = connect(server, { pid: known.pid });
    for (let n = 0; n < 100; n++) server.emit("flood", n);
    proceed();
    expect(back.session.closed).toBe(true);
    expect(back.session.take()).toEqual([]);
  });

  it("gives a client that reads slowly the time that it takes", () => {
    const { server, sockets } = start();
    const { session, known } = connect(server);
    session.end("transport close");
    for (let n = 0; n < 5_000; n++) server.emit("n", n);
    const back = server.open();
    back.writable = false;
    back.receive(`0${JSON.stringify({ pid: known.pid })}`);
    server.clock.advance(60_000);
    expect([back.closed, back.take(), sockets.length]).toEqual([false, [], 1]);
    back.writable = true;
    while (sockets.length < 2) server.clock.advance(1);
    expect(events(back.take()).heard).toHaveLength(5_000);
    expect(recovered(sockets)).toBe(true);
  });

  it.each([
    [10_000, true],
    [10_001, false],
  ])("gives %i missed events back: %j", (count, isRecovered) => {
    const { server, sockets } = start();
    const { session, known } = connect(server);
    session.end("transport close");
    for (let n = 0; n < count; n++) server.emit("n", n);
    const back = server.open();
    back.receive(`0${JSON.stringify({ pid: known.pid })}`);
    while (sockets.length < 2) server.clock.advance(1);
    expect(recovered(sockets)).toBe(isRecovered);
    expect(events(back.take()).heard).toHaveLength(isRecovered ? count : 0);
  });

  it("keeps the namespaces of one connection apart", () => {
    const { server } = start();
    const chat: Socket[] = [];
    server.of("/chat").on("connection", (socket) => chat.push(socket));
    const session = server.open();
    session.receive("0", "0/chat,");
    const [main, other] = session.take() as string[];
    const pid = (packet = ""): string => JSON.parse(packet.slice(packet.indexOf("{"))).pid;
    expect(pid(main)).not.toBe(pid(other));
    session.end("transport close");
    server.emit("main");
    server.of("/chat").emit("chat");
    const back = server.open();
    back.receive(`0/chat,${JSON.stringify({ pid: pid(main) })}`);
    expect(chat.at(-1)?.recovered).toBe(false);
    const third = server.open();
    third.receive(`0/chat,${JSON.stringify({ pid: pid(other) })}`);
    expect(chat.at(-1)?.recovered).toBe(true);
    expect(third.take()[0]).toMatch(/^2\/chat,\["chat","/);
  });

  it("waits with the end of a namespace for those who are away", () => {
    const server = new TestServer({ connectionStateRecovery: {}, cleanupEmptyChildNamespaces: true });
    const sockets: Socket[] = [];
    server.of(/^\/room-\d+$/).on("connection", (socket) => sockets.push(socket));
    const session = server.open();
    session.receive("0/room-1,");
    const pid = JSON.parse((session.take()[0] as string).slice("0/room-1,".length)).pid;
    const namespace = server.of("/room-1");
    session.end("transport close");
    namespace.emit("missed");
    const back = server.open();
    back.receive(`0/room-1,${JSON.stringify({ pid })}`);
    expect(sockets.at(-1)?.recovered).toBe(true);
    expect(sockets.at(-1)?.nsp).toBe(namespace);
    back.end("transport close");
    server.clock.advance(120_000);
    // Somebody looks: then the last one is too late.
    const late = server.open();
    late.receive(`0/room-1,${JSON.stringify({ pid })}`);
    expect(sockets.at(-1)?.recovered).toBe(false);
    server.clock.advance(1);
    expect(server.of("/room-1")).toBe(namespace);
    late.receive("1/room-1,");
    expect(server.of("/room-1")).not.toBe(namespace);
  });

  it("works with a parser of the application", () => {
    class Encoder {
      encode(packet: { type: number; nsp: string; data: unknown; id?: number }): unknown[] {
        return [Buffer.from(JSON.stringify(packet))];
      }
    }
    class Decoder {
      #listener: (packet: unknown) => void = () => {};
      on(_event: "decoded", listener: (packet: unknown) => void): void {
        this.#listener = listener;
      }
      add(chunk: Buffer): void {
        this.#listener(JSON.parse(String(chunk)));
      }
    }
    const server = new TestServer({ connectionStateRecovery: {}, parser: { Encoder, Decoder } });
    const session = server.open();
    session.receive(Buffer.from('{"type":0,"nsp":"/"}'));
    const { pid } = JSON.parse(String(session.take()[0])).data;
    session.end("transport close");
    server.emit("missed", 1);
    const back = server.open();
    back.receive(Buffer.from(JSON.stringify({ type: 0, nsp: "/", data: { pid } })));
    const [missed, answer] = back.take().map((each) => JSON.parse(String(each)).data);
    expect(missed).toEqual(["missed", 1, expect.any(String)]);
    expect(answer).toMatchObject({ pid });
  });

  it("begins with attach, where it stands there", () => {
    class Late extends TestServer {
      recover(): void {
        this.configure({ connectionStateRecovery: {} });
      }
    }
    const server = new Late();
    server.of("/chat").history("room");
    server.recover();
    for (const name of ["", "/chat,", "/new,"]) {
      if (name === "/new,") server.of("/new");
      const session = server.open();
      session.receive(`0${name}`);
      expect(session.take()[0]).toContain('"pid":');
    }
  });

  it.each([
    ["true", true],
    ["no number", { maxDisconnectionDuration: "2m" }],
    ["nothing", { maxDisconnectionDuration: 0 }],
    ["less than nothing", { maxSessions: -1 }],
    ["a fraction", { maxSessionBytes: 1.5 }],
    ["no end of bytes", { maxBytes: Number.POSITIVE_INFINITY }],
  ])("refuses %s as its option", (_, connectionStateRecovery) => {
    expect(() => new TestServer({ connectionStateRecovery: connectionStateRecovery as Options })).toThrow(
      expect.objectContaining({ code: "BARO_OPTION" }),
    );
  });

  it("may last for ever, as documented", () => {
    const { server, sockets } = start({ maxDisconnectionDuration: Number.POSITIVE_INFINITY });
    const { session, known } = connect(server);
    session.end("transport close");
    server.emit("missed");
    server.clock.advance(1e9);
    expect(events(connect(server, { pid: known.pid }).packets).heard).toEqual([["missed"]]);
    expect(recovered(sockets)).toBe(true);
  });

  it("makes tokens that are its own", () => {
    const { server } = start();
    const { session } = connect(server);
    server.emit("a");
    server.emit("b");
    const [first, second] = session.outgoing.map(({ position }) => decodeToken(position));
    expect(second).toMatchObject({ epoch: first?.epoch, sequence: 2 });
    expect(encodeToken(second ?? { epoch: 0, sequence: 0, digest: 0 })).toBe(session.outgoing[1]?.position);
  });
});
