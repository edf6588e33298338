import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Server } from "../../../../src/entry/server.ts";
import { Repeats } from "../../../../src/node/http/open/repeats.ts";
import { ask } from "../../../support/http.ts";
import { PlainClient, startOpen } from "../../../support/open-app.ts";

const KEY = "the-key-of-the-backend";
const OTHER = "another-one-of-them";

const publish = async (
  port: number,
  body: unknown,
  headers: Record<string, string> = { Authorization: `Bearer ${KEY}` },
) => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const { status, body: answer } = await ask({
    port,
    path: "/socket.io/publish",
    method: "POST",
    headers,
    body: text,
  });
  return [status, answer === "" ? "" : JSON.parse(answer)] as const;
};

const start = async () => {
  const app = await startOpen({ open: { publishKeys: [KEY, OTHER] } });
  app.io.publicRooms("a", "b");
  app.io.of("/chat").publicRooms("a");
  const client = new PlainClient(app.port, "?room=a");
  await client.next();
  return { ...app, client };
};

const signed = (body: string, key = OTHER, seconds = Math.floor(Date.now() / 1000)) => ({
  Authorization: `HMAC ${seconds}:${createHmac("sha256", key).update(`${seconds}\n${body}`).digest("hex")}`,
});

describe("a program outside", () => {
  it("publishes to rooms, to everyone, to a namespace", async () => {
    const { port, client } = await start();
    const chat = new PlainClient(port, "?ns=/chat&room=a");
    await chat.next();
    expect(await publish(port, { rooms: ["a"], event: ["news", { $binary: "YQ==" }] })).toEqual([200, {}]);
    expect(await publish(port, { rooms: ["b"], event: ["not for them"] })).toEqual([200, {}]);
    expect(await publish(port, { event: ["all", 1] })).toEqual([200, {}]);
    expect(await publish(port, { namespace: "chat", rooms: ["a"], event: ["chat"] })).toEqual([200, {}]);
    expect(await client.next()).toEqual(["news", { $binary: "YQ==" }]);
    expect(await client.next()).toEqual(["all", 1]);
    expect(await chat.next()).toEqual(["chat"]);
  });

  it("signs, and anybody's clock may be a little wrong", async () => {
    const { port, client } = await start();
    const body = JSON.stringify({ rooms: ["a"], event: ["바로", 1] });
    expect(await publish(port, body, signed(body))).toEqual([200, {}]);
    expect(await client.next()).toEqual(["바로", 1]);
    const now = Math.floor(Date.now() / 1000);
    for (const headers of [
      signed(`${body} `),
      signed(body, "not a key of this one"),
      signed(body, OTHER, now - 400),
      signed(body, OTHER, now + 400),
      { Authorization: `HMAC ${now}:00` },
    ]) {
      expect(await publish(port, body, headers)).toMatchObject([401, { code: "key" }]);
    }
  });

  it.each([
    ["no key", {}],
    ["another key", { Authorization: "Bearer x" }],
    ["a part of a key", { Authorization: `Bearer ${OTHER.slice(0, 10)}` }],
    ["another scheme", { Authorization: "Basic YTpi" }],
  ])("is refused with %s", async (_, headers) => {
    const { port } = await start();
    expect(await publish(port, { event: ["a"] }, headers)).toMatchObject([401, { code: "key" }]);
  });

  it.each([
    ["[", 400, "message"],
    ['["a"]', 400, "message"],
    ['{"event":["disconnect"]}', 400, "message"],
    ['{"event":["a"],"rooms":"a"}', 400, "message"],
    ['{"event":["a"],"rooms":[1]}', 400, "message"],
    ['{"event":["a"],"rooms":[""]}', 400, "message"],
    [`{"event":["a"],"rooms":${JSON.stringify(Array(129).fill("r"))}}`, 400, "message"],
    ['{"event":["a"],"namespace":5}', 400, "message"],
    ['{"event":["a"],"to":"a"}', 400, "message"],
    ['{"event":["a"],"namespace":"/unknown"}', 404, "namespace"],
    [" ".repeat(1_048_577), 413, "body"],
  ])("is refused for %.40s", async (body, status, code) => {
    const { port } = await start();
    expect(await publish(port, body)).toMatchObject([status, { code }]);
  });

  it("may send a request again with an idempotency key, and it happens once", async () => {
    const { port, client } = await start();
    const headers = {
      Authorization: `Bearer ${KEY}`,
      "Idempotency-Key": "1",
    };
    const body = { rooms: ["a"], event: ["once"] };
    expect(await publish(port, body, headers)).toEqual([200, {}]);
    expect(await publish(port, body, headers)).toEqual([200, {}]);
    expect(await publish(port, { rooms: ["a"], event: ["other"] }, headers)).toMatchObject([
      409,
      { code: "idempotency" },
    ]);
    expect(await publish(port, body, { ...headers, "Idempotency-Key": "k".repeat(257) })).toMatchObject([
      400,
      { code: "idempotency" },
    ]);
    await publish(port, { rooms: ["a"], event: ["end"] });
    expect([await client.next(), await client.next()]).toEqual([["once"], ["end"]]);
  });

  it("finds nothing where nobody has a key", async () => {
    const { port } = await startOpen();
    expect(await publish(port, { event: ["a"] })).toMatchObject([404, { code: "address" }]);
  });
});

it("keys that one could guess are refused at once", () => {
  expect(() => new Server({ open: { publishKeys: ["short"] } })).toThrow("publishKeys");
  expect(() => new Server({ open: { publishKeys: ["a key of two words"] } })).toThrow("publishKeys");
  expect(() => new Server({ open: { publishKeys: "a key that is no list" as never } })).toThrow(
    "publishKeys",
  );
  expect(() => new Server({ open: { maxRooms: 0 } })).toThrow("maxRooms");
  expect(() => new Server({ open: { unknown: 1 } as never })).toThrow("unknown");
});

it("repeats are forgotten, oldest first, and after a day", () => {
  const repeats = new Repeats(2);
  for (const key of ["a", "b", "c"]) repeats.add(key, "f", `answer ${key}`, 0);
  expect(repeats.find("a", "f", 0)).toBeUndefined();
  expect(repeats.find("b", "f", 0)).toMatchObject({ answer: "answer b" });
  expect(repeats.find("b", "g", 0)).toBe("other");
  expect(repeats.find("c", "f", 86_399_999)).toMatchObject({ answer: "answer c" });
  expect(repeats.find("c", "f", 86_400_000)).toBeUndefined();
});
