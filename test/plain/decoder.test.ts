import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { base64 } from "../../src/node/base64.ts";
import { decodeMessage } from "../../src/plain/decoder.ts";
import { Malformed } from "../../src/socketio/malformed.ts";

const decode = (text: string) => decodeMessage(text, base64);
const deep = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;

describe("takes", () => {
  it.each<[string, unknown]>([
    ['["news"]', { type: "event", data: ["news"], id: undefined }],
    ['["news",1,null]', { type: "event", data: ["news", 1, null], id: undefined }],
    ['{"event":["ask",1],"id":0}', { type: "event", data: ["ask", 1], id: 0 }],
    ['{"event":["ask"]}', { type: "event", data: ["ask"], id: undefined }],
    ['{"ack":7,"args":["ok"]}', { type: "ack", id: 7, args: ["ok"] }],
    ['{"ack":7}', { type: "ack", id: 7, args: [] }],
    ['{"ack":999999999999999}', { type: "ack", id: 999_999_999_999_999, args: [] }],
    ['["f",{"$binary":"AP8="}]', { type: "event", data: ["f", Buffer.from([0, 255])], id: undefined }],
    ['["f",{"\\u0024binary":""}]', { type: "event", data: ["f", Buffer.alloc(0)], id: undefined }],
    [
      '["f",{"a":[{"$binary":"YQ=="}]}]',
      { type: "event", data: ["f", { a: [Buffer.from("a")] }], id: undefined },
    ],
    ['["f",{"$$binary":"YQ=="}]', { type: "event", data: ["f", { $binary: "YQ==" }], id: undefined }],
    ['["f",{"$binary":1,"b":2}]', { type: "event", data: ["f", { $binary: 1, b: 2 }], id: undefined }],
    [`["${"é".repeat(128)}"]`, { type: "event", data: ["é".repeat(128)], id: undefined }],
    [`["a",${deep(63)}]`, { type: "event", data: ["a", JSON.parse(deep(63))], id: undefined }],
  ])("%s", (text, message) => expect(decode(text)).toEqual(message));

  it("a key named __proto__ as one like any other", () => {
    const message = decode('["a",{"__proto__":{"$binary":"YQ=="}}]');
    expect(message).not.toBeInstanceOf(Malformed);
    expect(Object.hasOwn((message as unknown as { data: [string, object] }).data[1], "__proto__")).toBe(true);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe("refuses", () => {
  it.each([
    "",
    "x",
    "1",
    "null",
    '"news"',
    "[]",
    "{}",
    "[1]",
    "[null]",
    '[["a"]]',
    '[{"toString":"foo"}]',
    '["connect"]',
    '["disconnect"]',
    '["newListener",1]',
    '{"event":"ask"}',
    '{"event":["ask"],"id":-1}',
    '{"event":["ask"],"id":1.5}',
    '{"event":["ask"],"id":1000000000000000}',
    '{"event":["ask"],"id":"1"}',
    '{"event":["ask"],"id":null}',
    '{"event":["ask"],"ack":1}',
    '{"event":["ask"],"extra":1}',
    '{"ack":"1"}',
    '{"ack":-1,"args":[]}',
    '{"ack":1,"args":{}}',
    '{"ack":1,"id":1}',
    '{"args":[]}',
    '["f",{"$binary":"YQ="}]',
    '["f",{"$binary":"!!!!"}]',
    '["f",{"$binary":5}]',
    '["f",[{"$binary":null}]]',
    `["${"é".repeat(129)}"]`,
    `["${"a".repeat(257)}"]`,
    `["a",${deep(64)}]`,
    deep(100_000),
  ])("%.40s", (text) => expect(decode(text)).toBeInstanceOf(Malformed));

  it("never throws, whatever comes", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((text) => `["a",${text}]`),
        ),
        (text) => {
          decode(text);
        },
      ),
    );
  });
});
