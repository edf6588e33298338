import { execFile } from "node:child_process";
import { EventEmitter } from "node:events";
import { promisify } from "node:util";
import { describe, expect, expectTypeOf, it } from "vitest";
import * as entry from "../../src/entry/websocket.ts";

const { default: WebSocket, WebSocketServer, "module.exports": required } = entry;
const run = promisify(execFile);

describe("baro/websocket", () => {
  it("has the names of ws", () => {
    expect(WebSocket.WebSocket).toBe(WebSocket);
    expect(WebSocket.Server).toBe(WebSocketServer);
    expect(WebSocket.WebSocketServer).toBe(WebSocketServer);
    expect(WebSocket.createWebSocketStream).toBe(entry.createWebSocketStream);
    expect([entry.WebSocket, entry.Server]).toEqual([WebSocket, WebSocketServer]);
    expect(required).toBe(WebSocket);
  });

  it("has the states on the class and on its objects", () => {
    const socket = new WebSocket(null);
    for (const holder of [WebSocket, socket]) {
      const { CONNECTING, OPEN, CLOSING, CLOSED } = holder;
      expect([CONNECTING, OPEN, CLOSING, CLOSED]).toEqual([0, 1, 2, 3]);
    }
    expect(socket.readyState).toBe(0);
    expect(socket).toBeInstanceOf(EventEmitter);
  });

  it("has types that a union of states fits", () => {
    expectTypeOf<entry.WebSocket["readyState"]>().toEqualTypeOf<0 | 1 | 2 | 3>();
    expectTypeOf<entry.default.RawData>().toEqualTypeOf<Buffer | ArrayBuffer | Buffer[]>();
    expectTypeOf<typeof entry.default.Server>().toEqualTypeOf<typeof entry.WebSocketServer>();
  });

  it.each([
    ["CommonJS", ["-e", 'const WebSocket = require("baro/websocket"); PROGRAM']],
    ["ESM", ["--input-type=module", "-e", 'import WebSocket from "baro/websocket"; PROGRAM']],
  ])("gives the class itself to a program in %s", async (_, args) => {
    const program = `
      const wss = new WebSocket.Server({ port: 0, host: "127.0.0.1" }, () => {
        const client = new WebSocket("ws://127.0.0.1:" + wss.address().port);
        client.on("message", (data) => { console.log(String(data)); client.close(); wss.close(); });
      });
      wss.on("connection", (socket) => socket.send("hello"));`;
    const all = args.map((arg) => arg.replace("PROGRAM", program));
    // Nothing may keep the process alive once both sides have closed.
    expect((await run(process.execPath, all, { timeout: 10_000 })).stdout).toBe("hello\n");
  });
});
