import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Binary } from "../../src/binary.ts";
import { type ConnectOptions, createEngine } from "../../src/client/engine.ts";
import { createOutgoing } from "../../src/engine/client-outgoing.ts";
import { PacketType } from "../../src/engine/packet.ts";
import { ClientRecorderTransport } from "../support/client-recorder-transport.ts";
import { FakeClock } from "../support/fake-clock.ts";

const OPEN =
  '0{"sid":"abc","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}';

function start(options: Partial<ConnectOptions> = {}) {
  const clock = new FakeClock();
  const events: unknown[] = [];
  const transports: ClientRecorderTransport[] = [];
  const engine = createEngine(
    {
      open: () => events.push("opened"),
      message: (data: string | Binary) => events.push(["message", data]),
      ping: () => events.push("ping"),
      upgrade: ({ name }) => events.push(["upgraded", name]),
      close: (reason, description) => events.push(["closed", reason, description]),
    },
    (name, sid) => {
      const transport = new ClientRecorderTransport(name);
      if (sid) transport.log.push(`for ${sid}`);
      transports.push(transport);
      return transport;
    },
    {
      transports: ["polling", "websocket"],
      upgrade: true,
      maxQueuedBytes: 10_000,
      ...options,
    },
    clock,
  );
  const transport = (index: number): ClientRecorderTransport => {
    const found = transports[index];
    if (found === undefined) throw new Error(`there is no transport ${index}`);
    return found;
  };
  return { clock, engine, events, transports, transport };
}

/** A session over polling that stands, with nothing written down yet. */
function opened(options: Partial<ConnectOptions> = { upgrade: false }) {
  const all = start(options);
  const polling = all.transport(0);
  polling.receive(OPEN);
  polling.take();
  all.events.splice(0);
  return { ...all, polling };
}

/** A session whose candidate has just asked whether it works. */
function probing() {
  const all = opened({});
  const websocket = all.transport(1);
  websocket.drain();
  expect(websocket.take()).toEqual(["for abc", "open", "2probe"]);
  return { ...all, websocket };
}

const message = (text: string) => createOutgoing(PacketType.MESSAGE, [text]);

describe("Engine, opening", () => {
  it("opens the first transport and waits for the handshake", () => {
    const { engine, events, transport, transports } = start({ upgrade: false });
    expect(transport(0).take()).toEqual(["open"]);
    expect(engine.id).toBe("");
    expect(engine.writable).toBe(false);
    transport(0).receive(OPEN);
    expect(transport(0).take()).toEqual(["opened abc"]);
    expect([engine.id, engine.transport.name, engine.writable]).toEqual(["abc", "polling", true]);
    expect(events).toEqual(["opened"]);
    expect(transports).toHaveLength(1);
  });

  it("sends what was given before, in order, once it stands", () => {
    const { engine, transport } = start({ upgrade: false });
    engine.send(message("a"));
    engine.send(message("b"));
    transport(0).receive(OPEN);
    expect(transport(0).take()).toEqual(["open", "opened abc", "4a", "4b"]);
  });

  it("ends when the first transport fails", () => {
    const { events, transport, transports } = start();
    transport(0).receiver.closed("transport error", "refused");
    expect(events).toEqual([["closed", "transport error", "refused"]]);
    expect(transports).toHaveLength(1);
  });

  it.each(["0{}", "0", "0[]", "4hello", "2", "6"])("takes %j for no handshake", (packet) => {
    const { events, transport, clock } = start();
    transport(0).receive(packet);
    expect(events).toEqual([["closed", "parse error", expect.objectContaining({ type: "TransportError" })]]);
    expect(transport(0).log.at(-1)).toBe("closed");
    expect(clock.pending).toBe(0);
  });
});

