import { describe, expect, it } from "vitest";
import { Manager } from "../../src/client/manager.ts";
import type { SocketOptions } from "../../src/client/options.ts";
import { FakePlatform } from "../support/fake-platform.ts";

function start(options: SocketOptions, more = "") {
  const platform = new FakePlatform();
  const manager = new Manager(platform, "http://host", { transports: ["polling"] });
  const socket = manager.socket("/", options);
  const answers: unknown[] = [];
  const note = (...args: unknown[]): void => {
    answers.push(args.map((each) => (each instanceof Error ? each.message : each)));
  };
  const receive = (packet: string): void => platform.transport.receive(packet);
  return {
    ...{ platform, socket, answers, note, receive, clock: platform.clock },
    sent: () => platform.transport.take().filter((entry) => String(entry).startsWith("42")),
    connect() {
      platform.open(more);
      receive(`40{"sid":"me"${more && ',"~rt":{"v":1,"seq":0,"epoch":"one"}'}}`);
    },
    cut() {
      platform.transport.receiver.closed("transport close");
      platform.clock.advance(5_000);
    },
  };
}

describe("The option retries", () => {
  it("sends one event after the other, each until it is acknowledged", () => {
    const { socket, connect, sent, receive, note, answers } = start({ retries: 2, ackTimeout: 100 });
    socket.emit("a", note);
    socket.emit("b");
    socket.emit("c", 1, note);
    connect();
    expect(sent()).toEqual(['420["a"]']);
    receive('430["one"]');
    expect(answers).toEqual([[null, "one"]]);
    expect(sent()).toEqual(['421["b"]']);
    receive("431[]");
    expect(sent()).toEqual(['422["c",1]']);
    receive("432[]");
    expect(answers.slice(1)).toEqual([[null]]);
    socket.emit("d");
    expect(sent()).toEqual(['423["d"]']);
  });

  it("sends again what is not acknowledged in time, so often and no more", () => {
    const { socket, connect, sent, receive, note, answers, clock } = start({ retries: 2, ackTimeout: 100 });
    connect();
    socket.emit("a", note);
    socket.emit("b", note);
    clock.advance(100);
    clock.advance(100);
    expect(sent()).toEqual(['420["a"]', '421["a"]', '422["a"]']);
    expect(answers).toEqual([]);
    clock.advance(100);
    expect(answers).toEqual([["operation has timed out"]]);
    expect(sent()).toEqual(['423["b"]']);
    receive('430["late"]');
    receive('433["two"]');
    expect(answers.slice(1)).toEqual([[null, "two"]]);
  });

  it("sends again when the connection is there again, and counts no time without one", () => {
    const { socket, connect, cut, sent, receive, note, answers, clock } = start({
      retries: 1,
      ackTimeout: 100,
    });
    connect();
    socket.emit("a", note);
    cut();
    clock.advance(1_000);
    connect();
    expect(sent()).toEqual(['421["a"]']);
    receive("431[]");
    expect(answers).toEqual([[null]]);
  });

  it("takes the time of timeout(), and leaves volatile events alone", () => {
    const { socket, connect, sent, clock } = start({ retries: 1 });
    connect();
    socket.timeout(50).emit("a", () => {});
    socket.volatile.emit("b");
    expect(sent()).toEqual(['420["a"]', '42["b"]']);
    clock.advance(50);
    expect(sent()).toEqual(['421["a"]']);
  });

  it("sends nothing twice to a server that agreed on exactly once", () => {
    const { socket, connect, sent, note, answers, clock } = start(
      { retries: 2, ackTimeout: 100 },
      ',"baro":1',
    );
    connect();
    socket.emit("a", note);
    clock.advance(299);
    expect(sent()).toEqual(['420["a","~1"]']);
    expect(answers).toEqual([]);
    clock.advance(1);
    expect(answers).toEqual([["operation has timed out"]]);
    expect(sent()).toEqual([]);
  });

  it("does not try without end what turned bad while it waited", () => {
    const { socket, connect, note, answers } = start({ retries: Number.POSITIVE_INFINITY });
    const bad: Record<string, unknown> = {};
    socket.emit("a", bad, note);
    bad.self = bad;
    connect();
    expect(answers).toEqual([[expect.stringContaining("cannot be sent as JSON")]]);
  });

  it("goes on after an event that turned bad while it waited, and after a callback that throws", () => {
    const { socket, connect, sent, receive, note, answers, clock } = start({ retries: 1 });
    const bad: Record<string, unknown> = {};
    socket.emit("a", bad, note);
    socket.emit("b", () => {
      throw new Error("mine");
    });
    socket.emit("c");
    bad.self = bad;
    connect();
    expect(answers).toEqual([[expect.stringContaining("cannot be sent as JSON")]]);
    expect(sent()).toEqual(['421["b"]']);
    receive("431[]");
    expect(() => clock.advance(0)).toThrow("mine");
    expect(sent()).toEqual(['422["c"]']);
    expect(() => socket.emit("d", 1n)).toThrow(expect.objectContaining({ code: "BARO_DATA" }));
  });
});

describe("The option ackTimeout", () => {
  it("is the time for each acknowledgement that timeout() says nothing of", () => {
    const { socket, connect, note, answers, clock } = start({ ackTimeout: 100 });
    connect();
    socket.emit("a", note);
    socket.timeout(200).emit("b", note);
    clock.advance(100);
    expect(answers).toEqual([["operation has timed out"]]);
    clock.advance(100);
    expect(answers).toHaveLength(2);
  });
});

describe("What waits for the connection", () => {
  const FULL = expect.objectContaining({ code: "BARO_FULL" });

  it("is bounded in number, and its caller is told", async () => {
    const { socket, connect, sent } = start({ maxBuffered: 2 });
    socket.emit("a");
    socket.emit("b");
    expect(() => socket.emit("c")).toThrow(FULL);
    await expect(socket.emitWithAck("d")).rejects.toEqual(FULL);
    connect();
    expect(sent()).toEqual(['42["a"]', '42["b"]']);
    socket.emit("e");
    expect(sent()).toEqual(['42["e"]']);
  });

  it("is bounded in bytes, attachments among them, and has room again once it is sent or taken out", () => {
    const { socket, connect, cut } = start({ maxBufferedBytes: 100 });
    socket.emit("a", new Uint8Array(40));
    expect(() => socket.emit("a", new Uint8Array(40))).toThrow(FULL);
    socket.sendBuffer = [];
    socket.emit("a", new Uint8Array(40));
    connect();
    cut();
    socket.emit("a", new Uint8Array(40));
    expect(() => socket.emit("a", new Uint8Array(40))).toThrow(FULL);
  });

  it("is bounded also where each event waits for the one before it", () => {
    const { socket } = start({ retries: 1, maxBuffered: 1 });
    socket.emit("a");
    expect(() => socket.emit("b")).toThrow(FULL);
  });

  it("keeps no acknowledgement of what was refused", () => {
    const { socket, note, answers, clock } = start({ maxBuffered: 0 });
    expect(() => socket.timeout(100).emit("a", note)).toThrow(FULL);
    clock.advance(100);
    expect(answers).toEqual([]);
  });
});
