import { describe, expect, it } from "vitest";
import { BaroError } from "../../src/errors.ts";
import { Connection } from "../../src/websocket/connection.ts";
import { encodeMessage } from "../../src/websocket/frame.ts";
import { frame, hex, LIMITS, Recorder, seeded, serverFrame, splits } from "./recorder.ts";
import { VECTORS } from "./vectors.ts";

const tooLong = { closed: 1006, reason: "", error: "1009 WS_ERR_UNSUPPORTED_MESSAGE_LENGTH" };

describe("every vector, whole, by bytes and at random splits", () => {
  for (const { id, bytes, events, wire } of VECTORS) {
    it(id, () => {
      for (const chunks of splits(bytes, seeded(7))) {
        const recorder = new Recorder().feed(...chunks);
        expect(recorder.events).toEqual(events);
        if (wire !== undefined) expect(recorder.wire).toBe(wire);
        const [last] = recorder.events.slice(-1);
        if (last !== undefined && "closed" in last) {
          expect(recorder.connection.state).toBe("closed");
          expect(recorder.ends).toBe(1);
        }
        if (last !== undefined && "error" in last) {
          // The close frame tells the code of the fault, and a sentence for people.
          const close = recorder.takeWritten();
          expect(close[0]).toBe(0x88);
          expect(close[1]).toBe(close.length - 2);
          expect(close.readUInt16BE(2)).toBe(Number(last.error?.slice(0, 4)));
        }
      }
    });
  }
});

describe("lengths", () => {
  for (const length of [0, 1, 125, 126, 127, 65535, 65536]) {
    it(`${length} bytes, masked and unmasked`, () => {
      const payload = Buffer.alloc(length, "é€ abcdefghijk").subarray(0, length);
      const server = frame(0x82, payload);
      const client = serverFrame(0x82, payload);
      for (const size of [1, 7, 1000, 1e6]) {
        const cut = (bytes: Buffer) =>
          Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
            bytes.subarray(i * size, (i + 1) * size),
          );
        const expected = [{ binary: payload.toString("hex") }];
        expect(new Recorder("server").feed(...cut(server)).events).toEqual(expected);
        expect(new Recorder("client").feed(...cut(client)).events).toEqual(expected);
      }
    });
  }
});

describe("limits", () => {
  it("F-15 refuses an announced length at once, before any payload", () => {
    const recorder = new Recorder("server", { maxPayload: 1000 }).feed(frame(0x82, "", { length: 1001 }));
    expect(recorder.events).toEqual([tooLong]);
  });

  it("takes a message of exactly the limit, in one frame and in fragments", () => {
    const recorder = new Recorder("server", { maxPayload: 4 });
    recorder.feed(frame(0x81, "abcd"), frame(0x01, "ab"), frame(0x80, "cd"));
    expect(recorder.events).toEqual([{ text: "abcd" }, { text: "abcd" }]);
  });

  it("counts the fragments of a message together", () => {
    const recorder = new Recorder("server", { maxPayload: 4 }).feed(
      frame(0x01, "abc"),
      frame(0x00, "", { length: 2 }),
    );
    expect(recorder.events).toEqual([tooLong]);
  });

  it("0 is no limit", () => {
    const recorder = new Recorder("server", { maxPayload: 0 }).feed(frame(0x82, Buffer.alloc(100_000)));
    expect(recorder.events).toHaveLength(1);
    expect(recorder.connection.state).toBe("open");
  });

  it("F-13b ends a message of empty fragments at maxFragments", () => {
    const recorder = new Recorder("server", { maxFragments: 3 });
    recorder.feed(frame(0x01), frame(0x00), frame(0x00));
    expect(recorder.events).toEqual([]);
    recorder.feed(frame(0x00));
    expect(recorder.events).toEqual([
      { closed: 1006, reason: "", error: "1008 WS_ERR_TOO_MANY_BUFFERED_PARTS" },
    ]);
  });

  it("takes 65,537 fragments, which public suites send", () => {
    const recorder = new Recorder();
    const fragment = frame(0x00, "a");
    recorder.feed(frame(0x01), Buffer.concat(new Array(65_535).fill(fragment)), frame(0x80));
    expect(recorder.events).toEqual([{ text: "a".repeat(65_535) }]);
  });

  it("F-17 handles no more frames than the budget, and then the rest", () => {
    const recorder = new Recorder();
    const flood = Buffer.concat(new Array(10).fill(frame(0x81, "a")));
    expect(recorder.connection.receive(flood, 4)).toBe(false);
    expect(recorder.events).toHaveLength(4);
    expect(recorder.connection.receive(Buffer.alloc(0), 4)).toBe(false);
    expect(recorder.events).toHaveLength(8);
    expect(recorder.connection.receive(frame(0x81, "b"), 4)).toBe(true);
    expect(recorder.events).toHaveLength(11);
    expect(recorder.events.at(-1)).toEqual({ text: "b" });
  });
});

