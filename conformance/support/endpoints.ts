import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "../../src/entry/websocket.ts";
import type { ServerOptions } from "../../src/node/websocket/options.ts";
import type { Role } from "../../src/websocket/connection.ts";
import type { Subject } from "../rfc6455/case.ts";
import { RawPeer, RawServer } from "./raw-peer.ts";
import { CERT, KEY } from "./tls.ts";

/** A subject over a real socket, and its peer over bare TCP. */
export interface Pair {
  readonly subject: Subject;
  readonly peer: RawPeer;
}

/** Makes pairs, one TCP connection each. */
export interface Endpoint {
  pair(): Promise<Pair>;
  close(): Promise<void>;
}

/** Baro's WebSocket in this role, as an echo of every message. */
export function openEndpoint(role: Role): Promise<Endpoint> {
  return role === "server" ? openServer() : openClient();
}

async function openServer(): Promise<Endpoint> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    async pair() {
      const connected = once(server, "connection");
      const [[socket], peer] = await Promise.all([connected, RawPeer.dial(port)]);
      return { subject: echoing(socket), peer };
    },
    close: () => closeServer(server),
  };
}

async function openClient(): Promise<Endpoint> {
  let called: (peer: RawPeer) => void = () => {};
  const server = await RawServer.listenWebSocket((peer) => called(peer));
  return {
    async pair() {
      const peer = new Promise<RawPeer>((resolve) => {
        called = resolve;
      });
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}`, { perMessageDeflate: false });
      const subject = echoing(socket);
      await once(socket, "open");
      return { subject, peer: await peer };
    },
    close: async () => server.close(),
  };
}

function echoing(socket: WebSocket): Subject {
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  // A connection that fails says so, which is what the cases are about.
  socket.on("error", () => {});
  return {
    sendText: (data) => socket.send(data),
    sendBinary: (data) => socket.send(data),
    sendPing: (data) => socket.ping(data),
    close: (code, reason) => socket.close(code, reason),
  };
}

async function closeServer(server: WebSocketServer): Promise<void> {
  for (const client of server.clients) client.terminate();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

/** A server for handshakes that agrees to the subprotocols `chat` and `superchat`. */
export async function openHandshakeServer(options: ServerOptions = {}): Promise<{
  readonly port: number;
  /** HTTP requests that it took for anything but a handshake. */
  readonly plainRequests: number;
  close(): Promise<void>;
}> {
  let plainRequests = 0;
  const http = createServer((_request, response) => {
    plainRequests += 1;
    response.end();
  });
  const server = new WebSocketServer({
    server: http,
    handleProtocols: (protocols) =>
      [...protocols].find((name) => name === "chat" || name === "superchat") ?? false,
    ...options,
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return {
    port: (http.address() as AddressInfo).port,
    get plainRequests() {
      return plainRequests;
    },
    async close() {
      await closeServer(server);
      http.closeAllConnections();
      http.close();
    },
  };
}

/** Dials, says what came of it, and hangs up. */
export async function dialOnce(url: string, protocols: string[] = []): Promise<"open" | "failed"> {
  const socket = new WebSocket(url, protocols, { perMessageDeflate: false });
  return await new Promise((resolve) => {
    socket.on("open", () => {
      socket.terminate();
      resolve("open");
    });
    socket.on("error", () => resolve("failed"));
  });
}

/** An echo over TLS, and a client that trusts its certificate. */
export async function startTlsEcho(): Promise<{
  ask(text: string): Promise<string>;
  close(): Promise<void>;
}> {
  const https = createHttpsServer({ cert: CERT, key: KEY });
  const server = new WebSocketServer({ server: https });
  server.on("connection", echoing);
  https.listen(0, "127.0.0.1");
  await once(https, "listening");
  const client = new WebSocket(`wss://localhost:${(https.address() as AddressInfo).port}/`, { ca: CERT });
  await once(client, "open");
  return {
    async ask(text) {
      const answer = once(client, "message");
      client.send(text);
      return String((await answer)[0]);
    },
    async close() {
      await closeServer(server);
      https.closeAllConnections();
      https.close();
    },
  };
}
