import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type WebSocket as BaroSocket, WebSocketServer } from "../../src/entry/websocket.ts";
import { findChromium, openProfile, type Profile } from "../../test/e2e/support/chromium.ts";

const executable = findChromium();

/** What a page can be asked to do with one WebSocket; a string, because it runs in the page. */
const PAGE = `<!doctype html><script>
  async function connect(path = "/", protocols = []) {
    window.events = [];
    const socket = window.socket = new WebSocket("ws://" + location.host + path, protocols);
    socket.binaryType = "arraybuffer";
    const hex = (data) => Array.from(new Uint8Array(data), (byte) => byte.toString(16).padStart(2, "0")).join("");
    socket.onmessage = ({ data }) => events.push(typeof data === "string" ? "text " + data : "binary " + hex(data));
    socket.onclose = ({ code, reason, wasClean }) => events.push("close " + code + " " + reason + " " + wasClean);
    await new Promise((resolve) => { socket.onopen = socket.onerror = resolve; });
    return [socket.readyState, socket.protocol, socket.extensions];
  }
  async function until(count) {
    while (events.length < count) await new Promise((resolve) => setTimeout(resolve));
    return events;
  }
</script>`;

describe.skipIf(executable === undefined)("Chromium's WebSocket", () => {
  let http: Server;
  let server: WebSocketServer;
  let deflating: WebSocketServer;
  let profile: Profile;
  let page: Page;
  let connected: Promise<[BaroSocket, IncomingMessage]>;

  beforeAll(async () => {
    http = createServer((_request, response) => {
      response.setHeader("Content-Type", "text/html");
      response.end(PAGE);
    });
    server = new WebSocketServer({ server: http, path: "/", checkOrigin: true });
    deflating = new WebSocketServer({ server: http, path: "/deflate", perMessageDeflate: { threshold: 0 } });
    deflating.on("connection", (socket) => {
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
    });
    server.on("connection", (socket) => {
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
    });
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    profile = await openProfile(executable ?? "");
    page = await profile.context.newPage();
    await page.goto(`http://127.0.0.1:${(http.address() as AddressInfo).port}/`);
  });
  afterAll(async () => {
    await profile.close();
    for (const each of [server, deflating]) {
      for (const client of each.clients) client.terminate();
      await new Promise<void>((resolve) => each.close(() => resolve()));
    }
    http.closeAllConnections();
    http.close();
  });
  beforeEach(() => {
    connected = once(server, "connection") as Promise<[BaroSocket, IncomingMessage]>;
  });

  it("opens from a page of the same origin, and says which that is (4.1/15)", async () => {
    expect(await page.evaluate("connect()")).toEqual([1, "", ""]);
    const [, request] = await connected;
    expect(request.headers.origin).toBe(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
  });

  it("sends and hears text and binary of every boundary length", async () => {
    await page.evaluate("connect()");
    for (const length of [0, 1, 125, 126, 127, 65_535, 65_536]) {
      const same = await page.evaluate(`(async () => {
        const from = events.length;
        const text = "é".repeat(${length}).slice(0, ${length});
        const bytes = new Uint8Array(${length}).map((_, i) => i * 31);
        socket.send(text);
        socket.send(bytes.buffer);
        const [first, second] = (await until(from + 2)).slice(from);
        const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
        return [first === "text " + text, second === "binary " + hex];
      })()`);
      expect([length, same]).toEqual([length, [true, true]]);
    }
  });

  it("sends a Blob, and a message of 8 MB", async () => {
    await page.evaluate("connect()");
    expect(
      await page.evaluate(`(async () => {
        socket.send(new Blob([new Uint8Array([1, 2, 255])]));
        socket.send("x".repeat(8 * 1024 * 1024));
        const [blob, long] = await until(2);
        return [blob, long.length, long.endsWith("xxx")];
      })()`),
    ).toEqual(["binary 0102ff", 8 * 1024 * 1024 + 5, true]);
  });

  it.each([1000, 3000, 4999])("closes with %i, and the server hears it", async (code) => {
    await page.evaluate("connect()");
    const [socket] = await connected;
    const closed = once(socket, "close");
    expect(await page.evaluate(`socket.close(${code}, "the reason: é"), until(1)`)).toEqual([
      `close ${code} the reason: é true`,
    ]);
    const [heard, reason] = await closed;
    expect([heard, String(reason)]).toEqual([code, "the reason: é"]);
  });

  it.each([1000, 1001, 1008, 1011, 1013, 4000])("hears the server close with %i", async (code) => {
    await page.evaluate("connect()");
    const [socket] = await connected;
    const closed = once(socket, "close");
    socket.close(code, "bye");
    expect(await page.evaluate("until(1)")).toEqual([`close ${code} bye true`]);
    expect((await closed)[0]).toBe(code);
  });

  it("hears 1006 when TCP is cut", async () => {
    await page.evaluate("connect()");
    const [socket] = await connected;
    socket.terminate();
    expect(await page.evaluate("until(1)")).toEqual(["close 1006  false"]);
  });

  it("agrees to a subprotocol", async () => {
    expect(await page.evaluate('connect("/", ["chat", "superchat"])')).toEqual([1, "chat", ""]);
  });

  it("answers pings while it is idle, and between messages", async () => {
    await page.evaluate("connect()");
    const [socket] = await connected;
    for (let i = 0; i < 10; i += 1) {
      const pong = once(socket, "pong");
      socket.ping(`ping ${i}`);
      expect(String((await pong)[0])).toBe(`ping ${i}`);
      if (i === 5) socket.send("between");
    }
    expect(await page.evaluate("until(1)")).toEqual(["text between"]);
  });

  it("compresses, both ways, with the window of the messages before", async () => {
    const [readyState, , extensions] = await page.evaluate<[number, string, string]>('connect("/deflate")');
    expect(readyState).toBe(1);
    expect(extensions).toMatch(/^permessage-deflate/);
    for (const length of [0, 16, 1000, 65_536, 300_000]) {
      const same = await page.evaluate(`(async () => {
        const from = events.length;
        const text = "compress me, é ".repeat(${length}).slice(0, ${length});
        socket.send(text);
        socket.send(text);
        const heard = (await until(from + 2)).slice(from);
        return heard.every((each) => each === "text " + text);
      })()`);
      expect([length, same]).toEqual([length, true]);
    }
  });

  it("hears a message in fragments as one", async () => {
    await page.evaluate("connect()");
    const [socket] = await connected;
    socket.send("one, ", { fin: false });
    socket.ping();
    socket.send("two, ", { fin: false });
    socket.send("three", { fin: true });
    expect(await page.evaluate("until(1)")).toEqual(["text one, two, three"]);
  });

  it("H-13: is refused from a page of another origin", async () => {
    const { port } = http.address() as AddressInfo;
    const other = await profile.context.newPage();
    await other.goto(`http://localhost:${port}/`);
    const readyState = await other.evaluate(`new Promise((resolve) => {
      const socket = new WebSocket("ws://127.0.0.1:${port}/");
      socket.onopen = socket.onerror = () => resolve(socket.readyState);
    })`);
    expect(readyState).toBe(3);
    await other.close();
  });
});
