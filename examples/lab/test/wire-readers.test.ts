import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BlockReader } from "../server/wire/blocks.js";
import { bodyAfter } from "../server/wire/body.js";
import { Exchange, type Mark } from "../server/wire/exchange.js";
import { FrameReader } from "../server/wire/frames.js";
import { HeadReader } from "../server/wire/head.js";
import { namePackets, saysSomething } from "../server/wire/packets.js";
import type { Technique } from "../types.d.ts";

const bytes = (text: string) => Buffer.from(text, "latin1");
/** Whole, and byte by byte. */
const cuts = (whole: Buffer): Buffer[][] => [[whole], [...whole].map((byte) => Buffer.from([byte]))];

describe("a head", () => {
  it("is its first line and its headers, and knows what follows", () => {
    const whole = bytes("GET /news HTTP/1.1\r\nHost: a\r\nX-Note: b: c\r\n\r\nrest");
    const result = new HeadReader().receive(whole);
    expect(result?.head.first).toBe("GET /news HTTP/1.1");
    expect([...(result?.head.headers ?? [])]).toEqual([
      ["host", "a"],
      ["x-note", "b: c"],
    ]);
    expect(result?.head.bytes).toBe(whole.length - 4);
    expect(String(result?.rest)).toBe("rest");
  });

  it("waits for its end", () => {
    const reader = new HeadReader();
    expect(reader.receive(bytes("GET / HTTP/1.1\r\nHost: a\r\n\r"))).toBeUndefined();
    expect(reader.receive(bytes("\n"))?.head.first).toBe("GET / HTTP/1.1");
  });
});

describe("a body", () => {
  const head = (first: string, headers: Record<string, string> = {}) => ({
    first,
    headers: new Map(Object.entries(headers)),
    bytes: 0,
  });

  it("is over at once where there is none", () => {
    expect(bodyAfter(head("GET / HTTP/1.1"), true).isOver).toBe(true);
    expect(bodyAfter(head("HTTP/1.1 204 No Content"), false).isOver).toBe(true);
    expect(bodyAfter(head("HTTP/1.1 304 Not Modified"), false).isOver).toBe(true);
    expect(bodyAfter(head("HTTP/1.1 200 OK"), false).isOver).toBe(false);
  });

  it("has the length that it says", () => {
    const body = bodyAfter(head("HTTP/1.1 200 OK", { "content-length": "5" }), false);
    expect(body.receive(bytes("he")).map(String)).toEqual(["he"]);
    expect(body.isOver).toBe(false);
    body.receive(bytes("llo"));
    expect(body.isOver).toBe(true);
  });

  it("comes in chunks, however they are cut", () => {
    const whole = bytes("5\r\nhello\r\n1;ext=1\r\n \r\nA\r\n0123456789\r\n0\r\n\r\n");
    for (const parts of cuts(whole)) {
      const body = bodyAfter(head("HTTP/1.1 200 OK", { "transfer-encoding": "chunked" }), false);
      expect(Buffer.concat(parts.flatMap((part) => body.receive(part))).toString()).toBe("hello 0123456789");
      expect(body.isOver).toBe(true);
    }
  });

  it("never throws, whatever the chunks are", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (parts) => {
        const body = bodyAfter(head("HTTP/1.1 200 OK", { "transfer-encoding": "chunked" }), false);
        for (const part of parts) body.receive(Buffer.from(part));
      }),
    );
  });
});

describe("frames", () => {
  // RFC 6455, section 5.7: "Hello", unmasked and masked; a ping with "Hello"; an empty pong.
  const HELLO = Buffer.from([0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]);
  const MASKED = Buffer.from([0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]);
  const PING = Buffer.from([0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]);
  const PONG = Buffer.from([0x8a, 0x00]);

  it("are read, however they are cut", () => {
    for (const parts of cuts(Buffer.concat([HELLO, MASKED, PING, PONG]))) {
      const reader = new FrameReader();
      const frames = parts.flatMap((part) => reader.receive(part));
      expect(frames.map(({ opcode, payload, bytes }) => [opcode, String(payload), bytes])).toEqual([
        ["text", "Hello", 7],
        ["text", "Hello", 11],
        ["ping", "Hello", 7],
        ["pong", "", 2],
      ]);
    }
  });

  it.each([125, 126, 127, 65_535, 65_536])(
    "of %i bytes have their length, and only the beginning is kept",
    (length) => {
      const extended =
        length < 126
          ? [length]
          : length < 65_536
            ? [126, length >> 8, length & 255]
            : [127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 255, length & 255];
      const frame = Buffer.concat([Buffer.from([0x82, ...extended]), Buffer.alloc(length, "x")]);
      const [read, next] = new FrameReader().receive(Buffer.concat([frame, PONG]));
      expect(read?.opcode).toBe("binary");
      expect(read?.bytes).toBe(frame.length);
      expect(read?.payload).toHaveLength(Math.min(length, 160));
      expect(next?.opcode).toBe("pong");
    },
  );

  it("never throw, whatever the bytes are", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (parts) => {
        const reader = new FrameReader();
        for (const part of parts) reader.receive(Buffer.from(part));
      }),
    );
  });
});

