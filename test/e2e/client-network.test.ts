import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "baro";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { findChromium, openProfile, type Profile } from "./support/chromium.ts";

// What only a real page has: a network that goes and comes, tabs that are hidden, pages that are left and come back.

interface PageSocket {
  readonly connected: boolean;
  readonly io: { engine: { transport: { name: string } } };
  on(event: string, listener: (...args: unknown[]) => void): void;
  once(event: string, listener: (...args: unknown[]) => void): void;
  emitWithAck(event: string, ...args: unknown[]): Promise<unknown>;
  disconnect(): void;
}
/** What the page has: the script's own names, the socket of the test, and what it has heard. */
interface PageGlobals {
  baro: Record<"io" | "SSE" | "Fetch" | "WebSocket", unknown> & {
    io(url: string, options: object): PageSocket;
  };
  socket: PageSocket;
  heard: unknown[];
}
declare const self: PageGlobals & typeof globalThis;

const HTML = `<!doctype html><title>a page</title><script type="module">
  import * as baro from "/socket.io/socket.io.esm.min.js";
  self.baro = baro;
</script>`;

/** Another page, which goes back by itself. */
const ELSEWHERE = "<!doctype html><script>onload = () => setTimeout(() => history.back(), 50)</script>";

/** Connects, and writes down what is heard from then on. With a delay that no test waits for. */
async function connect(
  page: Page,
  options: object = {},
  classes: readonly ("SSE" | "Fetch" | "WebSocket")[] = [],
) {
  await page.waitForFunction(() => "baro" in self);
  return await page.evaluate(
    ([options, classes]) => {
      const { io, ...others } = self.baro;
      const transports = classes.map((name) => others[name]);
      const socket = io(location.origin, {
        reconnectionDelay: 600_000,
        reconnectionDelayMax: 600_000,
        ...(transports.length > 0 && { transports }),
        ...options,
      });
      self.socket = socket;
      self.heard = [];
      const connected = new Promise<string>((resolve) =>
        socket.once("connect", () => resolve(socket.io.engine.transport.name)),
      );
      for (const event of ["connect", "disconnect"]) {
        socket.on(event, (...args) => self.heard.push([event, ...args]));
      }
      return connected;
    },
    [options, classes] as const,
  );
}

const echo = (page: Page) => page.evaluate(() => self.socket.emitWithAck("echo", "바로"));
const heard = (page: Page) => page.evaluate(() => self.heard);

