import { deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DeflateJobs, Inflated } from "../../src/websocket/deflate-jobs.ts";
import type { DeflateParameters } from "../../src/websocket/deflate-negotiation.ts";
import { PerMessageDeflate, type PerMessageDeflateOptions } from "../../src/websocket/permessage-deflate.ts";
import { SharedMessage } from "../../src/websocket/shared-message.ts";
import { farthest } from "./distances.ts";
import { frame, hex, Recorder, seeded, serverFrame, splits } from "./recorder.ts";

const PLAIN: DeflateParameters = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};
const TAIL = hex("0000ffff");
const ALWAYS = { threshold: 0 };

function side(
  role: "server" | "client",
  parameters: Partial<DeflateParameters> = {},
  options: PerMessageDeflateOptions = ALWAYS,
  jobs?: DeflateJobs,
  maxPayload = 100 * 1024 * 1024,
): Recorder {
  const deflate = new PerMessageDeflate(options, jobs).open(role, { ...PLAIN, ...parameters });
  return new Recorder(role, { maxPayload }, deflate);
}

/** What a client says of frames that a server sends, first byte and payload. */
const received = (...frames: [number, string][]) =>
  side("client").feed(...frames.map(([first, payload]) => serverFrame(first, hex(payload)))).events;

const invalid = { closed: 1006, reason: "", error: "1007 WS_ERR_INVALID_COMPRESSED_DATA" };
const tooLong = { closed: 1006, reason: "", error: "1009 WS_ERR_UNSUPPORTED_MESSAGE_LENGTH" };
const hello = { text: "Hello" };

describe("the examples of RFC 7692 section 7.2.3", () => {
  it("7.2.3.1 a message in one block, and in two fragments", () => {
    expect(received([0xc1, "f248cdc9c90700"])).toEqual([hello]);
    expect(received([0x41, "f248cd"], [0x80, "c9c90700"])).toEqual([hello]);
    const sent = side("server");
    sent.connection.sendText("Hello");
    expect(sent.wire).toBe("c107f248cdc9c90700");
  });

  it("7.2.3.2 shares the window, or not", () => {
    expect(received([0xc1, "f248cdc9c90700"], [0xc1, "f200110000"])).toEqual([hello, hello]);
    const shared = side("server");
    shared.connection.sendText("Hello");
    shared.connection.sendText("Hello");
    expect(shared.wire).toBe("c107f248cdc9c90700c105f200110000");
    const apart = side("server", { serverNoContextTakeover: true });
    apart.connection.sendText("Hello");
    apart.connection.sendText("Hello");
    expect(apart.wire).toBe("c107f248cdc9c90700".repeat(2));
  });

  it("7.2.3.3 a block without compression", () => {
    expect(received([0xc1, "000500faff48656c6c6f00"])).toEqual([hello]);
  });

  it("7.2.3.4 a final block", () => {
    expect(received([0xc1, "f348cdc9c9070000"])).toEqual([hello]);
    // And without the empty block that has to follow it.
    expect(received([0xc1, "f348cdc9c90700"])).toEqual([hello]);
  });

  it("7.2.3.5 two blocks", () => {
    expect(received([0xc1, "f248050000 00ffffcac9c90700"])).toEqual([hello]);
  });

  it("7.2.3.6 an empty message", () => {
    expect(received([0xc1, "00"])).toEqual([{ text: "" }]);
    const sent = side("server");
    sent.connection.sendText("");
    sent.connection.sendBinary(Buffer.alloc(0));
    expect(sent.wire).toBe("c10100c20100");
  });
});

describe("final blocks", () => {
  it("may stand in the middle, and what follows may refer to what is before them", () => {
    const first = deflateRawSync("Hello, ");
    const second = deflateRawSync("Hello, World", { dictionary: Buffer.from("Hello, ") });
    const third = deflateRawSync("World", {
      dictionary: Buffer.from("Hello, Hello, World"),
      finishFlush: 2,
    });
    const payload = Buffer.concat([first, second, third.subarray(0, -4)]);
    const client = side("client").feed(serverFrame(0xc1, payload), serverFrame(0xc1, hex("00")));
    expect(client.events).toEqual([{ text: "Hello, Hello, WorldWorld" }, { text: "" }]);
  });

  it("are refused by the thousand", () => {
    const client = side("client").feed(serverFrame(0xc2, Buffer.alloc(30_000, hex("0300"))));
    expect(client.events).toEqual([invalid]);
  });
});

