import { describe, expect, it, vi } from "vitest";
import { Manager } from "../../src/client/manager.ts";
import type { SocketOptions } from "../../src/client/options.ts";
import { FakePlatform } from "../support/fake-platform.ts";

function start(options: SocketOptions = {}, namespace = "/") {
  const platform = new FakePlatform();
  const manager = new Manager(platform, "http://host", { transports: ["polling"] });
  const socket = manager.socket(namespace, options);
  const events: unknown[] = [];
  socket.on("connect", () => events.push("connect"));
  socket.on("connect_error", (error) => events.push(["connect_error", error.message, error.data]));
  socket.on("disconnect", (reason, description) => events.push(["disconnect", reason, description]));
  /** What was sent since the last call. */
  const sent = () => platform.transport.take().filter((entry) => String(entry).startsWith("4"));
  return { platform, manager, socket, events, sent, clock: platform.clock };
}

/** A socket that is connected, with nothing written down yet. */
function connected() {
  const all = start();
  all.platform.open();
  all.platform.transport.receive('40{"sid":"me"}');
  all.platform.transport.take();
  all.events.splice(0);
  const { platform } = all;
  return { ...all, receive: (packet: string) => platform.transport.receive(packet) };
}

describe("Socket, connecting", () => {
  it("asks for its namespace, and is there when it is granted", () => {
    const { platform, socket, events, sent } = start();
    expect([socket.id, socket.connected, socket.disconnected, socket.active]).toEqual([
      undefined,
      false,
      true,
      true,
    ]);
    platform.open();
    expect(sent()).toEqual(["40{}"]);
    platform.transport.receive('40{"sid":"me"}');
    expect([socket.id, socket.connected, socket.disconnected]).toEqual(["me", true, false]);
    expect(events).toEqual(["connect"]);
  });

  it("asks once, however often it is told to", () => {
    const { platform, socket, sent } = start();
    socket.connect().open();
    platform.open();
    socket.connect();
    platform.transport.receive('40{"sid":"me"}');
    socket.connect();
    expect(sent()).toEqual(["40{}"]);
  });

  it("shows its credentials", () => {
    const { platform, sent } = start({ auth: { token: "abc" } }, "/admin");
    platform.open();
    expect(sent()).toEqual(['40/admin,{"token":"abc"}']);
  });

  it("asks for its credentials at each connection, and takes one answer", () => {
    const answers: ((data: object) => void)[] = [];
    const { platform, sent, clock } = start({ auth: (give) => void answers.push(give) });
    platform.open();
    platform.transport.receive("1");
    clock.advance(1_000);
    platform.open();
    answers[0]?.({ late: true });
    answers[1]?.({ token: 1 });
    answers[1]?.({ token: 2 });
    expect(sent()).toEqual(['40{"token":1}']);
  });

  it("tells why it was refused, and does not try again by itself", () => {
    const { platform, socket, events, clock } = start();
    platform.open();
    platform.transport.receive('44{"message":"no","data":{"code":1}}');
    expect(events).toEqual([["connect_error", "no", { code: 1 }]]);
    expect([socket.active, clock.pending]).toEqual([false, 0]);
  });

  it("tells why the server could not be reached, and tries again", () => {
    const { platform, socket, events, clock } = start();
    platform.transport.receiver.closed("transport error", new Error("refused"));
    expect(events).toEqual([["connect_error", "refused", undefined]]);
    expect(socket.active).toBe(true);
    clock.advance(1_000);
    platform.open();
    platform.transport.receive('40{"sid":"me"}');
    expect(events.at(-1)).toBe("connect");
  });

  it("takes no grant without an id", () => {
    const { platform, socket, events } = start();
    platform.open();
    platform.transport.receive("40");
    expect(events).toEqual([["connect_error", expect.stringContaining("another protocol"), undefined]]);
    expect(socket.connected).toBe(false);
  });

  it("hears what came before a grant that never came only when it comes again", () => {
    const { platform, socket, clock } = start();
    const heard: unknown[] = [];
    socket.on("news", (text) => heard.push(text));
    for (const grant of [[], ['40{"sid":"me"}']]) {
      platform.open();
      for (const packet of ['42["news","missed"]', ...grant]) platform.transport.receive(packet);
      if (grant.length === 0) platform.transport.receive("1");
      clock.advance(1_000);
    }
    expect(heard).toEqual(["missed"]);
  });

  it("asks for what it missed where the server offers that", () => {
    const { platform, socket, sent, clock } = start();
    platform.open();
    platform.transport.receive('40{"sid":"a","pid":"secret"}');
    expect(socket.recovered).toBe(false);
    platform.transport.receive('42["news",1,"offset-1"]');
    platform.transport.receive("1");
    clock.advance(1_000);
    platform.open();
    expect(sent()).toEqual(['40{"pid":"secret","offset":"offset-1"}']);
    const missed = vi.fn();
    socket.on("news", missed);
    platform.transport.receive('42["news",2,"offset-2"]');
    expect(missed).not.toHaveBeenCalled();
    platform.transport.receive('40{"sid":"b","pid":"secret"}');
    expect(socket.recovered).toBe(true);
    expect(missed).toHaveBeenCalledWith(2, "offset-2");
  });
});

