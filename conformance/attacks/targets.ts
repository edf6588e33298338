import { once } from "node:events";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "baro";
import { WebSocketServer } from "../../src/entry/websocket.ts";
import type { ServerOptions } from "../../src/node/websocket/options.ts";
import type { ShellOptions } from "../../src/node/websocket/shell-options.ts";
import { startEchoServer, type TestShell } from "../../test/node/websocket/echo-server.ts";
import { peerOf } from "../support/wire.ts";
import type { Target } from "./arena.ts";

/** The shell that every WebSocket of Baro's stands on, as an echo; `shells` are those that came so far. */
export interface ShellTarget extends Target {
  readonly shells: readonly TestShell[];
}

export async function startShells(options: Partial<ShellOptions> = {}): Promise<ShellTarget> {
  const server = await startEchoServer(options);
  return {
    port: server.port,
    handshake: "GET / HTTP/1.1",
    shells: server.shells,
    say: (text) => text,
    close: () => server.close(),
  };
}

/** The entry that is a drop-in for ws, as an echo. */
export async function startWebSocketServer(
  options: ServerOptions = {},
): Promise<Target & { readonly server: WebSocketServer }> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", ...options });
  server.on("connection", (socket) => {
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
    // A connection that fails says so; a program has to listen, as with ws.
    socket.on("error", () => {});
  });
  await once(server, "listening");
  return {
    server,
    port: (server.address() as AddressInfo).port,
    handshake: "GET / HTTP/1.1",
    say: (text) => text,
    async close() {
      for (const client of server.clients) client.terminate();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const frame = peerOf("server");

/** The Socket.IO entry, with an event that comes back. */
export interface SocketIoTarget extends Target {
  readonly io: Server;
  /** Why sockets of the main namespace disconnected, in the order in which they did. */
  readonly reasons: string[];
}

export async function startSocketIo(
  options: ConstructorParameters<typeof Server>[1] = {},
): Promise<SocketIoTarget> {
  const http = createServer((_request, response) => response.end("beside"));
  const io = new Server(http, options);
  http.listen(0, "127.0.0.1");
  return await toTarget(io, http);
}

/** The same on an HTTP server that Baro made, whose times `change` may shorten. */
export async function startOwnSocketIo(change: (http: HttpServer) => void): Promise<SocketIoTarget> {
  const io = new Server(0);
  const http = io.httpServer as HttpServer;
  change(http);
  return await toTarget(io, http);
}

async function toTarget(io: Server, http: HttpServer): Promise<SocketIoTarget> {
  const reasons: string[] = [];
  io.on("connection", (socket) => {
    socket.on("echo", (text: unknown) => socket.emit("echo", text));
    socket.on("disconnect", (reason) => reasons.push(reason));
  });
  if (!http.listening) await once(http, "listening");
  return {
    io,
    reasons,
    port: (http.address() as AddressInfo).port,
    handshake: "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
    async join(peer) {
      await peer.arrived(1);
      peer.send(frame(0x81, "40"));
      await peer.arrived(2);
    },
    say: (text) => `42${JSON.stringify(["echo", text])}`,
    answer(peer, text) {
      if (text === "2") peer.send(frame(0x81, "3"));
      return text === "2";
    },
    isSettled: () => io.engine.clientsCount === 1,
    async close() {
      await io.close();
      http.closeAllConnections();
    },
  };
}
