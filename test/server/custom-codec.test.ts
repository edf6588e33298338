import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import type { Parser, ParserPacket } from "../../src/socketio/parser.ts";
import { TestServer } from "./support.ts";

// The custom parser of the documentation, in words of its own: every packet is one message of JSON.
const destroyed: unknown[] = [];
const json: Parser = {
  Encoder: class {
    encode(packet: ParserPacket): unknown[] {
      return [JSON.stringify(packet)];
    }
  },
  Decoder: class extends EventEmitter {
    add(chunk: unknown): void {
      for (const packet of [JSON.parse(String(chunk))].flat()) this.emit("decoded", packet);
    }
    destroy(): void {
      destroyed.push(this);
    }
  },
};

describe("the option parser", () => {
  it("puts another form in the place of Socket.IO's own", () => {
    const server = new TestServer({ parser: json });
    server.on("connection", (socket) => {
      socket.on("echo", (value, ack) => ack(value));
    });
    const session = server.open();
    session.receive('{"type":0,"nsp":"/","data":null,"id":null}');
    session.receive('{"type":2,"nsp":"/","id":7,"data":["echo",{"a":[1]}]}');
    server.emit("all", 1);
    expect(session.take().map((packet) => JSON.parse(String(packet)))).toEqual([
      { type: 0, nsp: "/", data: { sid: "socket1" } },
      { type: 3, nsp: "/", data: [{ a: [1] }], id: 7 },
      { type: 2, nsp: "/", data: ["all", 1] },
    ]);
    const before = destroyed.length;
    session.end("transport close");
    expect(destroyed.length).toBe(before + 1);
  });

  it.each([
    ["what is no packet", "nonsense"],
    ["several in one message", '[{"type":0,"nsp":"/"},{"type":0,"nsp":"/x"}]'],
    ["a packet of no type", '{"type":9,"nsp":"/"}'],
    ["a type that is no integer", '{"type":0.5,"nsp":"/"}'],
    ["no namespace", '{"type":0}'],
    ["a namespace without end", `{"type":0,"nsp":"/${"x".repeat(1024)}"}`],
    ["an id that is no number", '{"type":2,"nsp":"/","id":"x","data":["e"]}'],
    ["an event without a name", '{"type":2,"nsp":"/","data":[1]}'],
    ["a reserved event", '{"type":2,"nsp":"/","data":["connect"]}'],
    ["a null", "null"],
    ["data in 257 levels", `{"type":2,"nsp":"/","data":["e",${"[".repeat(256)}${"]".repeat(256)}]}`],
  ])("closes a client that sends %s", (_, message) => {
    const session = new TestServer({ parser: json }).open();
    session.receive(message);
    expect(session.closed).toBe(true);
  });

  it("waits while a parser has nothing to say, within the time for attachments", () => {
    const session = new TestServer({ parser: json }).open();
    session.receive("[]");
    expect(session.closed).toBe(false);
  });

  it("refuses what is no parser, and what it must not encode", () => {
    const option = expect.objectContaining({ code: "BARO_OPTION" });
    for (const parser of [{}, null, { Encoder: 1, Decoder: class {} }]) {
      expect(() => new TestServer({ parser: parser as unknown as Parser })).toThrow(option);
    }
    for (const wrong of [[], [1], ["a", "b"]]) {
      class Encoder {
        encode(): unknown[] {
          return wrong;
        }
      }
      const server = new TestServer({ parser: { ...json, Encoder } });
      expect(() => server.emit("e")).toThrow(expect.objectContaining({ code: "BARO_DATA" }));
    }
  });
});
