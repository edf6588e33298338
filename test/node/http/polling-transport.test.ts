import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { message, startEngine } from "../../support/engine-app.ts";
import { RawPolling } from "../../support/engine-client.ts";
import { ask, exchange } from "../../support/http.ts";

const BAD_REQUEST = '{"code":3,"message":"Bad request"}';
const UNKNOWN_SID = '{"code":1,"message":"Session ID unknown"}';

/** The head of a POST to the session of `client`, for bodies that no HTTP client would send. */
function head(client: RawPolling, ...headers: string[]): string {
  return [`POST ${client.path} HTTP/1.1`, "Host: x", "Content-Type: text/plain", ...headers, "", ""].join(
    "\r\n",
  );
}

describe("a body", () => {
  it("may be as large as the limit, and not a byte larger", async () => {
    const { port, events } = await startEngine({ maxHttpBufferSize: 1000 });
    const fits = await RawPolling.open(port);
    expect((await fits.post(`4${"x".repeat(999)}`)).status).toBe(200);
    const over = await RawPolling.open(port);
    expect(await over.post(`4${"x".repeat(1000)}`)).toMatchObject({
      status: 413,
      headers: { connection: "close" },
    });
    expect(events.at(-1)).toEqual(["closed", "transport error", "POST too large"]);
    expect((await over.get()).body).toBe(UNKNOWN_SID);
  });

  it("P-1: is measured in bytes, and not in characters", async () => {
    const { port } = await startEngine({ maxHttpBufferSize: 1000 });
    const client = await RawPolling.open(port);
    expect((await client.post(`4${"€".repeat(400)}`)).status).toBe(413);
  });

  it.each([
    ["P-1: announced", "Content-Length: 1001", ""],
    ["P-1: announced as endless", `Content-Length: ${"9".repeat(15)}`, ""],
    [
      "P-1: in chunks, without an announcement",
      "Transfer-Encoding: chunked",
      `1f5\r\n4${"x".repeat(500)}\r\n`.repeat(2),
    ],
  ])("is refused as soon as it is too large: %s", async (_name, header, body) => {
    const { port, happened } = await startEngine({ maxHttpBufferSize: 1000 });
    const client = await RawPolling.open(port);
    const answer = await exchange(port, head(client, header) + body);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    await happened("closed");
  });

  it("P-1: that ends before its announced length ends the session", async () => {
    const { port, events, happened } = await startEngine();
    const client = await RawPolling.open(port);
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(`${head(client, "Content-Length: 100")}4half`, () => socket.end());
    await happened("closed");
    expect(events.at(-1)).toEqual(["closed", "transport error", "POST aborted"]);
  });

  it("P-4: may come byte by byte", async () => {
    const { port } = await startEngine();
    const client = await RawPolling.open(port);
    const poll = client.poll();
    const body = Buffer.from(`4${"바로".repeat(50)}`);
    const posted = new Promise<number | undefined>((resolve, reject) => {
      const post = request(
        { host: "127.0.0.1", port, path: client.path, method: "POST", agent: false },
        (response) => resolve(response.resume().statusCode),
      );
      post.on("error", reject);
      for (const byte of body) post.write(Buffer.of(byte));
      post.end();
    });
    expect(await posted).toBe(200);
    expect(await poll).toEqual([body.toString()]);
  });

  it.each(["application/octet-stream", "Application/Octet-Stream ; a=b"])(
    "P-5: of type %s ends the session",
    async (type) => {
      const { port, events } = await startEngine();
      const client = await RawPolling.open(port);
      const answer = await ask({
        port,
        path: client.path,
        method: "POST",
        headers: { "Content-Type": type },
        body: "4x",
      });
      expect([answer.status, answer.body]).toEqual([400, BAD_REQUEST]);
      expect(events.at(-1)?.[1]).toBe("transport error");
    },
  );

  it("may be of no type, or of any other", async () => {
    const { port } = await startEngine();
    const client = await RawPolling.open(port);
    const types = ["text/plain;charset=UTF-8", "application/json", "application/x-www-form-urlencoded"];
    for (const headers of [{}, ...types.map((type) => ({ "Content-Type": type }))]) {
      const answer = await ask({ port, path: client.path, method: "POST", headers, body: "3" });
      expect(answer.status).toBe(200);
    }
  });
});

