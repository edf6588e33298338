import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Binary } from "../../src/binary.ts";
import { Outgoing } from "../../src/engine/outgoing.ts";
import { PacketType } from "../../src/engine/packet.ts";
import { decodePayload, encodePayload, MAX_TINY_PACKETS, PayloadDecoder } from "../../src/engine/payload.ts";
import { base64 } from "../../src/node/base64.ts";

type Packet = [type: PacketType, data: string | Binary];

function decode(text: string): { packets: Packet[]; sound: boolean } {
  const packets: Packet[] = [];
  const sound = decodePayload(text, base64, (type, data) => packets.push([type, data]));
  return { packets, sound };
}

const message = (data: string | Binary, attachments?: readonly Binary[]) =>
  new Outgoing(PacketType.MESSAGE, data, attachments);

describe("encodePayload", () => {
  it("joins packets by U+001E, and writes binary as b and base64", () => {
    const outgoings = [message("hello"), new Outgoing(PacketType.PING), message(Uint8Array.of(1, 2, 3, 4))];
    expect(encodePayload(outgoings, base64)).toBe("4hello\x1e2\x1ebAQIDBA==");
  });

  it("puts attachments right behind their packet", () => {
    const header = message("51-[]", [Uint8Array.of(255).buffer, new Uint8Array(0)]);
    expect(encodePayload([header, message("2")], base64)).toBe("451-[]\x1eb/w==\x1eb\x1e42");
  });

  it("is empty text for no packets", () => {
    expect(encodePayload([], base64)).toBe("");
  });

  it("encodes a broadcast once", () => {
    let encoded = 0;
    const counting = {
      ...base64,
      encode(data: Binary) {
        encoded += 1;
        return base64.encode(data);
      },
    };
    const outgoing = message(Uint8Array.of(7));
    expect(encodePayload([outgoing], counting)).toBe("bBw==");
    expect(encodePayload([message("x"), outgoing], counting)).toBe("4x\x1ebBw==");
    expect(encoded).toBe(1);
  });
});

describe("decodePayload", () => {
  it("gives the packets in order", () => {
    expect(decode("4hello\x1e2\x1e4€\x1ebAQIDBA==\x1eb")).toEqual({
      packets: [
        [PacketType.MESSAGE, "hello"],
        [PacketType.PING, ""],
        [PacketType.MESSAGE, "€"],
        [PacketType.MESSAGE, Buffer.of(1, 2, 3, 4)],
        [PacketType.MESSAGE, Buffer.alloc(0)],
      ],
      sound: true,
    });
  });

  it.each([
    ["an empty payload", "", 0],
    ["only separators", "\x1e\x1e", 0],
    ["a separator at the end", "4a\x1e", 1],
    ["an unknown type", "4a\x1e7\x1e4b", 1],
    ["no type", "hello", 0],
    ["P-8: base64 that is none", "b!!!!", 0],
    ["P-8: base64 of odd length", "bAAA", 0],
    ["P-8: padding inside", "bAA==AAAA", 0],
  ])("stops at %s", (_name, text, before) => {
    const { packets, sound } = decode(text);
    expect(sound).toBe(false);
    expect(packets).toHaveLength(before);
  });

  it("takes as many packets as a server has to send", () => {
    const { packets, sound } = decode(Array(50_000).fill("4").join("\x1e"));
    expect(sound).toBe(true);
    expect(packets).toHaveLength(50_000);
  });

  it("never throws on arbitrary text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void decode(text)));
    const near = fc.array(fc.constantFrom(..."0456b=A\x1e")).map((characters) => characters.join(""));
    fc.assert(fc.property(near, (text) => void decode(text)));
  });

  it("gives back what was encoded", () => {
    const data = fc.oneof(
      fc.string({ unit: "binary" }).map((text) => text.replaceAll("\x1e", "")),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(fc.array(data, { minLength: 1 }), (messages) => {
        const text = encodePayload(
          messages.map((each) => message(each)),
          base64,
        );
        expect(decode(text)).toEqual({
          packets: messages.map((each) => [PacketType.MESSAGE, each]),
          sound: true,
        });
      }),
    );
  });
});

describe("PayloadDecoder", () => {
  it("P-2: takes so many tiny packets, and no more", () => {
    const full = Array(MAX_TINY_PACKETS).fill("4").join("\x1e");
    const decodeAll = (text: string, receive = () => {}) =>
      new PayloadDecoder(text, base64).decode(Number.POSITIVE_INFINITY, receive);
    expect(decodeAll(full)).toBe("done");
    let packets = 0;
    expect(
      decodeAll(`${full}\x1e4`, () => {
        packets += 1;
      }),
    ).toBe("malformed");
    expect(packets).toBe(MAX_TINY_PACKETS);
  });

  it("takes any number of events", () => {
    let packets = 0;
    const text = Array(125_000).fill('42["a"]').join("\x1e");
    const progress = new PayloadDecoder(text, base64).decode(Number.POSITIVE_INFINITY, () => {
      packets += 1;
    });
    expect([progress, packets]).toEqual(["done", 125_000]);
  });

  it("stops at its budget and goes on where it stopped", () => {
    const decoder = new PayloadDecoder("41\x1e42\x1e43\x1e44\x1e45", base64);
    const seen: (string | Binary)[] = [];
    const slice = () => decoder.decode(2, (_type, data) => seen.push(data));
    expect(slice()).toBe("more");
    expect(seen).toEqual(["1", "2"]);
    expect(slice()).toBe("more");
    expect(slice()).toBe("done");
    expect(seen).toEqual(["1", "2", "3", "4", "5"]);
  });
});