describe("Engine, open", () => {
  it("hands over messages, text and binary", () => {
    const { events, polling } = opened();
    const bytes = Uint8Array.of(1, 2);
    polling.receive("4hello");
    polling.receiver.packet(PacketType.MESSAGE, bytes);
    polling.receive("6");
    expect(events).toEqual([
      ["message", "hello"],
      ["message", bytes],
    ]);
  });

  it("queues while the transport takes nothing", () => {
    const { engine, polling } = opened();
    polling.writable = false;
    engine.send(message("a"));
    engine.send(message("b"));
    expect(engine.writable).toBe(false);
    expect(polling.take()).toEqual([]);
    polling.drain();
    expect(polling.take()).toEqual(["4a", "4b"]);
    expect(engine.writable).toBe(true);
  });

  it("does not queue without bound", () => {
    const { engine, polling, events } = opened();
    polling.writable = false;
    for (let count = 0; count < 20; count += 1) engine.send(message("x".repeat(1_000)));
    expect(events).toEqual([
      ["closed", "transport error", expect.objectContaining({ type: "TransportError" })],
    ]);
  });

  it.each(["0{}", "3", "3probe", "5"])("ends when the server sends %j", (packet) => {
    const { events, polling } = opened();
    polling.receive(packet);
    expect(events).toEqual([["closed", "parse error", undefined]]);
    expect(polling.take()).toEqual(["closed"]);
  });

  it("ends when the server closes", () => {
    const { events, engine, polling } = opened();
    polling.receive("1");
    polling.receive("4late");
    engine.send(message("late"));
    expect(events).toEqual([
      ["closed", "transport close", { description: "transport closed by the server" }],
    ]);
    expect(engine.writable).toBe(false);
    expect(polling.take()).toEqual(["closed"]);
  });

  it("passes on why its transport ended", () => {
    const { events, polling, clock } = opened();
    polling.receiver.closed("transport close", { description: "gone" });
    expect(events).toEqual([["closed", "transport close", { description: "gone" }]]);
    expect(clock.pending).toBe(0);
  });

  it("survives whatever packets the server sends", () => {
    const packets = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.string()));
    fc.assert(
      fc.property(packets, (list) => {
        const { transport, transports } = start();
        for (const [type, data] of list) {
          for (let index = 0; index < transports.length; index += 1)
            transport(index).receive(`${type}${data}`);
        }
      }),
    );
  });
});

describe("Engine, heartbeat", () => {
  it("answers each ping", () => {
    const { events, polling } = opened();
    polling.receive("2");
    expect(polling.take()).toEqual(["3"]);
    expect(events).toEqual(["ping"]);
  });

  it("ends when no ping comes within interval and timeout", () => {
    const { events, polling, clock } = opened();
    clock.advance(44_999);
    expect(events).toEqual([]);
    clock.advance(1);
    expect(events).toEqual([["closed", "ping timeout", undefined]]);
    expect(polling.take()).toEqual(["closed"]);
    expect(clock.pending).toBe(0);
  });

  it("waits as long again after each ping, with one timer", () => {
    const { events, polling, clock } = opened();
    for (let count = 0; count < 10; count += 1) {
      clock.advance(25_000);
      polling.receive("2");
      expect(clock.pending).toBe(1);
    }
    events.splice(0);
    clock.advance(44_999);
    expect(events).toEqual([]);
    clock.advance(1);
    expect(events).toEqual([["closed", "ping timeout", undefined]]);
  });

  it("waits no shorter for intervals that no timer can hold", () => {
    const { events, transport, clock } = start();
    transport(0).receive('0{"sid":"abc","upgrades":[],"pingInterval":1e300,"pingTimeout":1e300}');
    clock.advance(2 ** 31 - 2);
    expect(events).toEqual(["opened"]);
  });
});