describe("RSV1", () => {
  const reserved = { closed: 1006, reason: "", error: "1002 WS_ERR_UNEXPECTED_RSV_1" };

  it("is no bit of a continuation or of a control frame", () => {
    expect(received([0x41, "f248cd"], [0xc0, "c9c90700"])).toEqual([reserved]);
    expect(received([0x01, "48"], [0xc0, "00"])).toEqual([reserved]);
    for (const first of [0xc8, 0xc9, 0xca]) expect(received([first, ""])).toEqual([reserved]);
  });

  it("is no bit of anything unless it was agreed", () => {
    expect(new Recorder("client").feed(serverFrame(0xc1, hex("00"))).events).toEqual([reserved]);
  });

  it("is not alone in being reserved", () => {
    expect(received([0xe1, ""])).toEqual([{ ...reserved, error: "1002 WS_ERR_UNEXPECTED_RSV_2_3" }]);
  });
});

describe("a compressed message", () => {
  it("may come in fragments with pings between them, split anywhere", () => {
    const bytes = Buffer.concat([
      frame(0x41, hex("f2")),
      frame(0x89, "ping"),
      frame(0x00, hex("48cdc9")),
      frame(0x00, ""),
      frame(0x8a, "pong"),
      frame(0x80, hex("c90700")),
      frame(0x81, "plain"),
      frame(0xc1, hex("f200110000")),
    ]);
    for (const chunks of splits(bytes, seeded(3))) {
      const server = side("server").feed(...chunks);
      expect(server.events).toEqual([
        { ping: hexOf("ping") },
        { pong: hexOf("pong") },
        hello,
        { text: "plain" },
        hello,
      ]);
    }
  });

  it("is valid UTF-8 when it is text, and anything when it is not", () => {
    const broken = deflateRawSync(Buffer.from([0xc3, 0x28]), { finishFlush: 2 }).subarray(0, -4);
    expect(side("client").feed(serverFrame(0xc2, broken)).events).toEqual([{ binary: "c328" }]);
    const utf8 = { closed: 1006, reason: "", error: "1007 WS_ERR_INVALID_UTF8" };
    expect(side("client").feed(serverFrame(0xc1, broken)).events).toEqual([utf8]);
  });

  it("may look like broken text on the wire", () => {
    expect(received([0x41, "f248cd"], [0x80, "c9c90700"])).toEqual([hello]);
  });

  it("F-16 is refused with 1007 when it is truncated or garbage", () => {
    expect(received([0xc1, "f248cd"])).toEqual([invalid]);
    expect(received([0xc1, ""])).toEqual([invalid]);
    expect(received([0xc1, "ffffffffff"])).toEqual([invalid]);
    // A distance of 32 KiB in the first message.
    expect(received([0xc1, "f200110000"])).toEqual([invalid]);
  });

  it("F-16 is refused with 1009 when it is longer than the limit, exactly", () => {
    const payload = deflateRawSync(Buffer.alloc(1000), { finishFlush: 2 }).subarray(0, -4);
    const at = (limit: number) =>
      side("client", {}, ALWAYS, undefined, limit).feed(serverFrame(0xc2, payload)).events;
    expect(at(1000)).toHaveLength(1);
    expect(at(1000)).not.toEqual([tooLong]);
    expect(at(999)).toEqual([tooLong]);
  });

  it("stands for several frames of the budget", () => {
    const bytes = Buffer.concat(Array.from({ length: 64 }, () => frame(0xc1, hex("00"))));
    const server = side("server");
    expect(server.connection.receive(bytes, 256)).toBe(false);
    expect(server.events).toHaveLength(32);
  });
});

