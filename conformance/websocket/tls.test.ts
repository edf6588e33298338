import { once } from "node:events";
import { connect } from "node:tls";
import { type ClientOptions, type ServerOptions, WebSocket } from "baro/websocket";
import { afterEach, describe, expect, it } from "vitest";
import { until } from "../../test/node/websocket/echo-server.ts";
import { RawPeer, RawServer, responseText } from "../support/raw-peer.ts";
import { CERT, KEY } from "../support/tls.ts";
import { closed, closePayload, peerOf, text } from "../support/wire.ts";
import { closing, failing, messages, pairs, Stage } from "./pairs.ts";

const MEGABYTE = 1024 * 1024;
const TRUSTING: ClientOptions = { ca: CERT };

describe.each(pairs)("over TLS: server of $server, client of $client, deflate $deflate", (pair) => {
  const stages: Stage[] = [];
  afterEach(async () => {
    await Promise.all(stages.splice(0).map((stage) => stage.close()));
  });
  const open = async (options: ServerOptions = {}): Promise<Stage> => {
    const stage = await Stage.open(pair, options, "wss");
    stages.push(stage);
    return stage;
  };
  const connected = async (): Promise<{ client: WebSocket; server: WebSocket }> =>
    (await open()).connect("/", [], TRUSTING);

  it("carries messages of every length, both ways, in their order", async () => {
    const { client, server } = await connected();
    const lengths = [0, 1, 125, 126, 16_383, 16_384, 16_385, 65_535, 65_536, 5 * MEGABYTE];
    const sent = lengths.flatMap((length) => ["x".repeat(length), Buffer.alloc(length, length % 251)]);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      const received = messages(to, sent.length);
      for (const data of sent) from.send(data);
      for (const [index, data] of (await received).entries())
        expect(sent[index] === data || Buffer.compare(sent[index] as Buffer, data as Buffer) === 0).toBe(
          true,
        );
    }
  });

  it("knows that it is encrypted", async () => {
    let secure: boolean | undefined;
    const stage = await open({
      verifyClient: (info: { secure: boolean }) => {
        secure = info.secure;
        return true;
      },
    });
    const { client } = await stage.connect("/", [], TRUSTING);
    expect(secure).toBe(true);
    expect(client.url).toMatch(/^wss:/);
  });

  it("holds back who sends to a peer that does not read", async () => {
    const { client, server } = await connected();
    client.pause();
    const chunk = Buffer.alloc(MEGABYTE, "x");
    let written = 0;
    const wrote = (): void => {
      written += 1;
    };
    for (let count = 0; count < 32; count += 1) server.send(chunk, { compress: false }, wrote);
    await until(() => written > 0 || server.bufferedAmount > MEGABYTE);
    expect(server.bufferedAmount).toBeGreaterThan(MEGABYTE);
    expect(written).toBeLessThan(32);
    let received = 0;
    client.on("message", (data) => {
      received += (data as Buffer).length;
    });
    client.resume();
    await until(() => received === 32 * MEGABYTE && written === 32);
    expect(server.bufferedAmount).toBe(0);
  });

  it.each(["client", "server"] as const)(
    "ends with 1006 on both sides where the %s terminates",
    async (side) => {
      const ends = await connected();
      const both = Promise.all([closing(ends.client), closing(ends.server)]);
      ends[side].terminate();
      expect((await both).map(({ code }) => code)).toEqual([1006, 1006]);
    },
  );

  it.each(["client", "server"] as const)(
    "closes cleanly where the %s does, behind what was sent",
    async (side) => {
      const ends = await connected();
      const other = ends[side === "client" ? "server" : "client"];
      const both = Promise.all([closing(ends.client), closing(ends.server)]);
      const received = messages(other, 1);
      ends[side].send("x".repeat(MEGABYTE));
      ends[side].close(4000, "bye");
      expect(String((await received)[0])).toHaveLength(MEGABYTE);
      expect(await both).toEqual([
        { code: 4000, reason: "bye" },
        { code: 4000, reason: "bye" },
      ]);
    },
  );

  it.each([
    ["that nobody vouches for", {}, /self[- ]signed/],
    ["of another host", { ...TRUSTING, servername: "elsewhere.example" }, /elsewhere\.example/],
  ] as const)("K-4 a certificate %s fails, and nothing was asked", async (_name, options, message) => {
    const stage = await open();
    const end = await failing(stage.client("/", [], { headers: { Cookie: "secret=1" }, ...options }));
    expect(end.code).toBe(1006);
    expect(end.message).toMatch(message);
    expect(stage.requests).toEqual([]);
  });

  it("K-4 a certificate is not asked for where the program says so", async () => {
    const stage = await open();
    const { client } = await stage.connect("/", [], { rejectUnauthorized: false });
    expect(client.readyState).toBe(client.OPEN);
  });

  it("K-2 credentials do not follow from TLS to none", async () => {
    const plain = await Stage.open(pair);
    stages.push(plain);
    const server = await RawServer.listen(
      ({ socket }) =>
        socket.end(
          `HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:${plain.port}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
        ),
      { cert: CERT, key: KEY },
    );
    const client = new pair.ofClient.WebSocket(`wss://user:secret@127.0.0.1:${server.port}`, {
      ...TRUSTING,
      followRedirects: true,
      headers: { Authorization: "Bearer secret", Cookie: "secret=1" },
    });
    client.on("error", () => {});
    await Promise.race([once(client, "open"), closing(client)]);
    expect(JSON.stringify(plain.requests.map(({ headers }) => headers))).not.toMatch(/secret/);
    client.terminate();
    server.close();
  });
});

