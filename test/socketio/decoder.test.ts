import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Binary } from "../../src/binary.ts";
import { type Decoded, Decoder } from "../../src/socketio/decoder.ts";
import { encode } from "../../src/socketio/encoder.ts";
import { Malformed } from "../../src/socketio/malformed.ts";
import { type Packet, PacketType } from "../../src/socketio/packet.ts";
import { ServerDecoder } from "../../src/socketio/server-decoder.ts";
import { vectors } from "./vectors.ts";

const decode = (text: string, ...attachments: Binary[]): Decoded => {
  const decoder = new ServerDecoder();
  let decoded = decoder.receiveText(text);
  for (const attachment of attachments) decoded = decoder.receiveBinary(attachment);
  return decoded;
};
const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);
const event = (...data: [string, ...unknown[]]): Packet => ({
  type: PacketType.EVENT,
  nsp: "/",
  id: undefined,
  data,
});

describe("Decoder", () => {
  it.each(vectors)("reads %s", (text, packet) => {
    expect(decode(text)).toEqual(packet);
  });

  it("takes no packet in the place of an attachment", () => {
    for (const text of ["0", "0{}", '2["e"]', "1"]) {
      const decoder = new ServerDecoder();
      expect(decoder.receiveText('51-["e",{"_placeholder":true,"num":0}]')).toBe("incomplete");
      expect(decoder.receiveText(text)).toBeInstanceOf(Malformed);
    }
  });

  it("puts attachments in their places", () => {
    const text = '52-/ns,4["e",{"_placeholder":true,"num":1},[{"_placeholder":true,"num":0}]]';
    const decoder = new ServerDecoder();
    expect(decoder.receiveText(text)).toBe("incomplete");
    expect(decoder.receiveBinary(bytes(1))).toBe("incomplete");
    expect(decoder.receiveBinary(bytes(2))).toEqual({
      type: PacketType.EVENT,
      nsp: "/ns",
      id: 4,
      data: ["e", bytes(2), [bytes(1)]],
    });
    expect(decoder.receiveText('2["next"]')).toEqual(event("next"));
  });

  it("reads a binary acknowledgement", () => {
    expect(decode('61-9[{"_placeholder":true,"num":0}]', bytes(5))).toEqual({
      type: PacketType.ACK,
      nsp: "/",
      id: 9,
      data: [bytes(5)],
    });
  });

  it("leaves what looks like a placeholder alone where no attachments were announced", () => {
    expect(decode('2["e",{"_placeholder":true,"num":0}]')).toEqual(
      event("e", { _placeholder: true, num: 0 }),
    );
  });

  it("reads a namespace without a comma at the end of the text", () => {
    expect(decode("0/admin")).toMatchObject({ type: PacketType.CONNECT, nsp: "/admin" });
  });

  it.each([
    "",
    "x",
    " 0",
    "-1",
    "9",
    "2 ",
    '2/ns["e"]',
    '2/ns,x["e"]',
    '2["e"]x',
    '2,["e"]',
    "4",
    "41",
    '31{"a":1}',
    "3[]",
  ])("refuses %j", (text) => {
    expect(decode(text)).toBeInstanceOf(Malformed);
  });

  it("bounds names", () => {
    const name = "n".repeat(1_023);
    expect(decode(`0/${name},`)).toMatchObject({ nsp: `/${name}` });
    expect(decode(`0/${name}n,`)).toBeInstanceOf(Malformed);
    expect(decode(`2["${name}n"]`)).toMatchObject({ data: [`${name}n`] });
    expect(decode(`2["${name}nn"]`)).toBeInstanceOf(Malformed);
  });

  it("takes no text for an attachment", () => {
    const decoder = new ServerDecoder();
    decoder.receiveText('51-["e",{"_placeholder":true,"num":0}]');
    expect(decoder.receiveText('2["e"]')).toBeInstanceOf(Malformed);
  });
});

