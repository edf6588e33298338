import { describe, expect, it } from "vitest";
import type { Binary } from "../../src/binary.ts";
import { Outgoing } from "../../src/engine/outgoing.ts";
import { PacketType } from "../../src/engine/packet.ts";
import { ServerSession, type ServerSessionOptions } from "../../src/engine/server-session.ts";
import { RecorderTransport } from "../support/recorder-transport.ts";

const OPTIONS = {
  pingInterval: 25_000,
  pingTimeout: 20_000,
  upgradeTimeout: 10_000,
  maxPayload: 1_000_000,
  maxQueued: 10_000,
};
const OPEN =
  '0{"sid":"abc","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}';
const START = 1000;

function open(options: Partial<ServerSessionOptions> = {}) {
  const transport = new RecorderTransport("polling");
  const session = new ServerSession("abc", transport, ["websocket"], { ...OPTIONS, ...options }, START);
  const events: unknown[] = [];
  session.handler = {
    message: (data: string | Binary) => events.push(["message", data]),
    upgraded: () => events.push(["upgraded", session.transportName]),
    closed: (reason, description) => events.push(["closed", reason, description]),
  };
  session.released = () => events.push("released");
  return { session, transport, events };
}

/** A session that is open, with its OPEN packet looked at and put away. */
function opened(options: Partial<ServerSessionOptions> = {}) {
  const all = open(options);
  all.transport.take();
  return all;
}

const message = (data: string | Binary, attachments?: readonly Binary[]) =>
  new Outgoing(PacketType.MESSAGE, data, attachments);