describe("blocks of a stream", () => {
  it("end with an empty line, however they are cut", () => {
    for (const parts of cuts(Buffer.from("id: 1\ndata: 하나\n\n: beat\n\ndata: two\r\n\r\ndata: never"))) {
      const reader = new BlockReader();
      expect(parts.flatMap((part) => reader.receive(part))).toEqual([
        "id: 1\ndata: 하나",
        ": beat",
        "data: two",
      ]);
    }
  });

  it("are not held, however long they are", () => {
    const reader = new BlockReader();
    for (let at = 0; at < 100; at += 1) expect(reader.receive(Buffer.alloc(10_000, "x"))).toEqual([]);
    const [block] = reader.receive(Buffer.from("\n\n"));
    expect(block).toHaveLength(160);
  });
});

describe("packets", () => {
  it("have the names of Engine.IO, and say something when they are of the application", () => {
    expect(namePackets("2probe")).toBe("ping 2probe");
    expect(namePackets('40\u001e42["news"]')).toBe('message 40 + message 42["news"]');
    expect(namePackets("xyz")).toBe("xyz");
    expect(["2", "3probe", "40", "41", "5", "6", '42["~ack",4]'].some(saysSomething)).toBe(false);
    expect(
      ['42["a"]', "430[]", '451-["a",{"_placeholder":true,"num":0}]', '2\u001e42["a"]'].every(saysSomething),
    ).toBe(true);
  });
});

describe("an exchange", () => {
  function read(
    technique: Technique,
    ...chunks: readonly (readonly ["up" | "down", string | Buffer])[]
  ): Mark[] {
    const marks: Mark[] = [];
    const exchange = new Exchange(technique, (mark) => marks.push(mark));
    for (const [index, [way, chunk]] of chunks.entries()) {
      exchange[way](typeof chunk === "string" ? Buffer.from(chunk) : chunk, index * 10, index * 10 + 5);
    }
    return marks;
  }
  const brief = (marks: Mark[]) => marks.map(({ way, kind, label, bytes }) => [way, kind, label, bytes]);

  it("is a request and its response, each from its first byte to its last", () => {
    const marks = read(
      "polling",
      ["up", "POST /answers HTTP/1.1\r\nContent-Le"],
      ["up", "ngth: 7\r\n\r\n"],
      ["up", '{"n":1}'],
      ["down", "HTTP/1.1 204 No Content\r\n\r\n"],
    );
    expect(marks).toEqual([
      { way: "up", kind: "request", label: 'POST /answers {"n":1}', bytes: 52, left: 0, arrived: 25 },
      { way: "down", kind: "response", label: "204 No Content", bytes: 27, left: 30, arrived: 35 },
    ]);
  });

  it("has events, when its response is a stream", () => {
    const marks = read(
      "sse",
      ["up", "GET /stream HTTP/1.1\r\n\r\n"],
      ["down", "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"],
      ["down", "D\r\nretry: 1000\n\n\r\n"],
      ["down", "9\r\ndata: a\n\n\r\n"],
    );
    expect(brief(marks)).toEqual([
      ["up", "request", "GET /stream", 24],
      ["down", "response", "200 OK", 80],
      ["down", "control", "retry: 1000", 18],
      ["down", "event", "data: a", 14],
    ]);
  });

  it("has frames, when it was upgraded", () => {
    const marks = read(
      "websocket",
      ["up", "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"],
      [
        "down",
        Buffer.concat([bytes("HTTP/1.1 101 Switching Protocols\r\n\r\n"), Buffer.from([0x81, 1, 0x61])]),
      ],
      ["up", Buffer.from([0x81, 0x81, 1, 2, 3, 4, 0x62 ^ 1])],
      ["down", Buffer.from([0x88, 2, 0x03, 0xe8])],
    );
    expect(brief(marks)).toEqual([
      ["up", "request", "GET /ws", 40],
      ["down", "response", "101 Switching Protocols", 36],
      ["down", "message", "a", 3],
      ["up", "message", "b", 7],
      ["down", "control", "close 1000", 4],
    ]);
  });

  it("of Socket.IO tells what people say from what keeps the connection going", () => {
    const frame = (text: string) => Buffer.concat([Buffer.from([0x81, text.length]), bytes(text)]);
    const marks = read(
      "socketio",
      ["up", "GET /socket.io/?EIO=4 HTTP/1.1\r\n\r\n"],
      ["down", "HTTP/1.1 101 Switching Protocols\r\n\r\n"],
      ["down", frame("2")],
      ["down", frame('42["news"]')],
    );
    expect(brief(marks.slice(2))).toEqual([
      ["down", "control", "ping 2", 3],
      ["down", "message", 'message 42["news"]', 12],
    ]);
  });

  it("never throws, and never shows more than a line of it", () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Technique>("polling", "sse", "websocket", "socketio"),
        fc.array(
          fc.tuple(fc.constantFrom("up" as const, "down" as const), fc.uint8Array({ maxLength: 400 })),
        ),
        (technique, chunks) => {
          const marks = read(
            technique,
            ["up", "GET / HTTP/1.1\r\n\r\n"],
            ["down", "HTTP/1.1 101 Switching Protocols\r\n\r\n"],
            ...chunks.map(([way, chunk]) => [way, Buffer.from(chunk)] as const),
          );
          expect(marks.every(({ label }) => label.length <= 120)).toBe(true);
        },
      ),
    );
  });
});