describe("pings", () => {
  it("F-18 answers ten of ten while the peer reads", () => {
    const recorder = new Recorder().feed(...Array.from({ length: 10 }, (_, i) => frame(0x89, `${i}`)));
    expect(recorder.wire).toBe(Array.from({ length: 10 }, (_, i) => `8a013${i}`).join(""));
  });

  it("F-18 answers only the last one when the peer did not read", () => {
    const recorder = new Recorder();
    recorder.full = true;
    recorder.feed(...Array.from({ length: 10 }, (_, i) => frame(0x89, `${i}`)));
    expect(recorder.wire).toBe("");
    recorder.full = false;
    recorder.connection.drained();
    recorder.connection.drained();
    expect(recorder.wire).toBe("8a0139");
  });

  it("does not answer once it has sent close", () => {
    const recorder = new Recorder();
    recorder.connection.close(1000);
    recorder.takeWritten();
    expect(recorder.feed(frame(0x89, "x")).wire).toBe("");
    expect(recorder.events).toEqual([{ ping: "78" }]);
  });
});

describe("the close handshake", () => {
  it("begun by us: close, the answer, TCP ends", () => {
    const recorder = new Recorder();
    recorder.connection.close(4000, "bye");
    expect(recorder.wire).toBe("88050fa0627965");
    expect(recorder.connection.state).toBe("closing");
    expect(recorder.ends).toBe(0);
    recorder.feed(frame(0x81, "still coming"), frame(0x88, hex("0fa0")));
    expect(recorder.events).toEqual([{ text: "still coming" }, { closed: 4000, reason: "" }]);
    expect(recorder.ends).toBe(1);
    expect(recorder.wire).toBe("88050fa0627965");
  });

  it("begun by both at once: one close frame each", () => {
    const server = new Recorder("server");
    const client = new Recorder("client");
    server.connection.close(1001);
    client.connection.close(4001);
    const fromServer = server.takeWritten();
    server.feed(client.takeWritten());
    client.feed(fromServer);
    expect(server.events).toEqual([{ closed: 4001, reason: "" }]);
    expect(client.events).toEqual([{ closed: 1001, reason: "" }]);
    expect(server.wire + client.wire).toBe("");
  });

  it("a client leaves the end of TCP to the server", () => {
    const client = new Recorder("client").feed(serverFrame(0x88, hex("03e8")));
    expect(client.events).toEqual([{ closed: 1000, reason: "" }]);
    expect(client.ends).toBe(0);
    expect(client.wire).toBe("88821234567811dc");
  });

  it("1006 when TCP ends without it", () => {
    const recorder = new Recorder();
    recorder.connection.receiveEnd();
    recorder.connection.receiveEnd();
    expect(recorder.events).toEqual([{ closed: 1006, reason: "" }]);
    expect(recorder.ends).toBe(1);
  });

  it("nothing is sent after it has begun", () => {
    const recorder = new Recorder();
    recorder.connection.close();
    recorder.connection.close(1000);
    recorder.connection.sendText("a");
    recorder.connection.sendAscii("a");
    recorder.connection.sendBinary(hex("00"));
    recorder.connection.sendFrame(encodeMessage("a"));
    recorder.connection.ping();
    recorder.connection.pong();
    expect(recorder.wire).toBe("8800");
  });

  it("a fault during it sends no second close frame", () => {
    const recorder = new Recorder();
    recorder.connection.close(1000);
    recorder.feed(hex("8300"));
    expect(recorder.wire).toBe("880203e8");
    expect(recorder.events).toEqual([{ closed: 1006, reason: "", error: "1002 WS_ERR_INVALID_OPCODE" }]);
    expect(recorder.ends).toBe(1);
  });

  it("a sink that closes in a message hears of no message behind it that came after the close frame", () => {
    const recorder = new Recorder();
    recorder.onMessage = () => recorder.connection.receiveEnd();
    recorder.feed(Buffer.concat([frame(0x81, "a"), frame(0x81, "b")]));
    expect(recorder.events).toEqual([{ text: "a" }, { closed: 1006, reason: "" }]);
  });
});

