import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeMessage } from "../../src/websocket/frame.ts";
import { type Event, frame, hex, Recorder, seeded, serverFrame, splitAtRandom, splits } from "./recorder.ts";

const sha1 = (text: string): string => createHash("sha1").update(text).digest("hex");

/** A frame as a peer might send it: mostly valid, of every kind, in any order. */
const anyFrame = fc.record({
  first: fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(0x81, 0x82, 0x01, 0x02, 0x00, 0x80, 0x89, 0x8a, 0x88) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) },
  ),
  payload: fc.oneof(
    { weight: 8, arbitrary: fc.string({ unit: "grapheme", maxLength: 60 }).map((text) => Buffer.from(text)) },
    { weight: 2, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
    // What close frames begin with, and a character that goes on in the next fragment.
    { weight: 1, arbitrary: fc.constantFrom("03e8", "03e8f0", "0bb86f6b", "f09f98", "80").map(hex) },
  ),
  mask: fc.integer(),
});

describe("the connection", () => {
  it("gives the same events for the same frames, wherever they are split", () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 12 }), fc.nat(), (frames, seed) => {
        const bytes = Buffer.concat(
          frames.map(({ first, payload, mask }) => frame(first, payload, { mask })),
        );
        const [whole, ...others] = splits(bytes, seeded(seed)).map((chunks) =>
          new Recorder().feed(...chunks),
        );
        for (const other of others) {
          expect(other.events).toEqual(whole?.events);
          expect(other.wire).toBe(whole?.wire);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("gives the same events for the same frames, however small the budget is", () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 12 }), fc.integer({ min: 1, max: 3 }), (frames, budget) => {
        const bytes = Buffer.concat(
          frames.map(({ first, payload, mask }) => frame(first, payload, { mask })),
        );
        const whole = new Recorder().feed(bytes);
        const slow = new Recorder();
        for (let rest = Buffer.from(bytes); !slow.connection.receive(rest, budget); ) rest = Buffer.alloc(0);
        expect(slow.events).toEqual(whole.events);
      }),
    );
  });

  it("never throws, closes once, and ends TCP as its role has to, for arbitrary bytes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 6 }),
        fc.constantFrom("server" as const, "client" as const),
        (chunks, role) => {
          const recorder = new Recorder(role).feed(...chunks);
          recorder.connection.receiveEnd();
          const closes = recorder.events.filter((event) => "closed" in event);
          expect(closes).toHaveLength(1);
          // A close handshake that a client has done leaves the end of TCP to the server.
          const isLeft = role === "client" && closes[0]?.closed !== 1006;
          expect(recorder.ends).toBe(isLeft ? 0 : 1);
        },
      ),
      {
        numRuns: 3000,
        examples: [
          [[Uint8Array.of(0x88, 0)], "client"],
          [[Uint8Array.of(0x88, 0x80), new Uint8Array(4)], "server"],
        ],
      },
    );
  });

  const anyMessage = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 200 }),
    fc.uint8Array({ maxLength: 300 }),
    fc.constantFrom(125, 126, 127, 65535, 65536).map((length) => "x".repeat(length)),
  );
  const eventOf = (message: string | Uint8Array): Event =>
    typeof message === "string" ? { text: message } : { binary: Buffer.from(message).toString("hex") };

  it("carries any messages from client to server and back", () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 5 }), fc.nat(), (messages, seed) => {
        const client = new Recorder("client");
        const server = new Recorder("server");
        for (const message of messages) {
          if (typeof message === "string") client.connection.sendText(message);
          else client.connection.sendBinary(message);
          server.connection.sendFrame(encodeMessage(message));
        }
        client.connection.close(1000, "done");
        const fromServer = server.takeWritten();
        for (const chunk of splitAtRandom(client.takeWritten(), seeded(seed))) server.feed(chunk);
        for (const chunk of splitAtRandom(fromServer, seeded(seed + 1))) client.feed(chunk);
        client.feed(server.takeWritten());
        expect(server.events).toEqual([...messages.map(eventOf), { closed: 1000, reason: "done" }]);
        expect(client.events).toEqual([...messages.map(eventOf), { closed: 1000, reason: "done" }]);
      }),
      { numRuns: 50 },
    );
  });

  it("F-14 takes a frame of 10 MB byte by byte", () => {
    const payload = Buffer.alloc(10_000_000, "0123456789");
    const recorder = new Recorder();
    const whole = frame(0x82, payload);
    for (let at = 0; at < whole.length; at += 1) recorder.connection.receive(whole.subarray(at, at + 1), 1);
    expect(recorder.events).toHaveLength(1);
    // Hashed: the difference of 10 MB is no help to anybody.
    const [heard] = recorder.events.map((event) => ("binary" in event ? sha1(event.binary) : event));
    expect(heard).toBe(sha1(payload.toString("hex")));
    // Ten million steps, which take as long as they take.
  }, 300_000);

  it("K-1 the client refuses what the server does", () => {
    for (const first of [0xc1, 0xa1, 0x91, 0x83, 0x8b, 0x09, 0x80]) {
      const client = new Recorder("client").feed(serverFrame(first));
      expect(client.events).toMatchObject([{ closed: 1006, error: expect.stringMatching(/^1002 /) }]);
    }
    const limited = new Recorder("client", { maxPayload: 10 }).feed(serverFrame(0x81, "x".repeat(11)));
    expect(limited.events).toMatchObject([{ error: "1009 WS_ERR_UNSUPPORTED_MESSAGE_LENGTH" }]);
    const text = new Recorder("client").feed(serverFrame(0x81, Buffer.from([0xff])));
    expect(text.events).toMatchObject([{ error: "1007 WS_ERR_INVALID_UTF8" }]);
  });
});
