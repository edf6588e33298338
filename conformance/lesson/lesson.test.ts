import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import SocketIO from "baro";
import express from "express";
import { expect, it } from "vitest";
import { findChromium, openProfile } from "../../test/e2e/support/chromium.ts";

const PAGE = fileURLToPath(new URL("index.html", import.meta.url));

// The lesson that Baro began with: its page loads the client script from the server, names its address and asks for
// WebSocket alone. The browser is told that localhost:3000 is where the test listens, so that the page stays as it is.
const executable = findChromium();
it.skipIf(executable === undefined)(
  "runs the page of the lesson unchanged: news, answered by reply",
  async () => {
    const app = express();
    app.get("/", (_request, response) => response.sendFile(PAGE));
    const server = createServer(app);
    const io = SocketIO(server, { path: "/socket.io" });
    const replied = new Promise((resolve) => {
      io.on("connection", (socket) => {
        socket.on("reply", (data) => resolve({ data, transport: socket.conn.transport.name }));
        socket.emit("news", "Hello Socket.IO");
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const profile = await openProfile(executable as string, {}, [
      `--host-resolver-rules=MAP localhost:3000 127.0.0.1:${port}`,
    ]);
    try {
      const page = await profile.context.newPage();
      // Chromium logs a line of its own for the icon that the page does not have.
      const logged = page.waitForEvent("console", (message) => message.type() === "log");
      const faults: string[] = [];
      page.on("pageerror", (error) => faults.push(error.message));
      await page.goto("http://localhost:3000/");
      expect((await logged).text()).toBe("Hello Socket.IO");
      expect(await replied).toEqual({ data: "Hello Node.JS", transport: "websocket" });
      expect(faults).toEqual([]);
    } finally {
      await profile.close();
      await io.close();
    }
  },
);
