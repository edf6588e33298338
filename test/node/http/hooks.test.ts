import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { EngineOptions } from "../../../src/node/http/engine-options.ts";
import type { ConnectionError } from "../../../src/node/http/engine-server-events.ts";
import { describeRequest } from "../../../src/node/http/request-fields.ts";
import { message, startEngine } from "../../support/engine-app.ts";
import { RawPolling, RawWebSocket } from "../../support/engine-client.ts";
import { ask } from "../../support/http.ts";

const HANDSHAKE = "/engine.io/?EIO=4&transport=polling";
const UPGRADE = "/engine.io/?EIO=4&transport=websocket";

/** The headers of the answer to a WebSocket handshake, or the status of its refusal. */
const upgrade = (port: number): Promise<Record<string, unknown> | number> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${UPGRADE}`);
    socket.on("upgrade", ({ headers }) => {
      resolve(headers);
      socket.terminate();
    });
    socket.on("unexpected-response", (_request, { statusCode = 0 }) => resolve(statusCode));
    socket.on("error", reject);
  });

describe("initial_headers and headers", () => {
  it("change the first answer, each answer, and the answer to an upgrade", async () => {
    const { port, engine } = await startEngine({ cookie: true });
    engine.on("initial_headers", (headers) => {
      headers.first = "1";
    });
    engine.on("headers", (headers, request) => {
      headers.method = request.method;
      headers["set-cookie"] = [...[headers["Set-Cookie"] ?? []].flat(), "other=2"].map(String);
      delete headers["Set-Cookie"];
    });
    const { headers, body } = await ask({ port, path: HANDSHAKE });
    const { sid } = JSON.parse(body.slice(1));
    expect(headers).toMatchObject({
      first: "1",
      method: "GET",
      "set-cookie": [`io=${sid}; Path=/; HttpOnly; SameSite=Lax`, "other=2"],
    });
    const post = await ask({ port, path: `${HANDSHAKE}&sid=${sid}`, method: "POST", body: "4hi" });
    expect(post.headers).toMatchObject({ method: "POST", "set-cookie": ["other=2"] });
    expect(post.headers.first).toBeUndefined();
    expect(await upgrade(port)).toMatchObject({ first: "1", method: "GET", "set-cookie": ["other=2"] });
  });
});

describe("cookie", () => {
  it.each<[EngineOptions["cookie"], RegExp | undefined]>([
    [false, undefined],
    [{ path: false }, /^io=[\w-]+; HttpOnly; SameSite=Lax$/],
    [
      { name: "sticky", path: "/rt", sameSite: "strict", maxAge: 86_400 },
      /^sticky=[\w-]+; Max-Age=86400; Path=\/rt; HttpOnly; SameSite=Strict$/,
    ],
    [
      {
        httpOnly: false,
        secure: true,
        sameSite: false,
        domain: "a.example",
        priority: "high",
        partitioned: true,
      },
      /^io=[\w-]+; Domain=a.example; Path=\/; Secure; Partitioned; Priority=High$/,
    ],
    [
      { encode: (sid) => `<${sid.length}>`, expires: new Date(0) },
      /^io=<22>; Path=\/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; /,
    ],
  ])("%j", async (cookie, expected) => {
    const { port } = await startEngine(cookie === undefined ? {} : { cookie });
    const { headers } = await ask({ port, path: HANDSHAKE });
    if (expected === undefined) expect(headers["set-cookie"]).toBeUndefined();
    else expect(headers["set-cookie"]?.[0]).toMatch(expected);
  });

  it.each([{ name: "a b" }, { path: "/; Domain=evil.example" }, { domain: "a\r\nb" }])(
    "refuses %j",
    async (cookie) => {
      await expect(startEngine({ cookie })).rejects.toMatchObject({ code: "BARO_OPTION" });
    },
  );
});

describe("httpCompression", () => {
  const long = "x".repeat(2000);
  const poll = async (options: EngineOptions, text: string, accept: string, compress = true) => {
    const { port, sessions } = await startEngine(options);
    const client = await RawPolling.open(port);
    const outgoing = message(text);
    outgoing.compress = compress;
    sessions[0]?.send(outgoing);
    const answer = await fetch(`http://127.0.0.1:${port}${client.path}`, {
      headers: { "Accept-Encoding": accept },
    });
    return [answer.headers.get("content-encoding"), await answer.text()];
  };

  it("compresses long answers for peers that take it", async () => {
    expect(await poll({}, long, "br;q=0.9, gzip;q=0.8")).toEqual(["gzip", `4${long}`]);
    expect(await poll({}, long, "deflate")).toEqual(["deflate", `4${long}`]);
    expect(await poll({ httpCompression: { threshold: 10 } }, "1234567890", "gzip")).toEqual([
      "gzip",
      "41234567890",
    ]);
  });

  it("leaves alone what is short, not wanted, or not to be compressed", async () => {
    expect(await poll({}, "short", "gzip")).toEqual([null, "4short"]);
    expect(await poll({}, long, "identity")).toEqual([null, `4${long}`]);
    expect(await poll({}, long, "gzip;q=0")).toEqual([null, `4${long}`]);
    expect(await poll({ httpCompression: false }, long, "gzip")).toEqual([null, `4${long}`]);
    expect(await poll({}, long, "gzip", false)).toEqual([null, `4${long}`]);
  });

  it("takes the options of zlib, and refuses wrong ones at once", async () => {
    expect(await poll({ httpCompression: { level: 1, memLevel: 4 } }, long, "gzip")).toEqual([
      "gzip",
      `4${long}`,
    ]);
    await expect(startEngine({ httpCompression: { level: 99 } })).rejects.toMatchObject({
      code: "BARO_OPTION",
    });
  });
});

