import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { ClientOptions, ServerOptions } from "../../../src/node/websocket/options.ts";
import { WebSocket } from "../../../src/node/websocket/websocket.ts";
import { WebSocketServer } from "../../../src/node/websocket/websocket-server.ts";
import { serverFrame } from "../../websocket/recorder.ts";
import { until } from "./echo-server.ts";

// What is the same in ws is tested by conformance/websocket, with both makes.
const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const run of cleanup.splice(0).reverse()) await run();
});

interface Ends {
  readonly wss: WebSocketServer;
  readonly port: number;
  readonly client: WebSocket;
  readonly server: WebSocket;
}

async function start(options: ServerOptions = {}): Promise<{ wss: WebSocketServer; port: number }> {
  const wss = new WebSocketServer({ port: 0, host: "127.0.0.1", ...options });
  await once(wss, "listening");
  cleanup.push(async () => {
    for (const client of wss.clients) client.terminate();
    await new Promise((resolve) => wss.close(resolve));
  });
  return { wss, port: (wss.address() as AddressInfo).port };
}

async function open(options: ServerOptions = {}, clientOptions: ClientOptions = {}): Promise<Ends> {
  const { wss, port } = await start(options);
  const connected = once(wss, "connection");
  const client = new WebSocket(`ws://127.0.0.1:${port}`, clientOptions);
  const [[server]] = await Promise.all([connected, once(client, "open")]);
  cleanup.push(() => client.terminate());
  return { wss, port, client, server };
}

/** A TCP peer that stands where a client of `wss` would, after its handshake. */
async function openRaw(
  wss: WebSocketServer,
  port: number,
): Promise<{ peer: ReturnType<typeof connect>; server: WebSocket }> {
  const peer = connect(port, "127.0.0.1");
  // Reads, and so sees the FIN, and answers it.
  peer.on("error", () => {}).resume();
  cleanup.push(() => peer.destroy());
  peer.write(
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  const [server] = await once(wss, "connection");
  return { peer, server };
}

const ended = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => socket.once("close", (code) => resolve(code)));

describe("the address", () => {
  it.each(["nope", "ftp://x", "ws://x#part", "ws+unix:"])("must be one: %s", (address) => {
    expect(() => new WebSocket(address)).toThrow(SyntaxError);
  });
  it("must have subprotocols that are tokens, each once", () => {
    expect(() => new WebSocket("ws://x", ["a", "a"])).toThrow(SyntaxError);
    expect(() => new WebSocket("ws://x", { protocolVersion: 8 })).toThrow(RangeError);
  });
  it("may be a socket of the file system", async () => {
    const path = join(tmpdir(), `baro-${process.pid}.sock`);
    const http = createServer();
    const wss = new WebSocketServer({ server: http });
    http.listen(path);
    await once(http, "listening");
    cleanup.push(() => http.close());
    const client = new WebSocket(`ws+unix:${path}:/where?a=1`);
    const [[server, request]] = await Promise.all([once(wss, "connection"), once(client, "open")]);
    expect(request.url).toBe("/where?a=1");
    client.close();
    await ended(server);
  });
});

describe("faults", () => {
  it("of the peer end no process where nobody listens for errors", async () => {
    const { wss, port } = await start();
    const { peer, server } = await openRaw(wss, port);
    peer.write(Buffer.from("c180", "hex"));
    expect(await ended(server)).toBe(1006);
  });

  it("of the peer are told once to those who listen", async () => {
    const { wss, port } = await start();
    const { peer, server } = await openRaw(wss, port);
    const errors: unknown[] = [];
    server.on("error", (error) => errors.push((error as { code?: string }).code, server.readyState));
    peer.write(Buffer.from("8102", "hex"));
    await ended(server);
    expect(errors).toEqual(["WS_ERR_EXPECTED_MASK", WebSocket.CLOSING]);
  });

  it("of the network are told to the client", async () => {
    const { port } = await start();
    const socket = createTcpServer().listen(0, "127.0.0.1");
    await once(socket, "listening");
    const closed = (socket.address() as AddressInfo).port;
    socket.close();
    expect(closed).not.toBe(port);
    const client = new WebSocket(`ws://127.0.0.1:${closed}`);
    const events: string[] = [];
    client.on("error", (error) => events.push((error as { code?: string }).code ?? ""));
    expect(await ended(client)).toBe(1006);
    expect(events).toEqual(["ECONNREFUSED"]);
  });
});

