import { once } from "node:events";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { connect, type Socket } from "node:net";
import { constants, createDeflateRaw } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import WebSocket, { type PerMessageDeflateOptions, WebSocketServer } from "ws";
import { perMessageDeflate } from "../../../src/node/websocket/per-message-deflate.ts";
import type { ShellOptions } from "../../../src/node/websocket/shell-options.ts";
import { checkAccept, createKey, requestHeaders } from "../../../src/websocket/handshake.ts";
import { frame } from "../../websocket/recorder.ts";
import { type EchoServer, startEchoServer, TestShell, until } from "./echo-server.ts";

const closing: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Of all sizes that take ways of their own, twice each: the second may refer to the first. */
const MESSAGES = [0, 16, 125, 126, 1000, 1024, 16_384, 65_536, 65_537, 131_072, 300_000, 70].flatMap(
  (size) => [json(size), json(size)],
);

const PARAMETERS: PerMessageDeflateOptions[] = [
  {},
  { serverNoContextTakeover: true },
  { clientNoContextTakeover: true },
  { serverNoContextTakeover: true, clientNoContextTakeover: true },
  { serverMaxWindowBits: 9 },
  { serverMaxWindowBits: 15 },
  { clientMaxWindowBits: 9 },
  { clientMaxWindowBits: 15 },
  { serverMaxWindowBits: 10, clientMaxWindowBits: 12, serverNoContextTakeover: true },
];

describe("with the client of ws", () => {
  for (const options of PARAMETERS) {
    it(`echoes with ${JSON.stringify(options)} asked for by the client`, async () => {
      const server = await start({ threshold: 0 });
      await echo(await dialWs(server, { ...options, threshold: 0 }));
    });
    it(`echoes with ${JSON.stringify(options)} asked for by the server`, async () => {
      const server = await start({ ...options, threshold: 0 });
      await echo(await dialWs(server, { threshold: 0 }));
    });
  }

  it("talks plainly to one that does not compress", async () => {
    const server = await start({ threshold: 0 });
    const client = await dialWs(server, false);
    expect(client.extensions).toBe("");
    await echo(client);
  });

  it("closes behind a long message that is being compressed", async () => {
    const server = await start({});
    const client = await dialWs(server, {});
    const shell = server.shells[0] ?? expect.unreachable();
    const heard: number[] = [];
    client.on("message", (data: Buffer) => heard.push(data.length));
    shell.send(json(500_000));
    shell.close(1000);
    const [code] = await once(client, "close");
    expect(code).toBe(1000);
    expect(heard).toEqual([500_000]);
  });
});

describe("with the server of ws", () => {
  for (const options of PARAMETERS) {
    it(`echoes with ${JSON.stringify(options)} asked for by the client`, async () => {
      await echoOurs(await dialOurs({ threshold: 0 }, { ...options, threshold: 0 }));
    });
    it(`echoes with ${JSON.stringify(options)} asked for by the server`, async () => {
      await echoOurs(await dialOurs({ ...options, threshold: 0 }, { threshold: 0 }));
    });
  }
});

describe("a peer", () => {
  it("F-16 that sends 200 MiB of zeros in 200 KB is stopped at the limit, with bounded memory", async () => {
    const bomb = await zeros(200 * 1024 * 1024);
    expect(bomb.length).toBeLessThan(210_000);
    const server = await start({}, { maxPayload: 8 * 1024 * 1024 });
    const before = process.memoryUsage().rss;
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss - before);
    }, 5);
    const ends = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const socket = await dialRaw(server);
        socket.write(frame(0xc2, bomb));
        return closeCode(socket);
      }),
    );
    clearInterval(watch);
    expect(new Set(ends)).toEqual(new Set([1009]));
    // Ten at a time, each of them up to 8 MiB and its copies; not 50 times 200 MiB.
    expect(most).toBeLessThan(400 * 1024 * 1024);
  });

  it("F-16 that sends it in 1,000 fragments is stopped as well", async () => {
    const bomb = await zeros(200 * 1024 * 1024);
    const server = await start({}, { maxPayload: 1024 * 1024 });
    const socket = await dialRaw(server);
    const size = Math.ceil(bomb.length / 1000);
    for (let at = 0; at < bomb.length; at += size) {
      const isLast = at + size >= bomb.length;
      socket.write(frame((at === 0 ? 0x42 : 0) | (isLast ? 0x80 : 0), bomb.subarray(at, at + size)));
    }
    expect(await closeCode(socket)).toBe(1009);
  });

  it("F-16 that sends garbage hears 1007, and nobody else notices", async () => {
    const server = await start({});
    const healthy = await dialWs(server, {});
    for (const bytes of [
      Buffer.alloc(100, 0xff),
      Buffer.alloc(200_000, 0xff),
      Buffer.from("f248cd", "hex"),
    ]) {
      const socket = await dialRaw(server);
      socket.write(frame(0xc2, bytes));
      expect(await closeCode(socket)).toBe(1007);
    }
    await echo(healthy);
  });

  it("that goes away while its message is on the thread pool disturbs nobody", async () => {
    const server = await start({});
    const payload = await zeros(1_000_000);
    const socket = await dialRaw(server);
    socket.write(frame(0xc2, payload));
    const shell = server.shells[0] ?? expect.unreachable();
    socket.destroy();
    expect((await shell.over).code).toBe(1006);
    await echo(await dialWs(server, {}));
  });

  it("is not read while its long message is decompressed, and its order is kept", async () => {
    const server = await start({});
    const client = await dialWs(server, { threshold: 0 });
    const shell = server.shells[0] ?? expect.unreachable();
    shell.onMessage = () => {};
    const sent = [json(400_000), "a", json(200_000), "b"];
    for (const text of sent) client.send(text);
    client.ping("p");
    await until(() => shell.messages.length === 5);
    expect(shell.messages).toEqual([...sent, "ping p"]);
  });

  it("that is paused and resumed around a long message loses nothing", async () => {
    const server = await start({});
    const client = await dialWs(server, { threshold: 0 });
    const shell = server.shells[0] ?? expect.unreachable();
    shell.onMessage = () => {
      shell.pause();
      setImmediate(() => shell.resume());
    };
    const sent = ["a", json(400_000), "b", json(400_000), json(10), "c"];
    for (const text of sent) client.send(text);
    await until(() => shell.messages.length === sent.length);
    expect(shell.messages).toEqual(sent);
  });
});

