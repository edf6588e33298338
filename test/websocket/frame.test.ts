import { describe, expect, it } from "vitest";
import {
  COPY_LIMIT,
  encodeAscii,
  encodeFrame,
  encodeLed,
  encodeMessage,
  type Frames,
  Opcode,
} from "../../src/websocket/frame.ts";
import { frame, MASK, serverFrame } from "./recorder.ts";

const joined = (frames: Frames) => Buffer.concat(frames instanceof Uint8Array ? [frames] : [...frames]);

describe("encodeMessage", () => {
  it("gives the example of RFC 6455 section 5.7", () => {
    expect(joined(encodeMessage("Hello")).toString("hex")).toBe("810548656c6c6f");
  });

  it("counts bytes, not characters", () => {
    expect(joined(encodeMessage("é€😀")).toString("hex")).toBe("8109c3a9e282acf09f9880");
  });

  it("takes bytes as binary, or as text", () => {
    const bytes = Buffer.from("é");
    expect(joined(encodeMessage(bytes)).toString("hex")).toBe("8202c3a9");
    expect(joined(encodeMessage(bytes, true)).toString("hex")).toBe("8102c3a9");
  });

  for (const length of [0, 1, 125, 126, 127, 65535, 65536]) {
    it(`uses the shortest length for ${length} bytes`, () => {
      const payload = Buffer.alloc(length, "0123456789abc");
      expect(Buffer.compare(joined(encodeMessage(payload)), serverFrame(0x82, payload))).toBe(0);
      const text = joined(encodeMessage(payload.toString()));
      expect(Buffer.compare(text, serverFrame(0x81, payload))).toBe(0);
    });
  }

  it("writes all eight bytes of a length over 4 GiB", () => {
    // No such buffer is needed for its header.
    const huge = Object.defineProperty(new Uint8Array(0), "length", { value: 5 * 2 ** 32 + 6 });
    const [header] = encodeMessage(huge) as Uint8Array[];
    expect(Buffer.from(header as Uint8Array).toString("hex")).toBe("827f0000000500000006");
  });

  it("copies short binary data, and hands long data on as it is", () => {
    const short = new Uint8Array(COPY_LIMIT);
    expect(encodeMessage(short)).toBeInstanceOf(Uint8Array);
    const long = new Uint8Array(COPY_LIMIT + 1);
    expect((encodeMessage(long) as Uint8Array[])[1]).toBe(long);
  });
});

describe("encodeAscii", () => {
  for (const length of [0, 1, 125, 126, 127, 255, 256, 65535]) {
    it(`gives the bytes of a text of ${length} characters`, () => {
      const text = "0123456789abc".repeat(5042).slice(0, length);
      expect(Buffer.from(encodeAscii(text), "latin1").equals(joined(encodeMessage(text)))).toBe(true);
    });
  }
});

describe("encodeLed", () => {
  for (const text of ["", "é", "a".repeat(124), "a".repeat(125), "€".repeat(21_845)]) {
    it(`gives the bytes of a message of ${text.length + 1} characters`, () => {
      expect(joined(encodeLed(0x34, text)).equals(joined(encodeMessage(`4${text}`)))).toBe(true);
    });
  }
});

describe("encodeFrame for a client", () => {
  for (const length of [0, 5, 125, 126, 65535, 65536]) {
    it(`masks ${length} bytes and leaves the caller's as they are`, () => {
      const payload = Buffer.alloc(length, "0123456789abc");
      const before = Buffer.from(payload);
      const encoded = joined(encodeFrame(Opcode.BINARY, payload, MASK));
      expect(Buffer.compare(encoded, frame(0x82, before))).toBe(0);
      expect(Buffer.compare(payload, before)).toBe(0);
    });
  }
});
