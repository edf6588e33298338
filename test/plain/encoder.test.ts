import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { base64 } from "../../src/node/base64.ts";
import { decodeMessage } from "../../src/plain/decoder.ts";
import { encodeMessage, toPlainPacket, toStreamedEvent } from "../../src/plain/encoder.ts";
import { socketIoCodec } from "../../src/server/codec.ts";
import { PacketType } from "../../src/socketio/packet.ts";
import { encodeEvent } from "../../src/sse/encoder.ts";

type Options = { namespace?: string; id?: number };

const plain = (data: [string, ...unknown[]], { namespace = "/", id }: Options = {}) => {
  const { data: text, attachments } = socketIoCodec.encode({
    type: PacketType.EVENT,
    nsp: namespace,
    id,
    data,
  });
  return toPlainPacket(String(text), attachments, base64);
};

describe("messages", () => {
  it.each<[string, string, [string, ...unknown[]], Options, string | undefined]>([
    ["an event", '["news","a",1]', ["news", "a", 1], {}, undefined],
    ["an event of another namespace", '["news"]', ["news"], { namespace: "/[x" }, undefined],
    ["an event that asks", '{"event":["ask",1],"id":7}', ["ask", 1], { id: 7 }, undefined],
    ["an event with a position", '{"event":["news"],"position":"p\\""}', ["news"], {}, 'p"'],
    ["both", '{"event":["ask"],"id":0,"position":"p"}', ["ask"], { id: 0 }, "p"],
    ["binary data", '["file",{"$binary":"AP8="}]', ["file", Buffer.from([0, 255])], {}, undefined],
    [
      "binary data deep down",
      '["f",{"a":[{"$binary":"YQ=="}]}]',
      ["f", { a: [Buffer.from("a")] }],
      {},
      undefined,
    ],
    ["what looks like binary data", '["f",{"$$binary":"YQ=="}]', ["f", { $binary: "YQ==" }], {}, undefined],
    ["what looks like its escape", '["f",{"$$$binary":1}]', ["f", { $$binary: 1 }], {}, undefined],
    ["a marker beside other keys", '["f",{"$binary":1,"b":2}]', ["f", { $binary: 1, b: 2 }], {}, undefined],
    [
      "a placeholder of the application",
      '["f",{"_placeholder":true,"num":0}]',
      ["f", { _placeholder: true, num: 0 }],
      {},
      undefined,
    ],
  ])("%s", (_, text, data, options, position) => {
    expect(encodeMessage(plain(data, options), position)).toBe(text);
  });

  it("an acknowledgement", () => {
    const packet = { type: PacketType.ACK, nsp: "/", id: 3, data: ["ok", Buffer.from("a")] } as const;
    const { data: text, attachments } = socketIoCodec.encode(packet);
    expect(encodeMessage(toPlainPacket(String(text), attachments, base64))).toBe(
      '{"ack":3,"args":["ok",{"$binary":"YQ=="}]}',
    );
  });

  it("come back as what went in", () => {
    const name = fc.string().filter((text) => !["connect", "disconnect", "__proto__"].includes(text));
    const value = fc.jsonValue({ maxDepth: 5 });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 3 }), name, (args, key) => {
        const data = { [key]: args, $binary: args };
        const decoded = decodeMessage(encodeMessage(plain(["news", data, { $binary: key }])), base64);
        expect(decoded).toEqual({
          type: "event",
          data: JSON.parse(JSON.stringify(["news", data, { $binary: key }])),
          id: undefined,
        });
      }),
    );
  });
});

describe("events of a stream", () => {
  it.each<[string, [string, ...unknown[]], Options, { event: string; data: string }]>([
    ["one argument stands for itself", ["news", { a: 1 }], {}, { event: "news", data: '{"a":1}' }],
    ["several are an array", ["news", 1, 2], {}, { event: "news", data: "[1,2]" }],
    ["none is an empty one", ["news"], {}, { event: "news", data: "[]" }],
    ["a name with quotes", ['a"b', 1], {}, { event: 'a"b', data: "1" }],
    ["a long text", ["news", "x".repeat(300)], {}, { event: "news", data: `"${"x".repeat(300)}"` }],
    ["binary data", ["file", Buffer.from("a")], {}, { event: "file", data: '{"$binary":"YQ=="}' }],
    ["a question", ["ask", 1], { id: 7 }, { event: "envelope", data: '{"event":["ask",1],"id":7}' }],
    ["a name of the stream's own", ["open", 1], {}, { event: "envelope", data: '["open",1]' }],
    ["a name without letters", ["", 1], {}, { event: "envelope", data: '["",1]' }],
  ])("%s", (_, data, options, streamed) => {
    expect(toStreamedEvent(plain(data, options))).toEqual(streamed);
  });
});

describe("E-1: what cannot stand in a line is in an envelope", () => {
  it.each(["\r", "\n", "\r\n", "\0"])("%j", (text) => {
    const { event, data } = toStreamedEvent(plain([`a${text}id: 1`, `b${text}data: 2`]));
    expect([event, JSON.parse(data)]).toEqual(["envelope", [`a${text}id: 1`, `b${text}data: 2`]]);
    // In the data, JSON escapes them.
    const block = encodeEvent(toStreamedEvent(plain(["a", `b${text}data: 2`])));
    expect(block).toBe(`event: a\ndata: ${JSON.stringify(`b${text}data: 2`)}\n\n`);
    expect(block.split(/\r\n|\r|\n/)).toHaveLength(4);
  });
});