describe("pause and resume", () => {
  it("holds messages back, in order, and then gives them", () => {
    const recorder = new Recorder();
    recorder.onMessage = () => recorder.connection.pause();
    expect(recorder.connection.receive(Buffer.concat([frame(0x81, "a"), frame(0x81, "b")]), 10)).toBe(false);
    expect(recorder.connection.receive(frame(0x81, "c"), 10)).toBe(false);
    expect(recorder.events).toEqual([{ text: "a" }]);
    recorder.onMessage = undefined;
    recorder.connection.resume();
    expect(recorder.connection.receive(Buffer.alloc(0), 10)).toBe(true);
    expect(recorder.events).toEqual([{ text: "a" }, { text: "b" }, { text: "c" }]);
  });
});

describe("a sink that throws", () => {
  it("loses no frame behind the one that it threw at", () => {
    const frames = [frame(0x81, "a"), frame(0x01, "b"), frame(0x80, "c"), frame(0x81, "d")];
    const recorder = new Recorder();
    recorder.onMessage = () => {
      throw new Error("the listener's own");
    };
    for (let round = 0; round < 3; round += 1) {
      expect(() => recorder.feed(round === 0 ? Buffer.concat(frames) : Buffer.alloc(0))).toThrow("own");
    }
    expect(recorder.events).toEqual([{ text: "a" }, { text: "bc" }, { text: "d" }]);
  });
});

describe("the client role", () => {
  it("F-4 refuses a masked frame", () => {
    const client = new Recorder("client").feed(frame(0x81, "hi"));
    expect(client.events).toEqual([{ closed: 1006, reason: "", error: "1002 WS_ERR_UNEXPECTED_MASK" }]);
  });

  it("masks what it sends", () => {
    const client = new Recorder("client");
    client.connection.sendText("Hello");
    expect(client.wire).toBe(frame(0x81, "Hello").toString("hex"));
  });

  it("takes fresh random masks when it is given none", () => {
    const recorder = new Recorder("client");
    const connection = new Connection("client", LIMITS, recorder);
    for (let i = 0; i < 300; i += 1) connection.sendText("");
    expect(new Set(recorder.written.map((bytes) => Buffer.from(bytes).toString("hex"))).size).toBeGreaterThan(
      290,
    );
  });
});

describe("the caller's mistakes", () => {
  const code = (run: () => void) => {
    try {
      run();
    } catch (error) {
      if (error instanceof BaroError) return error.code;
    }
    return undefined;
  };

  it("throw at once, with a stable code, and change nothing", () => {
    const { connection } = new Recorder();
    for (const wrong of [0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 1000.5, Number.NaN]) {
      expect(code(() => connection.close(wrong))).toBe("BARO_CLOSE_CODE");
    }
    expect(code(() => connection.close(undefined, "why"))).toBe("BARO_CLOSE_CODE");
    expect(code(() => connection.close(1000, "é".repeat(62)))).toBe("BARO_CONTROL_LENGTH");
    expect(code(() => connection.ping(Buffer.alloc(126)))).toBe("BARO_CONTROL_LENGTH");
    expect(code(() => connection.pong(Buffer.alloc(126)))).toBe("BARO_CONTROL_LENGTH");
    expect(code(() => new Recorder("client").connection.sendFrame(encodeMessage("a")))).toBe("BARO_STATE");
    expect(connection.state).toBe("open");
  });
});