describe("what is sent", () => {
  it("is compressed from the threshold on, 1,024 bytes by default", () => {
    const server = side("server", {}, {});
    server.connection.sendText("x".repeat(1023));
    expect(server.takeWritten()[0]).toBe(0x81);
    server.connection.sendText("é".repeat(512));
    expect(server.takeWritten()[0]).toBe(0xc1);
    server.connection.sendBinary(Buffer.alloc(1024));
    expect(server.takeWritten()[0]).toBe(0xc2);
  });

  it("is not compressed where that is not wanted, nor in pieces, nor in control frames", () => {
    const server = side("server");
    const { connection } = server;
    connection.sendText("Hello", false);
    connection.sendBinary(Buffer.from("Hello"), false);
    connection.sendFrame(new SharedMessage("Hello"), false);
    connection.sendFragment("He", true, false);
    connection.ping(Buffer.from("1"));
    connection.sendFragment("llo", true, true);
    connection.close(1000);
    expect(server.wire).toBe(
      "810548656c6c6f820548656c6c6f810548656c6c6f01024865890131" + "80036c6c6f880203e8",
    );
  });

  it("never refers back further than the window that was agreed", () => {
    const data = Buffer.alloc(40_000);
    // The same 300 bytes again and again, at distances that go through all windows.
    const random = seeded(11);
    const block = Buffer.from(Array.from({ length: 300 }, () => random() * 256));
    for (let at = 0, gap = 1; at < data.length - 300; gap *= 2) {
      block.copy(data, at);
      at += 300 + (gap % 9000);
    }
    for (let bits = 8; bits <= 15; bits += 1) {
      const server = side("server", { serverMaxWindowBits: bits });
      const payloads: Buffer[] = [];
      for (let turn = 0; turn < 3; turn += 1) {
        server.connection.sendBinary(data);
        const written = server.takeWritten();
        payloads.push(written.subarray((written[1] ?? 0) < 126 ? 2 : written[1] === 126 ? 4 : 10), TAIL);
      }
      const stream = Buffer.concat(payloads);
      expect(farthest(stream)).toBeLessThanOrEqual(1 << bits);
      if (bits >= 10) expect(farthest(stream)).toBeGreaterThan(300);
    }
  });

  it("is compressed as the options of zlib say", () => {
    const text = "Hello ".repeat(100);
    const bytes = (zlibDeflateOptions: object) => {
      const server = side("server", {}, { threshold: 0, zlibDeflateOptions });
      server.connection.sendText(text);
      return server.takeWritten().length;
    };
    expect(bytes({ level: 0 })).toBeGreaterThan(600);
    expect(bytes({ level: 9, memLevel: 9 })).toBeLessThan(50);
    expect(() => bytes({ level: 10 })).toThrow(RangeError);
  });
});

describe("a shared message", () => {
  it("is compressed once for all that agreed on the same", () => {
    const deflate = new PerMessageDeflate(ALWAYS);
    const open = (parameters: Partial<DeflateParameters>) =>
      new Recorder("server", {}, deflate.open("server", { ...PLAIN, ...parameters }));
    const [first, second, apart, narrow] = [
      open({}),
      open({}),
      open({ serverNoContextTakeover: true }),
      open({ serverMaxWindowBits: 9 }),
    ] as const;
    second.connection.sendText("before");
    second.written.length = 0;
    const message = new SharedMessage("Hello, Hello");
    const plain = new Recorder("server");
    for (const one of [first, second, apart, narrow, plain]) one.connection.sendFrame(message);
    expect(second.written[0]).toBe(first.written[0]);
    expect(apart.written[0]).toBe(first.written[0]);
    expect(narrow.written[0]).not.toBe(first.written[0]);
    expect(plain.wire).toBe(`810c${hexOf("Hello, Hello")}`);
  });

  it("is part of what comes after it", () => {
    const server = side("server");
    const client = side("client");
    server.connection.sendText("one");
    server.connection.sendFrame(new SharedMessage("A message of many connections"));
    client.feed(server.takeWritten());
    server.connection.sendText("A message of many connections");
    // It refers to the shared one.
    expect(server.written[0]?.length).toBeLessThan(12);
    client.feed(server.takeWritten());
    expect(client.events).toHaveLength(3);
    expect(client.events[2]).toEqual(client.events[1]);
  });
});

describe("every combination of parameters, core against core", () => {
  const sizes = [16, 64, 256, 1024, 4096, 8192, 16_384, 32_768, 65_536, 131_072];
  for (const serverNoContextTakeover of [false, true]) {
    for (const clientNoContextTakeover of [false, true]) {
      for (const bits of [8, 9, 10, 12, 15]) {
        const parameters = {
          serverNoContextTakeover,
          clientNoContextTakeover,
          serverMaxWindowBits: bits,
          clientMaxWindowBits: 23 - bits,
        };
        it(JSON.stringify(parameters), () => {
          const server = side("server", parameters);
          const client = side("client", parameters);
          for (const size of sizes) {
            for (const text of [json(size), json(size + 3).slice(3)]) {
              const [from, to] = [client.events.length, server.events.length];
              server.connection.sendText(text);
              client.feed(server.takeWritten());
              client.connection.sendText(text);
              server.feed(client.takeWritten());
              expect(client.events.slice(from)).toEqual([{ text }]);
              expect(server.events.slice(to)).toEqual([{ text }]);
            }
          }
        });
      }
    }
  }
});