describe("over TLS with a bare peer", () => {
  it("takes frames that are cut anywhere, and answers them", async () => {
    const stage = await Stage.open(pairs[0] as (typeof pairs)[number], {}, "wss");
    stage.wss.on("connection", (socket) =>
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary })),
    );
    const peer = await RawPeer.shake(connect({ port: stage.port, host: "127.0.0.1", ca: CERT }));
    const frame = peerOf("server");
    const long = "€".repeat(2_000);
    // A record of TLS for each byte, and then one that holds many frames.
    await peer.sendChopped(Buffer.concat([frame(0x81, "a"), frame(0x01, "b"), frame(0x80, "c")]), 1);
    await peer.sendChopped(frame(0x81, long), 97);
    peer.send(Buffer.concat([...new Array(500).fill(frame(0x81, "x")), frame(0x88, closePayload(1000))]));
    await peer.ended;
    expect(peer.names).toEqual([
      text("a"),
      text("bc"),
      text(long),
      ...new Array(500).fill(text("x")),
      closed(1000),
    ]);
    await stage.close();
  });

  it("is a client that ends when its server is cut off, and one that hears what came before", async () => {
    const frame = peerOf("client");
    const server = await RawServer.listenWebSocket(
      (peer) => {
        peer.send(frame(0x81, "last words"));
        setImmediate(() => peer.socket.destroy());
      },
      { cert: CERT, key: KEY },
    );
    const client = new WebSocket(`wss://127.0.0.1:${server.port}`, TRUSTING);
    client.on("error", () => {});
    const heard: string[] = [];
    client.on("message", (data) => heard.push(String(data)));
    expect((await closing(client)).code).toBe(1006);
    expect(heard).toEqual(["last words"]);
    server.close();
  });

  it("does not take an answer for its own that is not for its key", async () => {
    const server = await RawServer.listen(({ socket }) => socket.write(responseText("wrong")), {
      cert: CERT,
      key: KEY,
    });
    const client = new WebSocket(`wss://127.0.0.1:${server.port}`, TRUSTING);
    expect((await failing(client)).message).toBe("Invalid Sec-WebSocket-Accept header");
    server.close();
  });
});