describe("attacks", () => {
  it.each(['2[{"toString":"foo"}]', '2[["a"]]', "2[null]", "2[]", "2{}", '2"a"', "2"])(
    "S-2: refuses %s",
    (text) => {
      expect(decode(text)).toBeInstanceOf(Malformed);
    },
  );

  it.each(["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"])(
    "S-3: refuses the reserved name %s",
    (name) => {
      expect(decode(`2["${name}",1]`)).toBeInstanceOf(Malformed);
    },
  );

  it.each(["error", "__proto__", "constructor", "hasOwnProperty"])(
    "S-3: reads %s as a plain name",
    (name) => {
      expect(decode(`2["${name}"]`)).toEqual(event(name));
    },
  );

  it.each(['"splice"', "5", "-1", "1.5", '"0"', "null", "1e400", "true"])(
    "S-4: refuses the index %s",
    (index) => {
      expect(decode(`51-["a",{"_placeholder":true,"num":${index}}]`)).toBeInstanceOf(Malformed);
    },
  );

  it.each(['["a",{"_placeholder":true}]', '["a"]', '["a",{"_placeholder":1,"num":0}]'])(
    "S-4: refuses one attachment for %s",
    (data) => {
      expect(decode(`51-${data}`)).toBeInstanceOf(Malformed);
    },
  );

  it("S-4: refuses one attachment in many places", () => {
    const placeholders = ',{"_placeholder":true,"num":0}'.repeat(100_000);
    expect(decode(`51-["a"${placeholders}]`)).toBeInstanceOf(Malformed);
  });

  it("S-4: refuses one attachment twice in the place of two", () => {
    const twice = ',{"_placeholder":true,"num":0}'.repeat(2);
    expect(decode(`52-["a"${twice}]`)).toBeInstanceOf(Malformed);
  });

  it("S-4: a placeholder under the key __proto__ changes no prototype", () => {
    const decoded = decode('51-["a",{"__proto__":{"_placeholder":true,"num":0}}]', bytes(1)) as Packet;
    const [, object] = decoded.data as [string, object];
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
    expect(Object.getOwnPropertyDescriptor(object, "__proto__")?.value).toEqual(bytes(1));
  });

  it("S-5: refuses text where an attachment is due, and binary that nobody announced", () => {
    const decoder = new ServerDecoder();
    expect(decoder.receiveText('51-["a",{"_placeholder":true,"num":0}]')).toBe("incomplete");
    expect(decoder.receiveText('2["a"]')).toBeInstanceOf(Malformed);
    expect(new ServerDecoder().receiveBinary(bytes(1))).toBeInstanceOf(Malformed);
  });

  it.each(['50-["a"]', "60-[]", "60-1[]"])("S-6: refuses %s", (text) => {
    expect(decode(text)).toBeInstanceOf(Malformed);
  });

  it.each([
    '511-["a"]',
    '5999999999999-["a"]',
    `5${"9".repeat(400)}-["a"]`,
    '51e3-["a"]',
    '5-1-["a"]',
    '5 1-["a"]',
    '5a-["a"]',
    '51.5-["a"]',
    "5",
    "51",
    "51-",
    '5["a"]',
  ])("S-7: refuses %s", (text) => {
    expect(decode(text)).toBeInstanceOf(Malformed);
  });

  it("S-7: takes as many attachments as the limit says", () => {
    const placeholders = Array.from({ length: 11 }, (_, num) => `,{"_placeholder":true,"num":${num}}`);
    const text = (count: number) => `5${count}-["a"${placeholders.slice(0, count).join("")}]`;
    expect(new ServerDecoder().receiveText(text(10))).toBe("incomplete");
    expect(new ServerDecoder().receiveText(text(11))).toBeInstanceOf(Malformed);
    expect(new Decoder({ maxAttachments: 11 }).receiveText(text(11))).toBe("incomplete");
  });

  it("S-7: bounds the sum of the attachments", () => {
    const text = '52-["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]';
    const decoder = new Decoder({ maxAttachmentBytes: 10 });
    decoder.receiveText(text);
    decoder.receiveBinary(new Uint8Array(5));
    expect(decoder.receiveBinary(new ArrayBuffer(5))).toMatchObject({ type: PacketType.EVENT });
    decoder.receiveText(text);
    decoder.receiveBinary(new Uint8Array(5));
    expect(decoder.receiveBinary(new ArrayBuffer(6))).toBeInstanceOf(Malformed);
  });

  it.each([`2${"1".repeat(1_000_000)}`, '29007199254740993["a"]', '2-1["a"]', '21e3["a"]', '21.5["a"]'])(
    "S-8: refuses the id of %.30s",
    (text) => {
      expect(decode(text)).toBeInstanceOf(Malformed);
    },
  );

  it("S-9: bounds a namespace, and takes it as it stands", () => {
    expect(decode(`0/${"a".repeat(1_000_000)}`)).toBeInstanceOf(Malformed);
    expect(decode("0/a/../b,")).toMatchObject({ nsp: "/a/../b" });
    expect(decode("0/admin?x=1,")).toMatchObject({ nsp: "/admin?x=1" });
  });

  it.each(["7", '8["a"]', "9"])("S-11: refuses the type of %s", (text) => {
    expect(decode(text)).toBeInstanceOf(Malformed);
  });

  it("S-12: takes odd JSON without harm", () => {
    const decoded = decode('2["a",{"__proto__":{"polluted":1}},{"k":1,"k":2},1e400,"\\ud800"]') as Packet;
    expect((decoded.data as unknown[]).slice(2)).toEqual([{ k: 2 }, Number.POSITIVE_INFINITY, "\ud800"]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(encode(decoded).text).toBe('2["a",{"__proto__":{"polluted":1}},{"k":2},null,"\\ud800"]');
    expect(decode(`2["a","${"x".repeat(1_000_000)}"]`)).toMatchObject({ type: PacketType.EVENT });
    expect(decode(`2["a",[${"0,".repeat(499_999)}0]]`)).toMatchObject({ type: PacketType.EVENT });
  });

  it.each(["0[]", '0"x"', "0null", "01", "0true"])("S-13: refuses the CONNECT %s", (text) => {
    expect(decode(text)).toBeInstanceOf(Malformed);
  });

  it.each([257, 1_000, 10_000, 100_000])("S-14: refuses JSON %i levels deep", (depth) => {
    const arrays = `${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}`;
    expect(decode(`2["a",${arrays}]`)).toBeInstanceOf(Malformed);
    const objects = `${'{"a":'.repeat(depth - 1)}1${"}".repeat(depth - 1)}`;
    expect(decode(`2["a",${objects}]`)).toBeInstanceOf(Malformed);
  });

  it("S-14: takes JSON 256 levels deep, and does not count brackets in strings", () => {
    const arrays = `${"[".repeat(255)}${"]".repeat(255)}`;
    expect(decode(`2["a",${arrays}]`)).toMatchObject({ type: PacketType.EVENT });
    expect(decode(`2["a","\\"${"[".repeat(1_000)}\\\\"]`)).toMatchObject({ type: PacketType.EVENT });
  });
});

describe("properties", () => {
  const leaf = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.uint8Array({ maxLength: 20 }),
    fc.uint8Array({ maxLength: 20 }).map((array) => array.slice().buffer),
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(
        fc.string({ maxLength: 5 }).filter((key) => key !== "_placeholder"),
        tie("value"),
        { maxKeys: 3 },
      ),
    ),
  }));
  const namespace = fc.oneof(fc.constant("/"), fc.stringMatching(/^\/[^,]{1,20}$/));
  const args = fc.array(value, { maxLength: 4 });

  // JSON has no -0, and a dictionary comes back with another prototype.
  const plain = (data: unknown): unknown => {
    if (data instanceof Uint8Array || data instanceof ArrayBuffer) return data;
    if (Array.isArray(data)) return data.map(plain);
    if (typeof data === "object" && data !== null) {
      return Object.entries(data).map(([key, item]) => [key, plain(item)]);
    }
    return Object.is(data, -0) ? 0 : data;
  };

  const roundTrip = (packet: Packet): Decoded => {
    const { text, attachments } = encode(packet);
    const decoder = new Decoder({ maxAttachments: 1_000 });
    let decoded = decoder.receiveText(text);
    for (const attachment of attachments) decoded = decoder.receiveBinary(attachment);
    return decoded;
  };

  it("events come back as they went", () => {
    fc.assert(
      fc.property(namespace, fc.option(fc.nat(), { nil: undefined }), args, (name, id, data) => {
        const decoded = roundTrip({ type: PacketType.EVENT, nsp: name, id, data: ["e", ...data] });
        expect(decoded).toMatchObject({ type: PacketType.EVENT, nsp: name, id });
        expect(plain((decoded as Packet).data)).toEqual(plain(["e", ...data]));
      }),
    );
  });

  it("acknowledgements come back as they went", () => {
    fc.assert(
      fc.property(namespace, fc.nat(), args, (name, id, data) => {
        const decoded = roundTrip({ type: PacketType.ACK, nsp: name, id, data });
        expect(decoded).toMatchObject({ type: PacketType.ACK, nsp: name, id });
        expect(plain((decoded as Packet).data)).toEqual(plain(data));
      }),
    );
  });

  it("arbitrary messages never throw", () => {
    const text = fc.oneof(
      fc.string(),
      fc
        .tuple(fc.stringMatching(/^[0-9]{0,3}-?(\/[a-z]*,)?[0-9]{0,2}$/), fc.json())
        .map(([head, json]) => head + json),
    );
    const message = fc.oneof(text, fc.uint8Array());
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        const decoder = new ServerDecoder();
        for (const data of messages) {
          if (typeof data === "string") decoder.receiveText(data);
          else decoder.receiveBinary(data);
        }
      }),
    );
  });
});