it("what waits for its compression counts as queued", async () => {
  const server = await start({});
  await dialWs(server, {});
  const shell = server.shells[0] ?? expect.unreachable();
  shell.send(json(300_000));
  expect(shell.queued).toBe(300_000);
  await until(() => shell.queued === 0);
});

it("options out of their range are the caller's mistake", () => {
  expect(perMessageDeflate(false)).toBeUndefined();
  expect(perMessageDeflate(undefined)).toBeUndefined();
  expect(() => perMessageDeflate({ concurrencyLimit: 0 })).toThrow("concurrencyLimit");
  expect(() => perMessageDeflate({ threshold: -1 })).toThrow("threshold");
  expect(() => perMessageDeflate({ serverMaxWindowBits: 7 })).toThrow("window bits");
  expect(() => perMessageDeflate({ zlibDeflateOptions: { level: 12 } })).toThrow(RangeError);
});

async function start(
  options: PerMessageDeflateOptions,
  limits: Partial<ShellOptions> = {},
): Promise<EchoServer> {
  const server = await startEchoServer(limits, perMessageDeflate(options));
  closing.push(server.close);
  return server;
}

async function dialWs(server: EchoServer, options: PerMessageDeflateOptions | false): Promise<WebSocket> {
  const client = new WebSocket(`ws://127.0.0.1:${server.port}`, { perMessageDeflate: options });
  closing.push(() => client.terminate());
  await once(client, "open");
  return client;
}

async function echo(client: WebSocket): Promise<void> {
  const heard: string[] = [];
  client.on("message", (data) => heard.push(data.toString()));
  for (const text of MESSAGES) client.send(text);
  await until(() => heard.length === MESSAGES.length);
  expect(heard.map((text) => text.length)).toEqual(MESSAGES.map((text) => text.length));
  expect(heard.join() === MESSAGES.join()).toBe(true);
}

/** Our shell as the client of a server of ws that echoes. */
async function dialOurs(
  theirs: PerMessageDeflateOptions,
  ours: PerMessageDeflateOptions,
): Promise<TestShell> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: theirs });
  closing.push(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  server.on("connection", (socket) =>
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary })),
  );
  await once(server, "listening");
  const deflate = perMessageDeflate(ours) ?? expect.unreachable();
  const key = createKey();
  const { port } = server.address() as AddressInfo;
  const sent = request({ port, host: "127.0.0.1", headers: requestHeaders(key, [], deflate.offer()) });
  sent.end();
  const [response, socket, head] = await once(sent, "upgrade");
  const accepted = checkAccept(key, [], response.headers, deflate);
  if ("fault" in accepted) expect.unreachable(accepted.fault);
  const parameters = accepted.deflate ?? expect.unreachable("ws did not agree");
  const shell = new TestShell("client", socket, {}, deflate.open("client", parameters));
  closing.push(() => shell.terminate());
  shell.onMessage = () => {};
  shell.start(head);
  return shell;
}

async function echoOurs(shell: TestShell): Promise<void> {
  for (const text of MESSAGES) shell.send(text);
  await until(() => shell.messages.length === MESSAGES.length);
  expect(shell.messages.map((text) => text.length)).toEqual(MESSAGES.map((text) => text.length));
  expect(shell.messages.join() === MESSAGES.join()).toBe(true);
}

/** A client that has agreed on compression and then sends what the test says. */
async function dialRaw(server: EchoServer): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1");
  closing.push(() => {
    socket.destroy();
  });
  const opened = server.next();
  socket.on("error", () => {});
  socket.write(
    "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
      `Sec-WebSocket-Key: ${createKey()}\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n`,
  );
  const shell = await opened;
  shell.onMessage = () => {};
  return socket;
}

/** The code of the close frame that the server sends before it ends. */
async function closeCode(socket: Socket): Promise<number> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  await once(socket, "end");
  socket.end();
  const answer = Buffer.concat(chunks);
  const at = answer.indexOf("\r\n\r\n") + 4;
  return answer[at] === 0x88 ? answer.readUInt16BE(at + 2) : 0;
}

/** So many zeros as the payload of a compressed message, made without holding them. */
async function zeros(length: number): Promise<Buffer> {
  const stream = createDeflateRaw({ finishFlush: constants.Z_SYNC_FLUSH });
  const chunks: Buffer[] = [];
  stream.on("data", (chunk) => chunks.push(chunk));
  const block = Buffer.alloc(1 << 20);
  for (let at = 0; at < length; at += block.length) {
    if (!stream.write(block.subarray(0, length - at))) await once(stream, "drain");
  }
  stream.end();
  await once(stream, "end");
  return Buffer.concat(chunks).subarray(0, -4);
}

function json(size: number): string {
  let state = size;
  let text = "";
  while (text.length < size) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text += `{"id":${state % 1e6},"name":"user","ok":true},`;
  }
  return text.slice(0, size);
}