describe("any messages", () => {
  const message = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 300 }),
    fc.uint8Array({ maxLength: 600 }),
    fc.tuple(fc.string({ maxLength: 20 }), fc.nat(4000)).map(([text, times]) => text.repeat(times)),
  );
  const bits = fc.integer({ min: 8, max: 15 });
  const any = fc.record({
    serverNoContextTakeover: fc.boolean(),
    clientNoContextTakeover: fc.boolean(),
    serverMaxWindowBits: bits,
    clientMaxWindowBits: bits,
  });

  it("arrive as they were sent", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 12 }), any, fc.nat(), (messages, parameters, seed) => {
        const client = side("client", parameters);
        const server = side("server", parameters);
        for (const data of messages) {
          if (typeof data === "string") client.connection.sendText(data);
          else client.connection.sendBinary(data);
        }
        const [, , ...more] = splits(client.takeWritten(), seeded(seed));
        server.feed(...(more[0] ?? []));
        expect(server.events).toEqual(
          messages.map((data) =>
            typeof data === "string" ? { text: data } : { binary: Buffer.from(data).toString("hex") },
          ),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("never throw, whatever is in them", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 5 }), (payloads) => {
        const client = side("client").feed(...payloads.map((bytes) => serverFrame(0xc2, bytes)));
        client.connection.receiveEnd();
        expect(client.events.filter((event) => "closed" in event)).toHaveLength(1);
      }),
    );
  });
});

/** Jobs that are done when the test says so. */
class Jobs implements DeflateJobs {
  readonly waiting: (() => void)[] = [];
  fails = false;

  deflate(data: Buffer, options: object, done: (data: Buffer | undefined) => void): void {
    this.waiting.push(() => done(this.fails ? undefined : deflateRawSync(data, options)));
  }
  inflate(data: Buffer, options: object, done: (inflated: Inflated | Error) => void): void {
    this.waiting.push(() => {
      let result: Inflated | Error;
      try {
        const { buffer, engine } = inflateRawSync(data, options) as unknown as {
          buffer: Buffer;
          engine: { bytesWritten: number };
        };
        result = { data: buffer, taken: engine.bytesWritten };
      } catch (error) {
        result = error as Error;
      }
      done(result);
    });
  }
  next(): void {
    const job = this.waiting.shift();
    expect(job).toBeDefined();
    job?.();
  }
}

