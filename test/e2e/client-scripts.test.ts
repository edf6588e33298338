import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "baro";
import { describe, expect, it } from "vitest";
import { findChromium, openProfile } from "./support/chromium.ts";

// The scripts as pages load them: whole, compressed, and as a module. What the compressor does is seen nowhere else.
const PAGES = {
  "socket.io.js": '<script src="/socket.io/socket.io.js"></script>',
  "socket.io.min.js": '<script src="/socket.io/socket.io.min.js"></script>',
  "socket.io.esm.min.js":
    '<script type="module">import * as all from "/socket.io/socket.io.esm.min.js"; globalThis.io = all.io;</script>',
};

/** Runs in the page: what a program does with the client. */
async function exercise(transports: string[]) {
  type Page = { io: (options: object) => PageSocket };
  interface PageSocket {
    id?: string;
    io: { engine: { transport: { name: string }; close(): void } };
    on(event: string, listener: (...args: unknown[]) => void): void;
    once(event: string, listener: (...args: unknown[]) => void): void;
    emitWithAck(event: string, ...args: unknown[]): Promise<unknown>;
    disconnect(): void;
  }
  const socket = (globalThis as unknown as Page).io({ transports, reconnectionDelay: 10 });
  const text = await socket.emitWithAck("echo", "바로");
  const bytes = (await socket.emitWithAck("echo", new Uint8Array([1, 2, 255]))) as ArrayBuffer;
  const blob = (await socket.emitWithAck("echo", new Blob(["abc"]))) as ArrayBuffer;
  const reason = new Promise((resolve) => socket.once("disconnect", resolve));
  const back = new Promise((resolve) => socket.once("connect", () => resolve(true)));
  const pushed = new Promise((resolve) => socket.on("pushed", (...args) => resolve(args)));
  await socket.emitWithAck("drop me");
  const result = [
    text,
    [...new Uint8Array(bytes)],
    new TextDecoder().decode(blob),
    await reason,
    await back,
    await pushed,
  ];
  const { name } = socket.io.engine.transport;
  socket.disconnect();
  return { result, name };
}

const executable = findChromium();
describe.skipIf(executable === undefined)("a script of the client in Chromium", () => {
  it.each(Object.entries(PAGES))(
    "%s works over polling, WebSocket and the upgrade between them",
    async (_name, html) => {
      const server = createServer((_request, response) => {
        response.setHeader("Content-Type", "text/html").end(`<!doctype html><title>a page</title>${html}`);
      });
      const io = new Server(server);
      io.on("connection", (socket) => {
        socket.on("echo", (value, answer) => answer(value));
        socket.on("drop me", (answer) => {
          answer();
          setImmediate(() => socket.conn.close());
        });
        socket.emit("pushed", 1, { two: [3] });
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const profile = await openProfile(executable as string);
      try {
        const page = await profile.context.newPage();
        const faults: string[] = [];
        page.on("pageerror", (error) => faults.push(error.message));
        await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
        await page.waitForFunction(() => "io" in globalThis);
        const expected = ["바로", [1, 2, 255], "abc", "transport close", true, [1, { two: [3] }]];
        for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]]) {
          const { result, name } = await page.evaluate(exercise, transports);
          expect(result).toEqual(expected);
          expect(transports).toContain(name);
        }
        expect(faults).toEqual([]);
      } finally {
        await profile.close();
        await io.close();
      }
    },
  );
});