describe("Engine, upgrade", () => {
  it("moves when the candidate works, and the request under way is over", () => {
    const { engine, events, polling, websocket } = probing();
    engine.send(message("before"));
    websocket.receive("3probe");
    engine.send(message("during"));
    polling.receive("4last");
    expect(polling.take()).toEqual(["4before", "pause"]);
    expect(websocket.take()).toEqual([]);
    polling.endPause();
    expect(polling.take()).toEqual(["closed"]);
    expect(websocket.take()).toEqual(["5", "4during"]);
    expect(events).toEqual([
      ["message", "last"],
      ["upgraded", "websocket"],
    ]);
    engine.send(message("after"));
    websocket.receive("4new");
    expect(websocket.take()).toEqual(["4after"]);
    expect(events.at(-1)).toEqual(["message", "new"]);
  });

  it("answers a ping of the last poll on the new transport", () => {
    const { polling, websocket } = probing();
    websocket.receive("3probe");
    polling.receive("2");
    polling.endPause();
    expect(websocket.take()).toEqual(["5", "3"]);
  });

  it("asks for no upgrade that is not wanted, offered or there", () => {
    expect(opened({ upgrade: false }).transports).toHaveLength(1);
    expect(opened({ transports: ["polling"] }).transports).toHaveLength(1);
    const { transport, transports } = start();
    transport(0).receive('0{"sid":"abc","upgrades":["webtransport"],"pingInterval":1,"pingTimeout":1}');
    expect(transports).toHaveLength(1);
  });

  it("stays when the candidate fails", () => {
    const { engine, events, polling, websocket } = probing();
    websocket.receiver.closed("transport error");
    engine.send(message("a"));
    expect(polling.take()).toEqual(["4a"]);
    expect(events).toEqual([]);
  });

  it("stays when the candidate answers anything else", () => {
    for (const packet of ["3", "3prob", "4early", "0{}", "1"]) {
      const { engine, polling, websocket } = probing();
      websocket.receive(packet);
      expect(websocket.take()).toEqual(["closed"]);
      engine.send(message("a"));
      expect(polling.take()).toEqual(["4a"]);
    }
  });

  it("takes polling up again when the candidate fails at the last moment", () => {
    const { engine, polling, websocket, events } = probing();
    websocket.receive("3probe");
    engine.send(message("a"));
    websocket.receiver.closed("transport close");
    expect(polling.take()).toEqual(["pause", "resume", "4a"]);
    polling.endPause();
    expect(polling.take()).toEqual([]);
    expect(events).toEqual([]);
  });

  it("closes the candidate with the session", () => {
    const { polling, websocket } = probing();
    polling.receive("1");
    expect(websocket.take()).toEqual(["closed"]);
  });
});

describe("Engine, closing", () => {
  it("ends at once when nothing waits", () => {
    const { engine, events, polling, clock } = opened();
    engine.send(message("last"));
    engine.close();
    expect(polling.take()).toEqual(["4last", "closed"]);
    expect(events).toEqual([["closed", "forced close", undefined]]);
    expect(clock.pending).toBe(0);
    engine.close();
    expect(events).toHaveLength(1);
  });

  it("delivers first what waits", () => {
    const { engine, events, polling, clock } = opened();
    polling.writable = false;
    engine.send(message("last"));
    engine.close();
    expect(events).toEqual([["closed", "forced close", undefined]]);
    expect([engine.writable, polling.take()]).toEqual([false, []]);
    polling.receive("4late");
    polling.drain();
    expect(polling.take()).toEqual(["4last", "closed"]);
    expect([events.length, clock.pending]).toEqual([1, 0]);
  });

  it("waits no longer than for a ping", () => {
    const { engine, events, polling, clock } = opened();
    polling.writable = false;
    engine.send(message("last"));
    engine.close();
    clock.advance(45_000);
    expect(polling.take()).toEqual(["closed"]);
    expect([events.length, clock.pending]).toEqual([1, 0]);
  });

  it("goes through with an upgrade under way", () => {
    const { engine, polling, websocket, events } = probing();
    websocket.receive("3probe");
    engine.send(message("last"));
    engine.close();
    polling.endPause();
    expect(websocket.take()).toEqual(["5", "4last", "closed"]);
    expect(events).toEqual([["closed", "forced close", undefined]]);
  });

  it("gives up what has not opened", () => {
    const { engine, transport, events } = start();
    engine.send(message("never"));
    engine.close();
    expect(transport(0).take()).toEqual(["open", "closed"]);
    expect(events).toEqual([["closed", "forced close", undefined]]);
  });
});