describe("middlewares", () => {
  it("see each request and each upgrade, and may set headers", async () => {
    const { port, engine } = await startEngine();
    const seen: unknown[] = [];
    engine.use((request, response, next) => {
      const { _query } = request as unknown as { _query: Record<string, string> };
      seen.push([request.method, _query.sid === undefined, _query.transport]);
      response.setHeader("x-seen", "yes");
      setImmediate(next);
    });
    const { headers, body } = await ask({ port, path: HANDSHAKE });
    const { sid } = JSON.parse(body.slice(1));
    expect(headers["x-seen"]).toBe("yes");
    await ask({ port, path: `${HANDSHAKE}&sid=${sid}`, method: "POST", body: "4hi" });
    expect(await upgrade(port)).toMatchObject({ "x-seen": "yes" });
    expect(seen).toEqual([
      ["GET", true, "polling"],
      ["POST", false, "polling"],
      ["GET", true, "websocket"],
    ]);
  });

  it("carry messages over WebSocket behind them", async () => {
    const { port, engine } = await startEngine();
    engine.use((_request, _response, next) => setImmediate(next));
    const socket = await RawWebSocket.open(port, "");
    await socket.next();
    socket.socket.send("4hello");
    expect(String(await socket.next())).toBe("4hello");
  });

  it("answer a request or an upgrade themselves", async () => {
    const { port, engine, sessions } = await startEngine();
    engine.use((_request, response) => response.writeHead(401).end("who are you?"));
    expect(await ask({ port, path: HANDSHAKE })).toMatchObject({ status: 401, body: "who are you?" });
    expect(await upgrade(port)).toBe(401);
    expect(sessions).toEqual([]);
  });

  it.each<[string, (next: (error?: unknown) => void) => unknown]>([
    ["an error", (next) => next(new Error("no"))],
    [
      "a throw",
      () => {
        throw new Error("no");
      },
    ],
    ["a rejection", () => Promise.reject(new Error("no"))],
  ])("refuse by %s", async (_, refuse) => {
    const { port, engine } = await startEngine();
    const errors: ConnectionError[] = [];
    engine.on("connection_error", (error) => errors.push(error));
    engine.use((_request, _response, next) => refuse(next) as undefined);
    expect(await ask({ port, path: HANDSHAKE })).toMatchObject({
      status: 400,
      body: '{"code":3,"message":"Bad request"}',
    });
    expect(await upgrade(port)).toBe(400);
    expect(errors.map(({ code, context }) => [code, context])).toEqual(
      Array(2).fill([3, { name: "MIDDLEWARE_FAILURE" }]),
    );
  });

  it("that never go on are answered with 503", async () => {
    const { port, engine } = await startEngine({ hookTimeout: 20 });
    engine.use(() => {});
    expect((await ask({ port, path: HANDSHAKE })).status).toBe(503);
    expect(await upgrade(port)).toBe(503);
  });
});