describe("an open session", () => {
  it("tells the peer its id, its heartbeat and its upgrades", () => {
    const { session, transport } = open();
    expect(transport.log).toEqual([OPEN]);
    expect(session).toMatchObject({ id: "abc", transportName: "polling", closed: false, writable: true });
  });

  it("tells the peer any id, as JSON", () => {
    for (const id of ['a"\\b', "é", "a b", "", "a-_1"]) {
      const transport = new RecorderTransport("websocket");
      new ServerSession(id, transport, [], OPTIONS, START);
      expect(JSON.parse(String(transport.log[0]).slice(1))).toMatchObject({ sid: id, upgrades: [] });
    }
  });

  it("carries messages both ways, in order, attachments right behind their header", () => {
    const { session, transport, events } = opened();
    const bytes = Uint8Array.of(1);
    session.send(message("51-[]", [bytes]));
    session.send(message("2"));
    expect(transport.log).toEqual(["451-[]", bytes, "42"]);
    transport.receive("4hello");
    transport.receiver.packet(PacketType.MESSAGE, bytes);
    expect(events).toEqual([
      ["message", "hello"],
      ["message", bytes],
    ]);
  });

  it.each(["0{}", "2", "2probe", "5", "6"])("P-11: ends with a parse error at %j", (packet) => {
    const { session, transport, events } = opened();
    transport.receive(packet);
    expect(transport.log).toEqual(["1", "closed"]);
    expect(events).toEqual(["released", ["closed", "parse error", expect.stringContaining(`${packet[0]}`)]]);
    expect(session.closed).toBe(true);
  });

  it("ends when the peer says so", () => {
    const { transport, events } = opened();
    transport.receive("1");
    expect(transport.log).toEqual(["closed"]);
    expect(events).toEqual(["released", ["closed", "transport close", undefined]]);
  });

  it.each(["transport close", "transport error", "parse error"] as const)("ends at a %s", (reason) => {
    const { session, transport, events } = opened();
    transport.receiver.closed(reason, "why");
    expect(events).toEqual(["released", ["closed", reason, "why"]]);
    session.send(message("late"));
    expect(transport.log).toEqual([]);
    expect(session.deadline).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("the queue", () => {
  it("keeps what the transport does not take, in order, until it drains", () => {
    const { session, transport } = opened();
    transport.writable = false;
    for (const text of ["a", "b", "c"]) session.send(message(text));
    expect(session.writable).toBe(false);
    expect(transport.take()).toEqual([]);
    transport.drain();
    expect(transport.take()).toEqual(["4a", "4b", "4c"]);
    expect(session.writable).toBe(true);
  });

  it("lets nothing overtake what waits", () => {
    const { session, transport } = opened();
    transport.writable = false;
    session.send(message("a"));
    transport.writable = true;
    session.send(message("b"));
    expect(transport.take()).toEqual([]);
    transport.drain();
    expect(transport.take()).toEqual(["4a", "4b"]);
  });

  it("stops where the transport is full again", () => {
    const { session, transport } = opened();
    transport.writable = false;
    for (const text of ["a", "b", "c"]) session.send(message(text));
    const send = transport.send.bind(transport);
    transport.send = (outgoing) => {
      send(outgoing);
      transport.writable = false;
    };
    transport.drain();
    expect(transport.take()).toEqual(["4a"]);
    transport.drain();
    expect(transport.take()).toEqual(["4b"]);
  });

  it.each([
    ["large messages", message("x".repeat(4000)), 3],
    ["large attachments", message("", [new Uint8Array(4000)]), 3],
    ["empty messages", message(""), 200],
  ])("P-9: ends the session when too much waits: %s", (_name, outgoing, count) => {
    const { session, transport, events } = opened();
    transport.writable = false;
    for (let sent = 0; sent < count; sent += 1) session.send(outgoing);
    expect(transport.log).toEqual(["shed"]);
    expect(events).toEqual(["released", ["closed", "transport error", expect.stringContaining("10000")]]);
  });
});

describe("the heartbeat", () => {
  it("pings at the interval, as long as the pong comes in time", () => {
    const { session, transport, events } = opened();
    for (let time = START; time < START + 100_000; ) {
      expect(session.deadline).toBe(time + 25_000);
      time = session.deadline;
      session.tick(time - 1);
      expect(transport.take()).toEqual([]);
      session.tick(time);
      expect(transport.take()).toEqual(["2"]);
      transport.receive("3");
    }
    expect(events).toEqual([]);
  });

  it("ends the session when no pong comes", () => {
    const { session, transport, events } = opened();
    session.tick(26_000);
    expect(session.deadline).toBe(46_000);
    session.tick(45_999);
    expect(events).toEqual([]);
    session.tick(46_000);
    expect(transport.log).toEqual(["2", "1", "closed"]);
    expect(events).toEqual(["released", ["closed", "ping timeout", undefined]]);
  });

  it("counts nothing but a pong as one", () => {
    const { session, transport, events } = opened();
    session.tick(26_000);
    transport.receive("4still here");
    session.tick(46_000);
    expect(events.at(-1)).toEqual(["closed", "ping timeout", undefined]);
  });

  it("P-2: counts pongs that nobody asked for as nothing", () => {
    const { session, transport, events } = opened();
    for (let count = 0; count < 1000; count += 1) transport.receive("3");
    expect(session.deadline).toBe(26_000);
    session.tick(26_000);
    session.tick(46_000);
    expect(events.at(-1)).toEqual(["closed", "ping timeout", undefined]);
  });

  it("keeps its interval when the timeout is longer, and never wants a tick earlier than it said", () => {
    const { session, transport, events } = opened({ pingInterval: 10_000, pingTimeout: 35_000 });
    // The answer to the second ping takes 19.5 seconds, and the fourth gets none.
    const pongs = [11_000, 40_500, 41_000];
    const pings: number[] = [];
    let deadline = session.deadline;
    for (let time = START; time <= 75_000; time += 500) {
      expect(session.deadline).toBeGreaterThanOrEqual(deadline);
      deadline = session.deadline;
      session.tick(time);
      if (transport.take().includes("2")) pings.push(time);
      if (pongs.includes(time)) transport.receive("3");
    }
    expect(pings).toEqual([11_000, 21_000, 41_000, 51_000]);
    expect(events).toEqual([]);
    session.tick(86_000);
    expect(events.at(-1)).toEqual(["closed", "ping timeout", undefined]);
  });
});

describe("closing", () => {
  it("ends at once when nothing waits", () => {
    const { session, transport, events } = opened();
    session.send(message("last"));
    session.close();
    session.close();
    expect(transport.log).toEqual(["4last", "1", "closed"]);
    expect(events).toEqual(["released", ["closed", "forced close", undefined]]);
  });

  it("delivers what waits first, and hears nothing more", () => {
    const { session, transport, events } = opened();
    transport.writable = false;
    session.send(message("last"));
    session.close();
    expect(events).toEqual([["closed", "forced close", undefined]]);
    expect(session.closed).toBe(true);
    session.send(message("later"));
    transport.receive("4hello");
    transport.drain();
    expect(transport.log).toEqual(["4last", "1", "closed"]);
    expect(events).toEqual([["closed", "forced close", undefined], "released"]);
  });

  it("is told by itself where a client would handle it before the messages of its payload", () => {
    const { session, transport, events } = opened();
    session.send(message("last"));
    transport.mayClose = false;
    session.close();
    expect(transport.take()).toEqual(["4last"]);
    transport.mayClose = true;
    transport.drain();
    expect(transport.log).toEqual(["1", "closed"]);
    expect(events).toEqual([["closed", "forced close", undefined], "released"]);
  });

  it("does not wait for ever for a peer that is gone", () => {
    const { session, transport, events } = opened();
    transport.writable = false;
    session.close();
    session.tick(26_000);
    session.tick(46_000);
    expect(transport.log).toEqual(["closed"]);
    expect(events).toEqual([["closed", "forced close", undefined], "released"]);
  });

  it("says its end once, when the transport fails meanwhile", () => {
    const { session, transport, events } = opened();
    transport.writable = false;
    session.close();
    transport.receiver.closed("transport error");
    expect(events).toEqual([["closed", "forced close", undefined], "released"]);
  });
});

describe("an upgrade", () => {
  function upgrading() {
    const all = opened();
    const candidate = new RecorderTransport("websocket");
    const upgrade = all.session.upgrade(candidate, START);
    if (upgrade === undefined) throw new Error("refused");
    return { ...all, candidate, upgrade };
  }

  it("moves over after probe and upgrade", () => {
    const { session, transport, candidate, upgrade, events } = upgrading();
    candidate.receive("2probe");
    expect(candidate.take()).toEqual(["3probe"]);
    expect(transport.take()).toEqual(["6"]);
    session.send(message("by the old one"));
    expect(transport.take()).toEqual(["4by the old one"]);
    candidate.receive("5");
    expect(transport.take()).toEqual(["closed"]);
    expect(events).toEqual([["upgraded", "websocket"]]);
    expect(upgrade.deadline).toBe(Number.POSITIVE_INFINITY);
    session.send(message("by the new one"));
    candidate.receive("4hello");
    expect(candidate.take()).toEqual(["4by the new one"]);
    expect(events.at(-1)).toEqual(["message", "hello"]);
  });

  it("U-8: takes along what waits, in order, nothing twice", () => {
    const { session, transport, candidate } = upgrading();
    candidate.receive("2probe");
    transport.take();
    transport.writable = false;
    session.send(message("a"));
    session.send(message("b"));
    candidate.receive("5");
    session.send(message("c"));
    expect(transport.log).toEqual(["closed"]);
    expect(candidate.log).toEqual(["3probe", "4a", "4b", "4c"]);
  });

  it("releases a few polls at once, and the others every tenth of a second", () => {
    const { transport, candidate, upgrade } = upgrading();
    transport.writable = false;
    upgrade.tick(START + 100);
    candidate.receive("2probe");
    for (let poll = 0; poll < 100; poll += 1) {
      transport.drain();
      transport.writable = false;
    }
    expect(transport.take()).toEqual(["6", "6", "6", "6"]);
    transport.drain();
    expect(upgrade.deadline).toBe(START + 200);
    upgrade.tick(START + 199);
    expect(transport.take()).toEqual([]);
    upgrade.tick(START + 200);
    expect(transport.take()).toEqual(["6"]);
    expect(upgrade.deadline).toBe(START + 300);
  });

  it("releases each poll that comes while the peer has yet to move", () => {
    const { session, transport, candidate } = upgrading();
    transport.writable = false;
    candidate.receive("2probe");
    expect(transport.take()).toEqual([]);
    transport.drain();
    expect(transport.take()).toEqual(["6"]);
    transport.writable = false;
    session.send(message("a"));
    transport.drain();
    expect(transport.take()).toEqual(["4a"]);
  });

  it.each([
    ["U-3: an upgrade without a probe", ["5"]],
    ["U-4: many probes", Array(100).fill("2probe")],
    ["U-5: a message before the upgrade", ["2probe", "4early"]],
    ["U-5: a message before the probe", ["4early"]],
    ["a ping that is no probe", ["2"]],
    ["a close", ["1"]],
  ])("is given up at %s; the session lives on", (_name, packets) => {
    const { session, transport, candidate, events } = upgrading();
    for (const packet of packets) candidate.receive(packet);
    expect(candidate.log.at(-1)).toBe("closed");
    expect(candidate.log.filter((each) => each === "closed")).toHaveLength(1);
    transport.take();
    transport.receive("4still here");
    session.send(message("me too"));
    expect(events).toEqual([["message", "still here"]]);
    expect(transport.log).toEqual(["4me too"]);
    expect(session.mayUpgradeTo("websocket")).toBe(true);
  });

  it("U-1: is given up when its time is over", () => {
    const { session, candidate, upgrade, events } = upgrading();
    expect(upgrade.deadline).toBe(START + 100);
    upgrade.tick(START + 9_950);
    expect(upgrade.deadline).toBe(START + 10_000);
    upgrade.tick(START + 9_999);
    expect(candidate.log).toEqual([]);
    upgrade.tick(START + 10_000);
    expect(candidate.log).toEqual(["closed"]);
    expect(session.closed).toBe(false);
    expect(events).toEqual([]);
  });

  it("is over when the candidate fails", () => {
    const { session, candidate, upgrade } = upgrading();
    candidate.receiver.closed("transport error");
    expect(candidate.log).toEqual([]);
    expect(upgrade.deadline).toBe(Number.POSITIVE_INFINITY);
    expect(session.mayUpgradeTo("websocket")).toBe(true);
  });

  it("U-2: refuses a second one", () => {
    const { session, candidate } = upgrading();
    const second = new RecorderTransport("websocket");
    expect(session.upgrade(second, START)).toBeUndefined();
    expect(second.log).toEqual(["closed"]);
    expect(candidate.log).toEqual([]);
  });

  it("refuses one to where it is, to what it did not offer, and when it is over", () => {
    const { session, candidate } = upgrading();
    candidate.receive("2probe");
    candidate.receive("5");
    expect(session.mayUpgradeTo("websocket")).toBe(false);
    expect(opened().session.mayUpgradeTo("polling")).toBe(false);
    const ended = opened().session;
    ended.close();
    expect(ended.mayUpgradeTo("websocket")).toBe(false);
  });

  it("U-7: closes the candidate of a session that ends", () => {
    const { transport, candidate, upgrade } = upgrading();
    transport.receiver.closed("transport close");
    expect(candidate.log).toEqual(["closed"]);
    candidate.receive("2probe");
    upgrade.tick(START + 10_000);
    expect(candidate.log).toEqual(["closed"]);
  });

  it("still completes while the session closes, so that the rest is delivered", () => {
    const { session, transport, candidate, events } = upgrading();
    candidate.receive("2probe");
    transport.take();
    transport.writable = false;
    session.send(message("last"));
    session.close();
    candidate.receive("5");
    expect(transport.log).toEqual(["closed"]);
    expect(candidate.log).toEqual(["3probe", "4last", "1", "closed"]);
    expect(events).toEqual([["closed", "forced close", undefined], "released"]);
  });
});

describe("what waits", () => {
  function watched() {
    const held: number[] = [];
    const backlogs = { queue() {}, hold: (_: unknown, bytes: number) => void held.push(bytes), ended() {} };
    return { held, ...opened({ backlogs, congestedFrom: 500 }) };
  }

  it("is told when it grows, and when all of it has gone", () => {
    const { session, transport, held } = watched();
    session.send(message("at once"));
    expect(held).toEqual([]);
    transport.writable = false;
    session.send(message("x".repeat(100)));
    session.send(message("x".repeat(400)));
    expect(held).toEqual([164, 628]);
    expect(session.congested).toBe(true);
    transport.drain();
    expect(held.at(-1)).toBe(0);
    expect(session.congested).toBe(false);
  });

  it("is told with what the transport holds", () => {
    const { session, transport, held } = watched();
    transport.queued = 300;
    transport.writable = false;
    transport.receiver.filled?.();
    session.send(message("x".repeat(100)));
    expect(held).toEqual([300, 464]);
    session.discard("transport error");
    expect(held.at(-1)).toBe(0);
  });

  it("moves with the session to another transport, and congests it no more", () => {
    const { session, transport, held } = watched();
    const candidate = new RecorderTransport("websocket");
    session.upgrade(candidate, START);
    candidate.receive("2probe");
    transport.writable = false;
    session.send(message("x".repeat(600)));
    expect(session.congested).toBe(true);
    candidate.receive("5");
    expect(session.transportName).toBe("websocket");
    expect([session.congested, held.at(-1)]).toEqual([false, 0]);
  });

  it("does not wait for the pong of a peer that is not read, and pings it again", () => {
    const { session, transport, events } = opened();
    transport.resting = true;
    session.tick(START + 25_000);
    session.tick(START + 45_000);
    expect(transport.take()).toEqual(["2", "2"]);
    transport.resting = false;
    session.tick(START + 65_000);
    expect(events).toEqual(["released", ["closed", "ping timeout", undefined]]);
  });
});