describe("Socket, events", () => {
  it("sends and receives", () => {
    const { socket, sent, receive } = connected();
    const news = vi.fn();
    socket.on("news", news);
    receive('42["news","hello",{"a":[1]}]');
    expect(news).toHaveBeenCalledExactlyOnceWith("hello", { a: [1] });
    socket.emit("reply", 1, null).send("text");
    expect(sent()).toEqual(['42["reply",1,null]', '42["message","text"]']);
  });

  it("keeps events for when it is connected, in order", () => {
    const { platform, socket, sent } = start();
    socket.emit("a", 1);
    socket.on("connect", () => socket.emit("c"));
    platform.open();
    socket.emit("b");
    expect(sent()).toEqual(["40{}"]);
    expect(socket.sendBuffer).toHaveLength(2);
    platform.transport.receive('40{"sid":"me"}');
    expect(sent()).toEqual(['42["a",1]', '42["b"]', '42["c"]']);
    expect(socket.sendBuffer).toEqual([]);
  });

  it("drops what is volatile and cannot go out at once", () => {
    const { platform, socket, sent } = start();
    socket.volatile.emit("early");
    platform.open();
    platform.transport.receive('40{"sid":"me"}');
    socket.volatile.emit("a");
    platform.transport.writable = false;
    socket.volatile.emit("b");
    socket.emit("c");
    platform.transport.drain();
    expect(sent()).toEqual(["40{}", '42["a"]', '42["c"]']);
  });

  it.each(["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"])(
    "does not send %s",
    (event) => {
      const { socket } = connected();
      expect(() => socket.emit(event)).toThrow(expect.objectContaining({ code: "BARO_EVENT_NAME" }));
    },
  );

  it("tells who wants to hear everything", () => {
    const { socket, receive } = connected();
    const log: unknown[] = [];
    const listener = (...args: unknown[]) => log.push(["in", ...args]);
    socket.onAny(listener).prependAny((...args: unknown[]) => log.push(["first", ...args]));
    socket.onAnyOutgoing((...args: unknown[]) => log.push(["out", ...args]));
    receive('42["a",1]');
    socket.emit("b", 2);
    socket.offAny(listener).offAnyOutgoing();
    receive('42["c"]');
    socket.emit("d");
    expect(log).toEqual([
      ["first", "a", 1],
      ["in", "a", 1],
      ["out", "b", 2],
      ["first", "c"],
    ]);
    expect([socket.listenersAny(), socket.listenersAnyOutgoing()].map(({ length }) => length)).toEqual([
      1, 0,
    ]);
  });

  it("lets a listener's exception harm nothing but itself", () => {
    const { socket, receive, clock } = connected();
    const news = vi.fn();
    socket.on("bad", () => {
      throw new Error("of the program");
    });
    socket.on("news", news);
    receive('42["bad"]');
    receive('42["news"]');
    expect(news).toHaveBeenCalledOnce();
    expect(() => clock.advance(0)).toThrow("of the program");
  });
});