describe("a long message", () => {
  const long = json(200_000);

  it("is compressed elsewhere, and all behind it waits but the answer to a ping", () => {
    const jobs = new Jobs();
    const server = side("server", {}, ALWAYS, jobs);
    const client = side("client");
    const sent: boolean[] = [];
    const { connection } = server;
    connection.sendText("before");
    client.feed(server.takeWritten());
    connection.sendText(long);
    const short = Buffer.from("short");
    connection.sendBinary(short);
    short.fill(0);
    connection.sendText("plain", false);
    connection.ping(Buffer.from("1"));
    connection.sendText(long);
    connection.sendFrame(new SharedMessage("after"));
    connection.whenSent((isSent) => sent.push(isSent));
    connection.close(1000, "bye");
    connection.sendText("too late");
    expect(connection.state).toBe("closing");
    expect(connection.waiting).toBeGreaterThan(400_000);
    expect(server.written).toEqual([]);
    jobs.next();
    expect(server.written.length).toBeGreaterThan(0);
    expect(sent).toEqual([]);
    jobs.next();
    expect(sent).toEqual([true]);
    expect(connection.waiting).toBe(0);
    client.feed(server.takeWritten());
    expect(client.events).toEqual([
      { text: "before" },
      { text: long },
      { binary: hexOf("short") },
      { text: "plain" },
      { ping: "31" },
      { text: long },
      { text: "after" },
      { closed: 1000, reason: "bye" },
    ]);
  });

  it("does not hold up pongs", () => {
    const jobs = new Jobs();
    const server = side("server", {}, ALWAYS, jobs);
    server.connection.sendText(long);
    server.feed(frame(0x89, "x"));
    expect(server.wire).toBe("8a0178");
  });

  it("is sent as it is when there is no memory to compress it", () => {
    const jobs = new Jobs();
    jobs.fails = true;
    const server = side("server", {}, ALWAYS, jobs);
    const message = new SharedMessage(long);
    server.connection.sendText(long);
    jobs.next();
    server.connection.sendFrame(message);
    jobs.next();
    expect(side("client").feed(server.takeWritten()).events).toEqual([{ text: long }, { text: long }]);
  });

  it("is compressed once for all connections that wait for it", () => {
    const jobs = new Jobs();
    const deflate = new PerMessageDeflate(ALWAYS, jobs);
    const all = [1, 2, 3].map(() => new Recorder("server", {}, deflate.open("server", PLAIN)));
    const message = new SharedMessage(long);
    for (const one of all) one.connection.sendFrame(message);
    for (const one of all) one.connection.sendText("after");
    expect(jobs.waiting).toHaveLength(1);
    jobs.next();
    for (const one of all) {
      expect(side("client").feed(one.takeWritten()).events).toEqual([{ text: long }, { text: "after" }]);
    }
  });

  it("is forgotten with all behind it when the connection fails or ends", () => {
    for (const end of [
      (server: Recorder) => server.connection.receiveEnd(),
      (server: Recorder) => server.feed(frame(0x83, "")),
    ]) {
      const jobs = new Jobs();
      const server = side("server", {}, ALWAYS, jobs);
      const sent: boolean[] = [];
      server.connection.sendText(long);
      server.connection.whenSent((isSent) => sent.push(isSent));
      end(server);
      expect(server.ends).toBe(1);
      expect(sent).toEqual([false]);
      const { wire } = server;
      jobs.next();
      expect(server.wire).toBe(wire);
      expect(server.connection.waiting).toBe(0);
    }
  });

  it("goes out before the answer to the peer's close frame, and TCP ends behind that", () => {
    const jobs = new Jobs();
    const server = side("server", {}, ALWAYS, jobs);
    server.connection.sendText(long);
    server.feed(frame(0x88, hex("03e8")));
    expect(server.events).toEqual([{ closed: 1000, reason: "" }]);
    expect(server.ends).toBe(0);
    jobs.next();
    expect(server.ends).toBe(1);
    const client = side("client").feed(server.takeWritten());
    expect(client.events).toEqual([{ text: long }, { closed: 1000, reason: "" }]);
  });

  it("is decompressed elsewhere, and all behind it waits", () => {
    const client = side("client");
    client.connection.sendText(long);
    client.connection.sendText("after");
    const jobs = new Jobs();
    const server = side("server", {}, ALWAYS, jobs);
    expect(server.connection.receive(client.takeWritten(), 100)).toBe(false);
    expect(server.connection.isInflating).toBe(true);
    expect(server.connection.receive(Buffer.from(frame(0x89, "x")), 100)).toBe(false);
    expect(server.events).toEqual([]);
    jobs.next();
    expect(server.events).toEqual([{ text: long }, { text: "after" }, { ping: "78" }]);
    expect(server.connection.isInflating).toBe(false);
  });

  it("is kept while the connection is paused, and dropped when it is over", () => {
    for (const isOver of [false, true]) {
      const client = side("client");
      client.connection.sendText(long);
      const jobs = new Jobs();
      const server = side("server", {}, ALWAYS, jobs).feed(client.takeWritten());
      server.connection.pause();
      if (isOver) server.connection.receiveEnd();
      jobs.next();
      expect(server.events).toEqual(isOver ? [{ closed: 1006, reason: "" }] : []);
      server.connection.resume();
      server.feed(Buffer.alloc(0));
      expect(server.events).toEqual(isOver ? [{ closed: 1006, reason: "" }] : [{ text: long }]);
    }
  });

  it("F-16 is refused there too: too long, garbage, and final blocks", () => {
    const bomb = deflateRawSync(Buffer.alloc(3_000_000));
    const cases: [Buffer, object][] = [
      [bomb, tooLong],
      [Buffer.concat([deflateRawSync(Buffer.alloc(500_000)), hex("ff")]), invalid],
    ];
    for (const [payload, event] of cases) {
      const jobs = new Jobs();
      const client = side("client", {}, ALWAYS, jobs, 1_000_000).feed(serverFrame(0xc2, payload));
      while (jobs.waiting.length > 0) jobs.next();
      expect(client.events).toEqual([event]);
    }
  });
});

/** Text that compresses as JSON does. */
function json(size: number): string {
  const random = seeded(size);
  let text = "";
  while (text.length < size) text += `{"id":${Math.floor(random() * 1e6)},"name":"user","ok":true},`;
  return text.slice(0, size);
}

function hexOf(text: string): string {
  return Buffer.from(text).toString("hex");
}