describe("redirects", () => {
  it("leave credentials behind where the host changes", async () => {
    const { wss, port } = await start();
    const seen: (string | undefined)[] = [];
    wss.on("connection", (_socket, { headers }) => {
      seen.push(headers.authorization, headers.cookie, headers["x-kept"] as string);
    });
    const from = createServer().listen(0, "127.0.0.1");
    await once(from, "listening");
    cleanup.push(() => from.close());
    from.on("upgrade", (_request, socket) =>
      socket.end(`HTTP/1.1 307 Go\r\nLocation: ws://127.0.0.1:${port}/\r\nContent-Length: 0\r\n\r\n`),
    );
    const address = `ws://user:secret@127.0.0.1:${(from.address() as AddressInfo).port}`;
    const headers = { Cookie: "secret", "X-Kept": "1" };
    const client = new WebSocket(address, { followRedirects: true, headers });
    // A listener may look, but unlike in ws it is no leave to hand credentials on.
    client.on("redirect", (_url, request) => seen.push(String(request.getHeader("cookie"))));
    await once(client, "open");
    expect(seen).toEqual(["undefined", undefined, undefined, "1"]);
    client.terminate();
  });

  it("to what is no address fail", async () => {
    const from = createServer().listen(0, "127.0.0.1");
    await once(from, "listening");
    cleanup.push(() => from.close());
    from.on("upgrade", (_request, socket) =>
      socket.end("HTTP/1.1 302 Go\r\nLocation: ftp://x/\r\nContent-Length: 0\r\n\r\n"),
    );
    const client = new WebSocket(`ws://127.0.0.1:${(from.address() as AddressInfo).port}`, {
      followRedirects: true,
    });
    expect((await once(client, "error"))[0].message).toBe("The redirect to ftp://x/ cannot be followed.");
  });
});

describe("compression", () => {
  it("is offered by a client, and agreed to by a server that has it", async () => {
    const { client, server } = await open({ perMessageDeflate: { threshold: 0 } });
    expect(client.extensions).toMatch(/^permessage-deflate/);
    expect(server.extensions).toBe(client.extensions);
    const text = "compressed ".repeat(20_000);
    server.send(text);
    server.send("after");
    const received: string[] = [];
    client.on("message", (data) => received.push(String(data)));
    await until(() => received.length === 2);
    expect(received).toEqual([text, "after"]);
  });

  it("calls back behind a message that is compressed elsewhere", async () => {
    const { client, server } = await open({ perMessageDeflate: true });
    const order: string[] = [];
    client.on("message", () => order.push("received"));
    const text = "x".repeat(300_000);
    await new Promise<void>((resolve) =>
      server.send(text, () => {
        order.push("written");
        resolve();
      }),
    );
    expect(server.bufferedAmount).toBe(0);
    await until(() => order.includes("received"));
    expect(order).toHaveLength(2);
  });
});

describe("a peer that reads too slowly", () => {
  const MEGABYTE = Buffer.alloc(1024 * 1024);
  const stuff = async (server: WebSocket): Promise<void> => {
    for (let count = 0; count < 16; count += 1) {
      server.send(MEGABYTE);
      await new Promise(setImmediate);
    }
  };

  it("is waited for without a bound by default, and drain tells when it has caught up", async () => {
    const { client, server } = await open();
    client.pause();
    for (let count = 0; count < 16; count += 1) server.send(MEGABYTE);
    expect(server.bufferedAmount).toBeGreaterThan(16 * 1024 * 1024);
    let received = 0;
    client.on("message", () => {
      received += 1;
    });
    const drained = once(server, "drain");
    await until(() => server.bufferedAmount > 0);
    client.resume();
    await drained;
    await until(() => received === 16);
    expect(server.bufferedAmount).toBe(0);
  });

  it("loses messages where it is told to", async () => {
    const { client, server } = await open({ maxQueued: 1024 * 1024, slowConsumer: "drop" });
    client.pause();
    await stuff(server);
    expect(server.droppedMessages).toBeGreaterThan(0);
    const dropped = server.droppedMessages;
    const error = await new Promise<unknown>((resolve) => server.send("x", resolve));
    expect(error).toMatchObject({ code: "WS_ERR_SLOW_READER" });
    expect(server.droppedMessages).toBe(dropped + 1);
    expect(server.readyState).toBe(WebSocket.OPEN);
    client.resume();
    await once(server, "drain");
    server.send("fits again");
    await until(() => server.bufferedAmount === 0);
    expect(server.droppedMessages).toBe(dropped + 1);
  });

  it("hears 1013 where it is told to", async () => {
    const { client, server } = await open({ maxQueued: 1024 * 1024, slowConsumer: "close" });
    client.pause();
    await stuff(server);
    expect(server.readyState).toBe(WebSocket.CLOSING);
    const both = Promise.all([ended(client), ended(server)]);
    client.resume();
    expect(await both).toEqual([1013, 1013]);
  });
});