describe("Socket, acknowledgements", () => {
  it("hears each of its own once", () => {
    const { socket, sent, receive } = connected();
    const [first, second] = [vi.fn(), vi.fn()];
    socket.emit("a", first);
    socket.emit("b", 1, second);
    expect(sent()).toEqual(['420["a"]', '421["b",1]']);
    receive('431["x",2]');
    receive('431["again"]');
    receive('4399["never asked"]');
    expect(second).toHaveBeenCalledExactlyOnceWith("x", 2);
    expect(first).not.toHaveBeenCalled();
  });

  it("answers once, and only the session that asked", () => {
    const { socket, sent, receive, platform, clock } = connected();
    const answers: ((...args: unknown[]) => void)[] = [];
    socket.on("ask", (answer: (...args: unknown[]) => void) => answers.push(answer));
    receive('425["ask"]');
    receive('426["ask"]');
    answers[0]?.("yes", 1);
    answers[0]?.("twice");
    expect(sent()).toEqual(['435["yes",1]']);
    receive("1");
    clock.advance(1_000);
    platform.open();
    platform.transport.receive('40{"sid":"other"}');
    platform.transport.take();
    answers[1]?.("late");
    expect(sent()).toEqual([]);
  });

  it("is told by an error when the time is over, and takes back what waits", () => {
    const { socket, clock } = start();
    const callback = vi.fn();
    socket.timeout(100).emit("a", callback);
    socket.emit("b");
    clock.advance(100);
    expect(callback).toHaveBeenCalledExactlyOnceWith(new Error("operation has timed out"));
    expect(socket.sendBuffer.map(({ data }) => data)).toEqual([["b"]]);
  });

  it("gets null for the error when the answer comes in time", () => {
    const { socket, receive, clock } = connected();
    const callback = vi.fn();
    const pending = clock.pending;
    socket.timeout(100).emit("a", callback);
    receive('430["x"]');
    expect(callback).toHaveBeenCalledExactlyOnceWith(null, "x");
    expect(clock.pending).toBe(pending);
  });

  it("is a promise", async () => {
    const { socket, receive, clock } = connected();
    const answer = socket.emitWithAck("a", 1);
    receive('430["x","ignored"]');
    expect(await answer).toBe("x");
    const late = socket.timeout(5).emitWithAck("a");
    clock.advance(5);
    await expect(late).rejects.toThrow("operation has timed out");
    const dropped = socket.volatile.timeout(5).emitWithAck("a");
    clock.advance(5);
    await expect(dropped).rejects.toThrow("operation has timed out");
  });

  it("is told when the connection is lost, where it takes an error", async () => {
    const { socket, receive } = connected();
    const plain = vi.fn();
    socket.emit("a", plain);
    const answer = socket.emitWithAck("b");
    socket.on("disconnect", () => socket.emit("c", plain));
    receive("1");
    await expect(answer).rejects.toThrow("socket has been disconnected");
    expect(plain).not.toHaveBeenCalled();
    expect(socket.sendBuffer).toHaveLength(1);
  });
});

describe("Socket, disconnecting", () => {
  it("says why, and comes back", () => {
    const { socket, events, receive, clock, platform } = connected();
    receive("1");
    const details = { description: "transport closed by the server" };
    expect(events).toEqual([["disconnect", "transport close", details]]);
    expect([socket.id, socket.connected, socket.active]).toEqual([undefined, false, true]);
    clock.advance(1_000);
    platform.open();
    platform.transport.receive('40{"sid":"again"}');
    expect([events.at(-1), socket.id]).toEqual(["connect", "again"]);
  });

  it("knows the end of the heartbeat", () => {
    const { events, clock } = connected();
    clock.advance(45_000);
    expect(events).toEqual([["disconnect", "ping timeout", undefined]]);
  });

  it("stays away when the server says so", () => {
    const { socket, events, receive, clock } = connected();
    receive("41");
    expect(events).toEqual([["disconnect", "io server disconnect", undefined]]);
    expect([socket.active, clock.pending]).toEqual([false, 0]);
  });

  it("leaves by itself, and leaves nothing behind", () => {
    const { socket, events, platform, clock } = connected();
    socket.disconnect();
    expect(events).toEqual([["disconnect", "io client disconnect", undefined]]);
    expect(platform.transport.take()).toEqual(["41", "closed"]);
    expect([socket.active, clock.pending]).toEqual([false, 0]);
    socket.close();
    expect(events).toHaveLength(1);
  });

  it("stops the attempts at a connection", () => {
    const { socket, platform, clock } = start();
    platform.transport.receiver.closed("transport error");
    socket.disconnect();
    expect(clock.pending).toBe(0);
  });

  it("can be told to stay away while it is told that it is away", () => {
    const { socket, receive, clock } = connected();
    socket.on("disconnect", () => socket.disconnect());
    receive("1");
    expect([socket.active, clock.pending]).toEqual([false, 0]);
  });

  it("can be told to come back at once", () => {
    const { socket, receive, platform } = connected();
    socket.on("disconnect", () => socket.connect());
    receive("41");
    expect(platform.made).toHaveLength(2);
    platform.open();
    platform.transport.receive('40{"sid":"again"}');
    expect(socket.id).toBe("again");
  });

  it("keeps the connection for the other namespaces", () => {
    const { manager, socket, platform, sent } = connected();
    const other = manager.socket("/other");
    expect(sent()).toEqual(["40/other,{}"]);
    socket.disconnect();
    expect(platform.transport.log).toEqual(["41"]);
    other.disconnect();
    expect(platform.transport.log).toEqual(["41", "closed"]);
  });
});