describe("what a drop-in may switch", () => {
  it("leaves pings to its owner", () => {
    const recorder = new Recorder("server", { autoPong: false }).feed(frame(0x89, "x"));
    expect(recorder.wire).toBe("");
    expect(recorder.events).toEqual([{ ping: "78" }]);
  });

  it("takes text and close reasons unseen", () => {
    const recorder = new Recorder("server", { skipUtf8Validation: true });
    recorder.feed(frame(0x81, hex("ff")), frame(0x01, hex("ff")), frame(0x80, hex("ff")));
    recorder.feed(frame(0x88, hex("03e8 ff")));
    expect(recorder.events).toEqual([
      { text: "\ufffd" },
      { text: "\ufffd\ufffd" },
      { closed: 1000, reason: "\ufffd" },
    ]);
  });

  it("sends a message in pieces, with control frames between them", () => {
    const recorder = new Recorder();
    recorder.connection.sendFragment("a", true, false);
    recorder.connection.ping();
    recorder.connection.sendFragment("b", true, false);
    recorder.connection.sendFragment("c", true, true);
    recorder.connection.sendFragment(hex("00"), false, true);
    expect(recorder.wire).toBe("010161" + "8900" + "000162" + "800163" + "820100");
  });
});

describe("the ends of fragments", () => {
  const send = (isWanted: boolean): unknown[] => {
    const recorder = new Recorder();
    const heard: unknown[] = [];
    Object.assign(recorder, {
      wantsFragments: isWanted,
      message: (data: Buffer, _isText: boolean, ends?: readonly number[]) => heard.push([String(data), ends]),
    });
    const long = frame(0x82, "in two chunks");
    recorder.feed(frame(0x02, "ab"), frame(0x00), frame(0x00, "c"), frame(0x80, "def"), frame(0x82, "whole"));
    recorder.feed(long.subarray(0, 9), long.subarray(9));
    return heard;
  };

  it("are told where they are wanted", () => {
    expect(send(true)).toEqual([
      ["abcdef", [2, 2, 3, 6]],
      ["whole", undefined],
      ["in two chunks", [13]],
    ]);
  });

  it("are not noted otherwise", () => {
    expect(send(false)).toEqual([
      ["abcdef", undefined],
      ["whole", undefined],
      ["in two chunks", undefined],
    ]);
  });
});

describe("a sink that takes strings of bytes", () => {
  it("gets short texts of ASCII as one, and all else as bytes", () => {
    const recorder = new Recorder();
    const strings: string[] = [];
    Object.assign(recorder, { writeLatin1: (bytes: string) => strings.push(bytes) });
    recorder.connection.sendAscii("Hello");
    recorder.connection.sendText("Hello");
    expect(strings).toEqual(["\x81\x05Hello"]);
    expect(recorder.wire).toBe("810548656c6c6f");
  });

  it("is not needed", () => {
    const recorder = new Recorder();
    recorder.connection.sendAscii("Hello");
    expect(recorder.wire).toBe("810548656c6c6f");
  });
});

describe("a sink that takes texts without a view", () => {
  it("gets those that are all ASCII and whole, and the others as messages", () => {
    const recorder = new Recorder();
    const texts: string[] = [];
    Object.assign(recorder, {
      ascii: (chunk: Buffer, start: number, end: number) => texts.push(chunk.toString("latin1", start, end)),
    });
    recorder.feed(
      Buffer.concat([
        frame(0x81, "a"),
        frame(0x81),
        frame(0x81, "é"),
        frame(0x82, "b"),
        frame(0x01, "c"),
        frame(0x80, "d"),
      ]),
    );
    expect(texts).toEqual(["a", ""]);
    expect(recorder.events).toEqual([{ text: "é" }, { binary: "62" }, { text: "cd" }]);
  });
});