describe("a payload", () => {
  it.each([
    ["P-8: base64 that is none", "b!!!!"],
    ["P-8: base64 of odd length", "bAAA"],
    ["P-11: an unknown type", "7"],
    ["P-11: nothing", ""],
    ["P-2: separators", "\x1e".repeat(100_000)],
  ])("that is malformed ends the session: %s", async (_name, body) => {
    const { port, events } = await startEngine();
    const client = await RawPolling.open(port);
    const answer = await client.post(body);
    expect([answer.status, answer.body]).toEqual([400, BAD_REQUEST]);
    expect(events).toEqual([["open"], ["closed", "parse error", "malformed payload"]]);
  });

  /** An engine, and how many messages it handles in each turn of the event loop; `handle` is given the number of each. */
  const startCounting = async (handle: (number: number) => void = () => {}) => {
    const turns: number[] = [];
    let received = 0;
    let inTurn = 0;
    const engine = await startEngine({}, (session) => {
      session.handler = {
        ...session.handler,
        message() {
          received += 1;
          inTurn += 1;
          // What others had waiting comes between two turns.
          if (inTurn === 1) {
            setImmediate(() => {
              turns.push(inTurn);
              inTurn = 0;
            });
          }
          handle(received);
        },
      };
    });
    return { ...engine, turns };
  };

  it("P-2: of very many packets lets others have their turn, and ends at the limit", async () => {
    const { port, events, turns } = await startCounting();
    const client = await RawPolling.open(port);
    expect((await client.post(Array(20_000).fill("4").join("\x1e"))).status).toBe(400);
    // The answer may be here before the last turn is over.
    await new Promise(setImmediate);
    expect(Math.max(...turns)).toBeLessThanOrEqual(256);
    expect(turns.reduce((sum, each) => sum + each, 0)).toBe(16_384);
    expect(events).toEqual([["open"], ["closed", "parse error", "malformed payload"]]);
  });

  it("P-2: of packets that take their time lets others have their turn sooner", async () => {
    const { port, turns } = await startCounting((number) => {
      const end = performance.now() + 10;
      while (number % 32 === 20 && performance.now() < end);
    });
    const client = await RawPolling.open(port);
    expect((await client.post(Array(64).fill("4").join("\x1e"))).status).toBe(200);
    await new Promise(setImmediate);
    expect(Math.max(...turns)).toBeLessThanOrEqual(32);
  });

  it("of many packets is answered when all of them are handled", async () => {
    const { port, sessions } = await startEngine();
    const client = await RawPolling.open(port);
    const packets = Array.from({ length: 1000 }, (_, index) => `4${index}`);
    const received: string[] = [];
    const polling = (async () => {
      while (received.length < packets.length) received.push(...(await client.poll()));
    })();
    expect((await client.post(...packets)).body).toBe("ok");
    await polling;
    expect(received).toEqual(packets);
    expect(sessions[0]?.closed).toBe(false);
  });

  it("ends at the packet that closes the session", async () => {
    const { port, events } = await startEngine();
    const client = await RawPolling.open(port);
    expect((await client.post("1", "4late", "7")).status).toBe(400);
    expect(events).toEqual([["open"], ["closed", "transport close", undefined]]);
  });
});

describe("requests that overlap", () => {
  it("P-3: a second poll is refused, and ends the session", async () => {
    const { port, events } = await startEngine();
    const client = await RawPolling.open(port);
    const [first, second] = await Promise.all([client.get(), client.get()]);
    expect([first.body, second.body].sort()).toEqual(["1", BAD_REQUEST]);
    expect(events.at(-1)?.slice(0, 2)).toEqual(["closed", "transport error"]);
    expect((await client.get()).body).toBe(UNKNOWN_SID);
  });

  it("P-3: a second post is refused, and ends the session", async () => {
    const { port, events, happened } = await startEngine();
    const client = await RawPolling.open(port);
    const first = connect(port, "127.0.0.1");
    // "100 Continue" comes when the server has taken the first one.
    first.write(`${head(client, "Content-Length: 100", "Expect: 100-continue")}4half`);
    await once(first, "data");
    const second = await client.post("4second");
    expect([second.status, second.body]).toEqual([400, BAD_REQUEST]);
    await happened("closed");
    expect(events.at(-1)?.slice(0, 2)).toEqual(["closed", "transport error"]);
    first.destroy();
  });
});

describe("a session that nobody polls for", () => {
  it("P-9: ends when too much waits for it", async () => {
    const { port, engine, events, sessions } = await startEngine({ maxQueued: 100_000 });
    const client = await RawPolling.open(port);
    for (let sent = 0; sent < 1000 && engine.clientsCount > 0; sent += 1) {
      sessions[0]?.send(message("x".repeat(1000)));
    }
    expect(events.at(-1)).toEqual(["closed", "transport error", expect.stringContaining("100000")]);
    expect((await client.get()).body).toBe(UNKNOWN_SID);
  });
});

describe("a poll that breaks off", () => {
  it("P-10: ends its session, and leaves nothing behind", async () => {
    const { port, engine, events, sessions, happened } = await startEngine();
    const client = await RawPolling.open(port);
    const socket = connect(port, "127.0.0.1");
    socket.write(`GET ${client.path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    // The poll is there when a message can go out at once.
    while (sessions[0]?.writable !== true) await new Promise(setImmediate);
    socket.destroy();
    await happened("closed");
    expect(events.at(-1)).toEqual(["closed", "transport error", "poll connection closed prematurely"]);
    expect(engine.clientsCount).toBe(0);
    sessions[0]?.send(message("late"));
  });
});
