import { describe, expect, it } from "vitest";
import {
  checkAccept,
  createKey,
  encodeAccept,
  parseHandshake,
  requestHeaders,
} from "../../src/websocket/handshake.ts";

// The example of RFC 6455 section 1.3.
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

type Headers = Record<string, string | undefined>;
const parse = (headers: Headers = {}, method = "GET", httpVersion = "1.1") =>
  parseHandshake({
    method,
    httpVersion,
    headers: {
      host: "x",
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": KEY,
      ...headers,
    },
  });

describe("a client's request", () => {
  it("is accepted, by the example of section 1.3", () => {
    expect(parse()).toEqual({ key: KEY, protocols: [], extensions: [] });
    expect(encodeAccept(KEY)).toBe(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${ACCEPT}\r\n`,
    );
  });

  it("is told the subprotocol and the extensions that were agreed to", () => {
    expect(encodeAccept(KEY, "v1", "permessage-deflate")).toBe(
      `${encodeAccept(KEY)}Sec-WebSocket-Protocol: v1\r\nSec-WebSocket-Extensions: permessage-deflate\r\n`,
    );
  });

  const accepted: [string, Headers][] = [
    ["case does not matter", { connection: "UPGRADE", upgrade: "WebSocket" }],
    ["Connection is a list", { connection: "keep-alive, Upgrade" }],
    ["a body of no bytes is none", { "content-length": "0" }],
  ];
  for (const [name, headers] of accepted) {
    it(name, () => expect(parse(headers)).toEqual({ key: KEY, protocols: [], extensions: [] }));
  }

  it("H-2 gives the extensions that are offered as they are", () => {
    const offers = "constructor, permessage-deflate; __proto__";
    expect(parse({ "sec-websocket-extensions": offers })).toMatchObject({
      extensions: [
        { name: "constructor", parameters: [] },
        { name: "permessage-deflate", parameters: [["__proto__", true]] },
      ],
    });
  });

  const refused: [string, Headers, number][] = [
    ["H-2 an empty extension", { "sec-websocket-extensions": ",;constructor" }, 400],
    ["H-3 an extension that never ends", { "sec-websocket-extensions": `a; b="${"\\c".repeat(8000)}` }, 400],
    ["H-5 no key", { "sec-websocket-key": undefined }, 400],
    ["H-5 a key of 21 characters", { "sec-websocket-key": KEY.slice(0, 21) }, 400],
    ["H-5 a key of 15 bytes", { "sec-websocket-key": Buffer.alloc(15).toString("base64") }, 400],
    ["H-5 a key of 17 bytes", { "sec-websocket-key": Buffer.alloc(17).toString("base64") }, 400],
    ["H-5 a key with bits in its padding", { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZR==" }, 400],
    ["H-5 a key that is no base64", { "sec-websocket-key": "dGhlIHNhbXBsZSBub25j!Q==" }, 400],
    ["H-5 two keys", { "sec-websocket-key": `${KEY}, ${KEY}` }, 400],
    ["H-5 version 8", { "sec-websocket-version": "8" }, 426],
    ["H-5 version 12", { "sec-websocket-version": "12" }, 426],
    ["H-5 version 14", { "sec-websocket-version": "14" }, 426],
    ["H-5 version abc", { "sec-websocket-version": "abc" }, 426],
    ["H-5 two versions", { "sec-websocket-version": "13, 13" }, 426],
    ["H-5 no version", { "sec-websocket-version": undefined }, 426],
    ["H-6 another protocol", { upgrade: "h2c" }, 426],
    ["H-6 no Upgrade", { upgrade: undefined }, 426],
    ["H-6 no Host", { host: undefined }, 400],
    ["H-6 no Connection", { connection: undefined }, 400],
    ["H-6 Connection without upgrade", { connection: "keep-alive" }, 400],
    ["H-7 a body by length", { "content-length": "5" }, 400],
    ["H-7 a body by chunks", { "transfer-encoding": "chunked" }, 400],
    ["H-4 16,000 blanks in a subprotocol", { "sec-websocket-protocol": `b${" ".repeat(16_000)}x` }, 400],
    ["H-4 a subprotocol twice", { "sec-websocket-protocol": "a, b, a" }, 400],
    ["H-4 an empty item", { "sec-websocket-protocol": "a,,b" }, 400],
    ["H-4 an empty first item", { "sec-websocket-protocol": ",a" }, 400],
    ["H-4 no item", { "sec-websocket-protocol": "" }, 400],
    ["H-4 a quote in a token", { "sec-websocket-protocol": 'a"b' }, 400],
  ];
  for (const [name, headers, status] of refused) {
    it(`${name}: ${status}`, () => expect(parse(headers)).toMatchObject({ status }));
  }

  it("H-6 other methods and HTTP/1.0", () => {
    expect(parse({}, "POST")).toMatchObject({ status: 405, headers: { Allow: "GET" } });
    expect(parse({}, "GET", "1.0")).toMatchObject({ status: 400 });
  });

  it("H-5 names the version that would do", () => {
    expect(parse({ "sec-websocket-version": "8" })).toMatchObject({
      headers: { "Sec-WebSocket-Version": "13" },
    });
  });

  it("H-4 takes 5,000 subprotocols, and blanks around them", () => {
    const all = Array.from({ length: 5000 }, (_, i) => `p${i}`);
    expect(parse({ "sec-websocket-protocol": all.join(" ,\t") })).toEqual({
      key: KEY,
      protocols: all,
      extensions: [],
    });
  });
});

describe("a server's answer", () => {
  const check = (headers: Headers, protocols: string[] = []) =>
    checkAccept(KEY, protocols, {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-accept": ACCEPT,
      ...headers,
    });

  it("fits the request", () => {
    expect(check({})).toEqual({ protocol: "", deflate: undefined });
    expect(check({ "sec-websocket-protocol": "b" }, ["a", "b"])).toMatchObject({ protocol: "b" });
  });

  const faults: [string, Headers][] = [
    ["no Upgrade", { upgrade: undefined }],
    ["no Connection", { connection: "close" }],
    ["no accept", { "sec-websocket-accept": undefined }],
    ["another accept", { "sec-websocket-accept": ACCEPT.toLowerCase() }],
    ["an extension", { "sec-websocket-extensions": "permessage-deflate" }],
    ["a subprotocol", { "sec-websocket-protocol": "a" }],
  ];
  for (const [name, headers] of faults) {
    it(`K-1 ${name} is a fault`, () => expect(check(headers)).toHaveProperty("fault"));
  }
});

describe("our own request", () => {
  it("is one that our server takes", () => {
    const key = createKey();
    const headers = requestHeaders(key, ["v2", "v1"]);
    const lower = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    expect(parse(lower)).toEqual({ key, protocols: ["v2", "v1"], extensions: [] });
    expect(checkAccept(key, [], headersOf(encodeAccept(key)))).toMatchObject({ protocol: "" });
    expect(createKey()).not.toBe(key);
  });
});

function headersOf(answer: string): Record<string, string> {
  const [, ...lines] = answer.trimEnd().split("\r\n");
  return Object.fromEntries(
    lines
      .map((line) => line.split(": ") as [string, string])
      .map(([name, value]) => [name.toLowerCase(), value]),
  );
}