describe("pings and pongs", () => {
  it("F-18 are not counted by default", async () => {
    const { client, server } = await open();
    let pings = 0;
    server.on("ping", () => {
      pings += 1;
    });
    for (let count = 0; count < 2000; count += 1) client.ping();
    await until(() => pings === 2000);
    expect(server.readyState).toBe(WebSocket.OPEN);
  });

  it.each(["ping", "pong"] as const)(
    "F-18 above maxControlFrames in a second close with 1008: %s",
    async (kind) => {
      for (const role of ["server", "client"] as const) {
        const options = { maxControlFrames: 10 };
        const ends = await open(...(role === "server" ? [options] : [{}, options]));
        const other = ends[role === "server" ? "client" : "server"];
        let heard = 0;
        const faults: unknown[] = [];
        ends[role].on(kind, () => {
          heard += 1;
        });
        ends[role].on("error", (error) => faults.push((error as { code?: string }).code));
        const over = ended(other);
        for (let count = 0; count < 11; count += 1) other[kind]();
        expect(await over).toBe(1008);
        expect(heard).toBe(10);
        expect(faults).toEqual(["WS_ERR_TOO_MANY_CONTROL_FRAMES"]);
      }
    },
  );
});

describe("heartbeat", () => {
  const heartbeat = { interval: 100, timeout: 100 };

  // How it goes on is in heartbeat.test.ts, with the time in the test's hands.
  it("pings, and hears the answer", async () => {
    const { client, server } = await open({ heartbeat: { interval: 100, timeout: 60_000 } });
    await Promise.all([once(client, "ping"), once(server, "pong")]);
    expect(server.readyState).toBe(WebSocket.OPEN);
  });

  it("cuts off who gives no sign of life", async () => {
    const { wss, port } = await start({ heartbeat });
    const { server } = await openRaw(wss, port);
    const errors: unknown[] = [];
    server.on("error", (error) => errors.push((error as { code?: string }).code));
    expect(await ended(server)).toBe(1006);
    expect(errors).toEqual(["WS_ERR_HEARTBEAT"]);
    expect(wss.clients.size).toBe(0);
  });

  it("is a client's, too", async () => {
    const { client } = await open({ autoPong: false }, { heartbeat });
    client.on("error", () => {});
    expect(await ended(client)).toBe(1006);
  });
});

describe("for await", () => {
  it("gives the messages until the end", async () => {
    const { client, server } = await open();
    const received: unknown[] = [];
    const reading = (async () => {
      for await (const message of client) received.push(message);
    })();
    for (let count = 0; count < 100; count += 1) server.send(`${count}`);
    server.send(Buffer.from("bytes"));
    server.close();
    await reading;
    expect(received).toEqual([
      ...Array.from({ length: 100 }, (_, count) => `${count}`),
      Buffer.from("bytes"),
    ]);
  });

  it("holds the peer back, and closes when it is left", async () => {
    const { client, server } = await open();
    for (let count = 0; count < 100; count += 1) server.send(`${count}`);
    let count = 0;
    for await (const _message of client) {
      count += 1;
      if (count === 3) {
        await until(() => client.isPaused);
        break;
      }
    }
    expect(client.readyState).toBe(WebSocket.CLOSING);
    expect(await ended(server)).toBe(1005);
  });

  it("throws what went wrong", async () => {
    const listener = createServer();
    listener.on("upgrade", (request, socket) => {
      const wss = new WebSocketServer({ noServer: true });
      wss.handleUpgrade(request, socket, Buffer.alloc(0), () => socket.write(serverFrame(0xc1)));
    });
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    cleanup.push(() => listener.close());
    const client = new WebSocket(`ws://127.0.0.1:${(listener.address() as AddressInfo).port}`, {
      perMessageDeflate: false,
    });
    const reading = (async () => {
      for await (const _message of client) expect.unreachable();
    })();
    await expect(reading).rejects.toMatchObject({ code: "WS_ERR_UNEXPECTED_RSV_1" });
  });
});