const executable = findChromium();
describe.skipIf(executable === undefined)("the client in Chromium", () => {
  let profile: Profile;
  beforeAll(async () => {
    // Playwright switches it off.
    const options = { ignoreDefaultArgs: ["--disable-back-forward-cache"] };
    profile = await openProfile(executable as string, options);
  });
  afterAll(() => profile.close());

  async function open(options: ConstructorParameters<typeof Server>[1] = {}) {
    const http = createServer((request, response) => {
      response.setHeader("Content-Type", "text/html").end(request.url === "/elsewhere" ? ELSEWHERE : HTML);
    });
    const io = new Server(http, options);
    io.on("connection", (socket) => socket.on("echo", (value, answer) => answer(value)));
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    const page = await profile.context.newPage();
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    onTestFinished(async () => {
      await profile.context.setOffline(false);
      await page.close();
      const closed = io.close();
      // What the browser keeps for later.
      http.closeAllConnections();
      await closed;
      expect(faults).toEqual([]);
    });
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
    await page.goto(url);
    return { io, page, url };
  }

  it.each([["websocket"], ["polling"]])(
    "knows at once that the network is gone, and that it is back, over %s",
    async (transport) => {
      const { page } = await open();
      await connect(page, { transports: [transport] });
      await profile.context.setOffline(true);
      const lost = ["disconnect", "transport close", { description: "network connection lost" }];
      await expect.poll(() => heard(page)).toEqual([["connect"], lost]);
      await profile.context.setOffline(false);
      await expect.poll(() => heard(page)).toEqual([["connect"], lost, ["connect"]]);
      expect(await echo(page)).toBe("바로");
    },
  );

  it.each([["websocket"], ["polling"]])(
    "connects at once when its page comes out of the back-forward cache, over %s",
    async (transport) => {
      const { io, page } = await open();
      const back = new Promise((resolve) => io.on("connection", (socket) => socket.on("back", resolve)));
      await connect(page, { transports: [transport] });
      // What the page was before is there again only when it comes out of that cache.
      await page.evaluate(() => {
        const socket = self.socket as PageSocket & { emit(...args: unknown[]): void };
        socket.on("connect", () => socket.emit("back", self.heard));
        location.href = "/elsewhere";
      });
      expect(await back).toEqual([
        ["connect"],
        ["disconnect", expect.any(String), expect.anything()],
        ["connect"],
      ]);
    },
  );

  it("connects at once when a tab is shown again whose heartbeat has lapsed", async () => {
    const { page } = await open();
    await connect(page);
    await page.evaluate(() => {
      const { now } = performance;
      // An hour in which no timer ran.
      performance.now = () => now.call(performance) + 3_600_000;
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    });
    await expect
      .poll(() => heard(page))
      .toEqual([["connect"], ["disconnect", "ping timeout", undefined], ["connect"]]);
    expect(await echo(page)).toBe("바로");
  });

  it("comes by a stream and POSTs with the class SSE", async () => {
    const { io, page } = await open();
    expect(await connect(page, {}, ["SSE"])).toBe("sse");
    const answer = await page.evaluate(async () => {
      const bytes = (await self.socket.emitWithAck("echo", new Uint8Array([0, 10, 13, 255]))) as ArrayBuffer;
      const text = await self.socket.emitWithAck("echo", "\r\n\u2028 바로");
      return [[...new Uint8Array(bytes)], text];
    });
    expect(answer).toEqual([[0, 10, 13, 255], "\r\n\u2028 바로"]);
    await page.evaluate(() => self.socket.disconnect());
    await expect.poll(() => io.engine.clientsCount).toBe(0);
  });

  it("says what to do about a transport whose class is not imported", async () => {
    const { page } = await open();
    await expect(connect(page, { transports: ["websocket", "sse"] })).rejects.toThrow(
      '"sse" is no transport here: import its class.',
    );
  });

  it.each([
    ["is refused", ["polling", "sse"], undefined],
    ["hangs", ["polling", "websocket", "sse"], "hang"],
    ["is not there", ["polling", "websocket", "sse"], "none"],
  ])("falls back where WebSocket %s", async (_, transports, how) => {
    const { page } = await open({ transports: transports as ("polling" | "websocket" | "sse")[] });
    await page.evaluate((how) => {
      if (how === "none") Reflect.deleteProperty(self, "WebSocket");
      if (how !== "hang") return;
      self.WebSocket = class {
        readyState = 0;
        close(): void {}
      } as unknown as typeof WebSocket;
    }, how);
    const options = { timeout: 2_000, upgrade: false };
    expect(await connect(page, options, ["WebSocket", "SSE"])).toBe("sse");
    expect(await connect(page, { ...options, transports: ["websocket", "polling"], forceNew: true })).toBe(
      "polling",
    );
  });

  it.each([["polling"], ["websocket"], ["sse"]])(
    "sends Blobs and Files in order, over %s",
    async (transport) => {
      const { io, page } = await open();
      const received: unknown[] = [];
      io.on("connection", (socket) => socket.on("file", (...args) => received.push(args)));
      await (transport === "sse" ? connect(page, {}, ["SSE"]) : connect(page, { transports: [transport] }));
      await page.evaluate(() => {
        const socket = self.socket as PageSocket & { emit(...args: unknown[]): void };
        socket.emit("file", { name: "a", file: new File(["abc"], "a.txt"), more: [new Blob(["d", "e"])] });
        socket.emit("file", "after it");
      });
      await expect
        .poll(() => received)
        .toEqual([[{ name: "a", file: Buffer.from("abc"), more: [Buffer.from("de")] }], ["after it"]]);
    },
  );

  it("works in a worker, which has a network but no page", async () => {
    const { page, url } = await open();
    const answer = await page.evaluate(
      (url) =>
        new Promise((resolve, reject) => {
          const program = `
            import { io } from "${url}socket.io/socket.io.esm.min.js";
            const socket = io("${url}", { closeOnBeforeunload: true });
            socket.emitWithAck("echo", "from a worker").then((answer) => {
              socket.disconnect();
              postMessage(answer);
            });`;
          const worker = new Worker(URL.createObjectURL(new Blob([program], { type: "text/javascript" })), {
            type: "module",
          });
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => reject(new Error(message));
        }),
      url,
    );
    expect(answer).toBe("from a worker");
  });

  it("tells the server when its page is left, where it is told to", async () => {
    const { io, page } = await open();
    const reason = new Promise((resolve) =>
      io.once("connection", (socket) => socket.on("disconnect", resolve)),
    );
    await connect(page, { transports: ["polling"], closeOnBeforeunload: true });
    await page.goto("about:blank");
    expect(await reason).toBe("transport close");
  });
});
