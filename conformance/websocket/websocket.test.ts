import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { ClientOptions, ServerOptions, WebSocket } from "baro/websocket";
import { afterEach, describe, expect, it } from "vitest";
import { until } from "../../test/node/websocket/echo-server.ts";
import { closing, failing, messages, pairs, Stage } from "./pairs.ts";

/** One line for a message of any length. */
function digest(data: unknown): string {
  return `${typeof data} ${createHash("sha1")
    .update(data as Buffer)
    .digest("hex")}`;
}

describe.each(pairs)("server of $server, client of $client, deflate $deflate", (pair) => {
  const stages: Stage[] = [];
  afterEach(async () => {
    await Promise.all(stages.splice(0).map((stage) => stage.close()));
  });
  const open = async (options: ServerOptions = {}): Promise<Stage> => {
    const stage = await Stage.open(pair, options);
    stages.push(stage);
    return stage;
  };
  const connect = async (
    options: ServerOptions = {},
    clientOptions: ClientOptions = {},
  ): Promise<{ client: WebSocket; server: WebSocket; stage: Stage }> => {
    const stage = await open(options);
    return { stage, ...(await stage.connect("/", [], clientOptions)) };
  };

  it.each([
    ["client", "server"],
    ["server", "client"],
  ] as const)("sends text and bytes of every boundary length from %s to %s", async (from, to) => {
    const ends = await connect();
    const lengths = [0, 1, 125, 126, 127, 4096, 4097, 65535, 65536, 1_000_000];
    const sent = lengths.flatMap((length) => ["é".repeat(length / 2), Buffer.alloc(length, length % 251)]);
    const received = messages(ends[to], sent.length);
    for (const data of sent) ends[from].send(data);
    // Hashed, because a difference of a megabyte is no help to anybody.
    expect((await received).map(digest)).toEqual(sent.map(digest));
  });

  it("takes all that Buffer.from takes", async () => {
    const { client, server } = await connect();
    const received = messages(server, 7);
    client.send(7);
    client.send([1, 2, 3]);
    client.send(new Uint16Array([1, 2]));
    client.send(new DataView(new ArrayBuffer(2)));
    client.send(new ArrayBuffer(1));
    client.send(Buffer.from("text"), { binary: false });
    client.send("bytes", { binary: true });
    const expected = ["7", [1, 2, 3], [1, 0, 2, 0], [0, 0], [0], "text", [...Buffer.from("bytes")]];
    expect(await received).toEqual(
      expected.map((each) => (typeof each === "string" ? each : Buffer.from(each))),
    );
  });

  it("keeps the order around a Blob", async () => {
    const { client, server } = await connect();
    const received = messages(server, 4);
    client.send("first");
    client.send(new Blob(["blob"]));
    client.send("second");
    client.send(new Blob([]));
    client.close(1000);
    expect(await received).toEqual(["first", Buffer.from("blob"), "second", Buffer.alloc(0)]);
    expect(await closing(server)).toEqual({ code: 1000, reason: "" });
  });

  it.each(["client", "server"] as const)("puts together what the %s sends in fragments", async (from) => {
    const ends = await connect();
    const to = ends[from === "client" ? "server" : "client"];
    const received = messages(to, 2);
    const ping = once(to, "ping");
    ends[from].send("바", { fin: false });
    ends[from].ping("between");
    ends[from].send("로", { fin: false });
    ends[from].send("!", { fin: true });
    ends[from].send("whole");
    expect(await received).toEqual(["바로!", "whole"]);
    expect(String((await ping)[0])).toBe("between");
  });

  it("pings and pongs", async () => {
    const { client, server } = await connect();
    client.ping("x");
    expect(String((await once(client, "pong"))[0])).toBe("x");
    server.ping();
    expect(await once(server, "pong")).toEqual([Buffer.alloc(0)]);
    server.pong("unasked");
    expect(String((await once(client, "pong"))[0])).toBe("unasked");
  });

  it("pings with all that send takes", async () => {
    const { client, server } = await connect();
    const heard: string[] = [];
    server.on("ping", (data) => heard.push(String(data)));
    client.ping("text");
    client.ping(5);
    client.ping([97, 98]);
    client.ping(new DataView(new TextEncoder().encode("view").buffer));
    client.ping(new Blob(["a blob"]));
    await until(() => heard.length === 5);
    expect(heard).toEqual(["text", "5", "ab", "view", "a blob"]);
    expect(() => client.ping({})).toThrow(TypeError);
    expect(() => client.ping("x".repeat(126))).toThrow(RangeError);
  });

  it("leaves pings unanswered with autoPong: false", async () => {
    const { client, server } = await connect({ autoPong: false });
    const pongs: string[] = [];
    client.on("pong", (data) => pongs.push(String(data)));
    client.ping("x");
    await once(server, "ping");
    server.pong("by hand");
    await once(client, "pong");
    expect(pongs).toEqual(["by hand"]);
  });

  it.each([
    [undefined, undefined, { code: 1005, reason: "" }],
    [1000, "", { code: 1000, reason: "" }],
    [1001, "gone", { code: 1001, reason: "gone" }],
    [3000, "바로", { code: 3000, reason: "바로" }],
    [4999, "x".repeat(123), { code: 4999, reason: "x".repeat(123) }],
  ])("closes with %s %s", async (code, reason, expected) => {
    for (const from of ["client", "server"] as const) {
      const ends = await connect();
      const both = Promise.all([closing(ends.client), closing(ends.server)]);
      ends[from].close(code, reason);
      expect(ends[from].readyState).toBe(2);
      expect(await both).toEqual([expected, expected]);
      expect([ends.client.readyState, ends.server.readyState]).toEqual([3, 3]);
    }
  });

  it("ends with 1006 where one side terminates", async () => {
    const { client, server } = await connect();
    const both = Promise.all([closing(client), closing(server)]);
    client.terminate();
    expect(client.readyState).toBe(2);
    const abnormal = { code: 1006, reason: "" };
    expect(await both).toEqual([abnormal, abnormal]);
  });

  it("delivers what was sent right before the end", async () => {
    const { client, server } = await connect();
    const received = messages(client, 1);
    const end = closing(client);
    // Uncompressed: ws compresses later, and would lose it.
    server.send("last words", { compress: false });
    server.terminate();
    expect(await received).toEqual(["last words"]);
    expect((await end).code).toBe(1006);
  });

  it("delivers what was sent before the close", async () => {
    const { client, server } = await connect();
    const received = messages(server, 3);
    client.send("a");
    client.send(Buffer.alloc(300_000));
    client.send("c");
    client.close();
    expect((await received).map(digest)).toEqual(["a", Buffer.alloc(300_000), "c"].map(digest));
  });

  it("refuses to send in each state but OPEN", async () => {
    const stage = await open();
    const client = stage.client();
    expect(() => client.send("x")).toThrow("WebSocket is not open: readyState 0 (CONNECTING)");
    expect(() => client.ping()).toThrow("WebSocket is not open: readyState 0 (CONNECTING)");
    await once(client, "open");
    const refused = (data: string): Promise<string> =>
      new Promise((resolve) => client.send(data, (error) => resolve(error?.message ?? "")));
    client.close();
    const amount = client.bufferedAmount;
    client.send("without a callback");
    expect(client.bufferedAmount).toBe(amount + 18);
    expect(await refused("closing")).toMatch("WebSocket is not open: readyState 2 (CLOSING)");
    await once(client, "close");
    expect(await refused("closed")).toMatch("WebSocket is not open: readyState 3 (CLOSED)");
    client.ping();
    client.close();
    client.terminate();
  });

  it("throws for what cannot be sent", async () => {
    const { client } = await connect();
    expect(() => client.send({ a: 1 } as never)).toThrow(TypeError);
    expect(() => client.close(1005)).toThrow(TypeError);
    expect(() => client.close(2999)).toThrow(TypeError);
    expect(() => client.close(1000, "x".repeat(124))).toThrow(RangeError);
    expect(() => client.ping("x".repeat(126))).toThrow(RangeError);
    expect(client.readyState).toBe(1);
  });

  it("calls back when a message has been written", async () => {
    const { client, server } = await connect();
    const received = messages(server, 2);
    const order: string[] = [];
    client.send("a", () => order.push("a"));
    await new Promise<void>((resolve) =>
      client.send("b", {}, (error) => {
        order.push(`b ${error ?? ""}`);
        resolve();
      }),
    );
    expect(order).toEqual(["a", "b "]);
    expect(client.bufferedAmount).toBe(0);
    expect(await received).toEqual(["a", "b"]);
  });

  it("hands binary messages out as binaryType says", async () => {
    const { client, server } = await connect();
    expect(client.binaryType).toBe("nodebuffer");
    const forms: unknown[] = [];
    client.on("message", (data) => forms.push(data));
    for (const type of ["nodebuffer", "arraybuffer", "fragments", "blob", "nonsense"] as const) {
      client.binaryType = type as "blob";
      server.send(Buffer.from("data"));
      await once(client, "message");
    }
    server.send("text");
    await once(client, "message");
    expect(client.binaryType).toBe("blob");
    expect(forms[0]).toEqual(Buffer.from("data"));
    expect(forms[1]).toEqual(new TextEncoder().encode("data").buffer);
    expect(forms[2]).toEqual([Buffer.from("data")]);
    expect(await (forms[3] as Blob).text()).toBe("data");
    expect(await (forms[4] as Blob).text()).toBe("data");
    expect(forms[5]).toEqual(Buffer.from("text"));
  });

  it("hands out the fragments of a message where binaryType asks for them", async () => {
    const { client, server } = await connect();
    server.binaryType = "fragments";
    const sizes: unknown[] = [];
    server.on("message", (data) => sizes.push((data as Buffer[]).map((part) => part.toString())));
    const send = (...parts: string[]): void => {
      for (const [index, part] of parts.entries()) {
        // A compressed message is one for Baro.
        client.send(Buffer.from(part), { fin: index === parts.length - 1, compress: false });
      }
    };
    send("one");
    send("one", "two", "three");
    send("");
    send("", "", "");
    send("", "one", "", "two");
    const received = once(client, "pong");
    client.ping();
    await received;
    expect(sizes).toEqual([["one"], ["one", "two", "three"], [], [], ["one", "two"]]);
  });

  it("pauses and resumes", async () => {
    const { client, server } = await connect();
    const received: string[] = [];
    client.on("message", (data) => received.push(String(data)));
    client.pause();
    expect(client.isPaused).toBe(true);
    server.send("later");
    // The answer to a ping shows that the message has long been here.
    server.ping();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(received).toEqual([]);
    client.resume();
    expect(client.isPaused).toBe(false);
    await once(server, "pong");
    expect(received).toEqual(["later"]);
  });

  it("agrees on a subprotocol", async () => {
    const stage = await open();
    const first = await stage.connect("/", ["v2", "v1"]);
    expect([first.client.protocol, first.server.protocol]).toEqual(["v2", "v2"]);
    const none = await stage.connect();
    expect([none.client.protocol, none.server.protocol]).toEqual(["", ""]);
    const chosen = await open({ handleProtocols: (protocols) => [...protocols].at(-1) ?? false });
    expect((await chosen.connect("/", ["v2", "v1"])).client.protocol).toBe("v1");
    const refused = await open({ handleProtocols: () => false });
    const client = refused.client("/", ["v2"]);
    expect(await failing(client)).toEqual({ message: "Server sent no subprotocol", code: 1006 });
  });

  it("carries headers both ways", async () => {
    const stage = await open();
    stage.wss.on("headers", (lines, request) => lines.push(`X-Path: ${request.url}`));
    const client = stage.client("/where?a=1", [], {
      headers: { "X-A": "1" },
      origin: "https://page.example",
    });
    const [[response]] = await Promise.all([once(client, "upgrade"), once(client, "open")]);
    expect(response.headers["x-path"]).toBe("/where?a=1");
    expect(stage.requests[0]?.headers).toMatchObject({ "x-a": "1", origin: "https://page.example" });
    expect(client.url).toBe(`ws://127.0.0.1:${stage.port}/where?a=1`);
    expect(client.extensions).toBe(pair.deflate ? "permessage-deflate" : "");
  });

  it("takes name and password of the address", async () => {
    const stage = await open();
    const client = new pair.ofClient.WebSocket(`ws://user:pa%20ss@127.0.0.1:${stage.port}`);
    await once(client, "open");
    const expected = Buffer.from("user:pa ss").toString("base64");
    expect(stage.requests[0]?.headers.authorization).toBe(`Basic ${expected}`);
    client.terminate();
  });

  it.each<[string, ServerOptions, number]>([
    ["synchronously", { verifyClient: () => false }, 401],
    ["later", { verifyClient: (_info, done) => setImmediate(done, false, 403, "no", { "X-Why": "1" }) }, 403],
    ["by its path", { path: "/elsewhere" }, 400],
  ])("refuses a client %s", async (_, options, status) => {
    const stage = await open(options);
    const client = stage.client();
    expect(await failing(client)).toEqual({ message: `Unexpected server response: ${status}`, code: 1006 });
  });

  it("tells verifyClient whom it is about, and lets in", async () => {
    const asked: unknown[] = [];
    const stage = await open({
      verifyClient: ({ origin, secure, req }, done) => {
        asked.push(origin, secure, req.url);
        setImmediate(done, true);
      },
    });
    await stage.connect("/a", [], { origin: "https://page.example" });
    expect(asked).toEqual(["https://page.example", false, "/a"]);
  });

  it("hands an unexpected response to its listener", async () => {
    const stage = await open({ verifyClient: (_info, done) => done(false, 402, "pay") });
    const client = stage.client();
    const [, response] = await once(client, "unexpected-response");
    expect([response.statusCode, await text(response)]).toEqual([402, "pay"]);
  });

  it("follows redirects where it may", async () => {
    const stage = await open();
    const redirector = createServer().listen(0, "127.0.0.1");
    await once(redirector, "listening");
    const target = `ws://127.0.0.1:${stage.port}/there`;
    redirector.on("upgrade", (_request, socket) =>
      socket.end(`HTTP/1.1 302 Found\r\nLocation: ${target}\r\nContent-Length: 0\r\n\r\n`),
    );
    const from = `ws://127.0.0.1:${(redirector.address() as AddressInfo).port}`;
    const { WebSocket: Client } = pair.ofClient;
    try {
      const client = new Client(from, {
        followRedirects: true,
        headers: { Authorization: "secret", Cookie: "secret", "X-Kept": "1" },
      });
      await once(client, "open");
      expect(stage.requests[0]?.url).toBe("/there");
      // Another port is another host.
      expect(stage.requests[0]?.headers).toMatchObject({ "x-kept": "1" });
      expect(stage.requests[0]?.headers.cookie).toBeUndefined();
      expect(stage.requests[0]?.headers.authorization).toBeUndefined();
      expect(client.url).toBe(target);
      client.terminate();
      const still = new Client(from);
      expect((await once(still, "error"))[0].message).toBe("Unexpected server response: 302");
    } finally {
      redirector.close();
    }
  });

  it("gives up a redirect in circles", async () => {
    const circle = createServer().listen(0, "127.0.0.1");
    await once(circle, "listening");
    let requests = 0;
    circle.on("upgrade", (_request, socket) => {
      requests += 1;
      socket.end("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");
    });
    const url = `ws://127.0.0.1:${(circle.address() as AddressInfo).port}`;
    const client = new pair.ofClient.WebSocket(url, { followRedirects: true, maxRedirects: 2 });
    expect((await once(client, "error"))[0].message).toBe("Maximum redirects exceeded");
    expect(requests).toBe(3);
    circle.close();
  });

  it("lets finishRequest send the request", async () => {
    const stage = await open();
    const { client } = await stage.connect("/", [], {
      finishRequest: (request) => {
        request.setHeader("X-Late", "1");
        request.end();
      },
    });
    expect(client.readyState).toBe(1);
    expect(stage.requests[0]?.headers["x-late"]).toBe("1");
  });

  it("gives up a handshake", async () => {
    const stage = await open();
    const silent = await open({ verifyClient: (_info, _done) => {} });
    const late = silent.client("/", [], { handshakeTimeout: 50 });
    expect((await once(late, "error"))[0].message).toBe("Opening handshake has timed out");
    for (const end of ["close", "terminate"] as const) {
      const client = stage.client();
      client[end]();
      expect(client.readyState).toBe(2);
      const message = "WebSocket was closed before the connection was established";
      expect(await failing(client)).toEqual({ message, code: 1006 });
      expect(client.readyState).toBe(3);
    }
  });

  it("closes with 1009 what is over maxPayload", async () => {
    const { client, server } = await connect({ maxPayload: 10 });
    const error = once(server, "error");
    const ends = Promise.all([closing(client), closing(server)]);
    client.send("x".repeat(11));
    expect((await error)[0].code).toBe("WS_ERR_UNSUPPORTED_MESSAGE_LENGTH");
    const [ofClient, ofServer] = await ends;
    expect([ofClient.code, ofServer.code]).toEqual([1009, 1006]);
  });

  it("masks as generateMask says", async () => {
    const masks: number[] = [];
    const { client, server } = await connect(
      {},
      {
        generateMask: (mask) => {
          mask.fill(7);
          masks.push(mask.length);
        },
      },
    );
    const received = messages(server, 2);
    client.send("a");
    client.send(Buffer.alloc(200, 1));
    expect(await received).toEqual(["a", Buffer.alloc(200, 1)]);
    expect(masks).toEqual([4, 4]);
  });

  it("emits one event a tick without allowSynchronousEvents", async () => {
    const { client, server } = await connect({}, { allowSynchronousEvents: false });
    let inTick = 0;
    let most = 0;
    client.on("message", () => {
      inTick += 1;
      most = Math.max(most, inTick);
      queueMicrotask(() => {
        inTick = 0;
      });
    });
    const received = messages(client, 3);
    for (const data of ["a", "b", "c"]) server.send(data);
    expect(await received).toEqual(["a", "b", "c"]);
    expect(most).toBe(1);
  });

  it("has the events of the HTML standard", async () => {
    const { client, server } = await connect();
    const seen: unknown[] = [];
    const listener = { handleEvent: (event: { type: string }) => seen.push(`object ${event.type}`) };
    client.onmessage = ({ type, data, target }) => seen.push(type, data, target === client);
    client.addEventListener("message", listener);
    client.addEventListener("message", listener);
    client.addEventListener("message", () => seen.push("once"), { once: true });
    client.onclose = ({ code, reason, wasClean }) => seen.push(code, reason, wasClean);
    server.send("text");
    await once(client, "message");
    client.removeEventListener("message", listener);
    server.send(Buffer.from("x"));
    await once(client, "message");
    expect(seen).toEqual([
      ...["message", "text", true, "object message", "once"],
      ...["message", Buffer.from("x"), true],
    ]);
    client.onmessage = null;
    expect(client.onmessage).toBe(null);
    server.close(4000, "bye");
    await once(client, "close");
    expect(seen.slice(-3)).toEqual([4000, "bye", true]);
  });

  it("is a stream", async () => {
    const { client, server } = await connect();
    const { ofServer, ofClient } = pair;
    const ofPeer = ofServer.createWebSocketStream(server);
    ofPeer.pipe(ofPeer);
    const stream = ofClient.createWebSocketStream(client, { encoding: "utf8" });
    const echoed = text(stream);
    const parts = Array.from({ length: 100 }, (_, i) => `${i} ${"x".repeat(10_000)}\n`);
    let length = 0;
    stream.on("data", (chunk: string) => {
      length += chunk.length;
      if (length === parts.join("").length) stream.end();
    });
    for (const part of parts) if (!stream.write(part)) await once(stream, "drain");
    expect(await echoed).toBe(parts.join(""));
  });

  it("is a stream that can be given up before it is open", async () => {
    const stage = await open({ verifyClient: (_info, _answer) => {} });
    const client = stage.client();
    const stream = pair.ofClient.createWebSocketStream(client);
    const fault = once(stream, "error");
    stream.write("never sent");
    stream.destroy();
    expect((await fault)[0].message).toBe("WebSocket was closed before the connection was established");
    expect(client.readyState).toBe(client.CLOSED);
  });

  it("is a stream that waits until it is open", async () => {
    const stage = await open();
    const connected = once(stage.wss, "connection");
    const stream = pair.ofClient.createWebSocketStream(stage.client());
    stream.write("first");
    stream.end("last");
    const [server] = await connected;
    expect(await messages(server, 2)).toEqual([Buffer.from("first"), Buffer.from("last")]);
    stream.resume();
    await once(stream, "close");
  });

  it("says in its address that it is a WebSocket", async () => {
    const stage = await open();
    const client = new pair.ofClient.WebSocket(`http://127.0.0.1:${stage.port}/a?b=c`);
    expect(client.url).toBe(`ws://127.0.0.1:${stage.port}/a?b=c`);
    await once(client, "open");
    client.terminate();
  });

  it.each([
    ["Invalid Upgrade header", "Upgrade: h2c"],
    ["Invalid Sec-WebSocket-Accept header", "Upgrade: websocket\r\nSec-WebSocket-Accept: x"],
  ])("refuses an answer: %s", async (message, headers) => {
    const stage = await open({ noServer: true });
    stage.http.on("upgrade", (_request, socket) => {
      socket.end(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n${headers}\r\n\r\n`);
    });
    expect(await failing(stage.client())).toEqual({ message, code: 1006 });
  });

  it("keeps clients, and closes when the last one is gone", async () => {
    const { client, server, stage } = await connect();
    const { wss } = stage;
    expect([...wss.clients]).toEqual([server]);
    const closed = new Promise<unknown>((resolve) => wss.close(resolve));
    let isClosed = false;
    wss.once("close", () => {
      isClosed = true;
    });
    server.send("still");
    await once(client, "message");
    expect(isClosed).toBe(false);
    client.close();
    expect(await closed).toBeUndefined();
    expect(wss.clients.size).toBe(0);
    const again = await new Promise<Error | undefined>((resolve) => wss.close(resolve));
    expect(again?.message).toBe("The server is not running");
  });
});