describe("generateId", () => {
  it("may give a promise", async () => {
    const { port, engine } = await startEngine();
    engine.generateId = async (request) => `id of ${request.headers.name}`;
    const { body } = await ask({ port, path: HANDSHAKE, headers: { name: "a" } });
    expect(JSON.parse(body.slice(1)).sid).toBe("id of a");
  });

  it.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no"))],
    ["gives no text", () => Promise.resolve(7)],
    ["gives an empty text", () => ""],
  ])("that %s opens nothing", async (_, generateId) => {
    const { port, engine, sessions } = await startEngine();
    const errors: ConnectionError[] = [];
    engine.on("connection_error", (error) => errors.push(error));
    engine.generateId = generateId as () => string;
    expect((await ask({ port, path: HANDSHAKE })).status).toBe(400);
    expect(errors[0]?.context).toEqual({ name: "ID_GENERATION_ERROR" });
    expect(sessions).toEqual([]);
  });

  it("gives two requests that get one id not the same session", async () => {
    const { port, engine } = await startEngine();
    engine.generateId = async () => "same";
    const answers = await Promise.all([ask({ port, path: HANDSHAKE }), ask({ port, path: HANDSHAKE })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
  });
});

describe("connection_error", () => {
  it.each<[string, number, object]>([
    ["?EIO=4&transport=smoke", 0, { transport: "smoke" }],
    ["?EIO=4&transport=polling&sid=none", 1, { sid: "none" }],
    ["?EIO=3&transport=polling", 5, { protocol: 3 }],
  ])("says what %s was refused for", async (query, code, context) => {
    const { port, engine } = await startEngine();
    const errors: ConnectionError[] = [];
    engine.on("connection_error", (error) => errors.push(error));
    await ask({ port, path: `/engine.io/${query}` });
    expect(errors).toMatchObject([{ code, context }]);
  });
});

describe("cors as a function", () => {
  it("decides for each request", async () => {
    const { port } = await startEngine({
      cors: (request, callback) =>
        callback(null, { origin: request.headers.name === "a" ? "https://a.example" : false }),
    });
    const allowed = await ask({ port, path: HANDSHAKE, headers: { name: "a", origin: "https://a.example" } });
    expect([allowed.status, allowed.headers["access-control-allow-origin"]]).toEqual([
      200,
      "https://a.example",
    ]);
    const refused = await ask({ port, path: HANDSHAKE, headers: { name: "b", origin: "https://a.example" } });
    expect([refused.status, refused.headers["access-control-allow-origin"]]).toEqual([403, undefined]);
  });

  it("that fails or never answers allows nothing", async () => {
    const headers = { origin: "https://a.example" };
    const failing = await startEngine({ cors: (_request, callback) => callback(new Error("no")) });
    expect((await ask({ port: failing.port, path: HANDSHAKE, headers })).status).toBe(403);
    const silent = await startEngine({ cors: () => {}, hookTimeout: 20 });
    expect((await ask({ port: silent.port, path: HANDSHAKE, headers })).status).toBe(403);
  });
});

describe("handlePreflightRequest", () => {
  it("answers preflights where cors does not", async () => {
    const { port } = await startEngine({
      handlePreflightRequest: (_request, response) => response.writeHead(200, { mine: "yes" }).end(),
    });
    const answer = await ask({ port, path: HANDSHAKE, method: "OPTIONS" });
    expect([answer.status, answer.headers.mine]).toEqual([200, "yes"]);
  });
});

describe("initialPacket", () => {
  it("follows the handshake", async () => {
    const { port } = await startEngine({ initialPacket: "welcome" });
    expect((await ask({ port, path: HANDSHAKE })).body.split("\x1e")[1]).toBe("4welcome");
    const socket = await RawWebSocket.open(port, "");
    await socket.next();
    expect(String(await socket.next())).toBe("4welcome");
  });
});

describe("request.res", () => {
  it("is the response of a poll, and one that leads nowhere for an upgrade", async () => {
    const { port, requests } = await startEngine();
    await RawPolling.open(port);
    await (await RawWebSocket.open(port, "")).next();
    for (const request of requests) describeRequest(request);
    const responses = requests.map((request) => (request as unknown as { res: object }).res);
    expect(responses).toMatchObject([{ statusCode: 200, headersSent: true }, { headersSent: false }]);
    const [, upgraded] = requests as unknown as { res: object }[];
    expect(upgraded?.res).toBe(responses[1]);
  });
});
