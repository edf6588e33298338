import { once } from "node:events";
import {
  createServer,
  type Server as HttpServer,
  type IncomingMessage,
  type RequestListener,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex, DuplexOptions } from "node:stream";
import {
  type ClientOptions,
  createWebSocketStream,
  type ServerOptions,
  WebSocket,
  WebSocketServer,
} from "baro/websocket";
import * as peer from "ws";
import { CERT, KEY } from "../support/tls.ts";

// Both makes are used through Baro's own types: that they fit is part of the promise, and a suite that runs
// unchanged against the peer proves that it asks for nothing of Baro's own.
interface Make {
  readonly WebSocket: typeof WebSocket;
  readonly WebSocketServer: typeof WebSocketServer;
  readonly createWebSocketStream: (socket: WebSocket, options?: DuplexOptions) => Duplex;
}
const makes: Record<string, Make> = {
  baro: { WebSocket, WebSocketServer, createWebSocketStream },
  ws: peer as unknown as Make,
};

/** Every server with every client, without compression and with it. Peer with peer is in it, as the proof that the suite tells the truth. */
export const pairs = [false, true].flatMap((deflate) =>
  Object.entries(makes).flatMap(([server, ofServer]) =>
    Object.entries(makes).map(([client, ofClient]) => ({ server, client, deflate, ofServer, ofClient })),
  ),
);
export type Pair = (typeof pairs)[number];

/** One server, and the clients that were connected to it. */
export class Stage {
  readonly http: HttpServer;
  readonly wss: WebSocketServer;
  readonly pair: Pair;
  readonly requests: IncomingMessage[] = [];
  readonly #scheme: "ws" | "wss";
  readonly #clients: WebSocket[] = [];
  readonly #sockets: Socket[] = [];

  private constructor(http: HttpServer, wss: WebSocketServer, pair: Pair, scheme: "ws" | "wss") {
    this.#scheme = scheme;
    this.http = http;
    this.wss = wss;
    this.pair = pair;
    wss.on("connection", (_socket, request) => this.requests.push(request));
    http.on("connection", (socket) => this.#sockets.push(socket));
  }

  static async open(pair: Pair, options: ServerOptions = {}, scheme: "ws" | "wss" = "ws"): Promise<Stage> {
    const beside: RequestListener = (_request, response) => response.end("beside");
    const http = scheme === "ws" ? createServer(beside) : createHttpsServer({ cert: CERT, key: KEY }, beside);
    const perMessageDeflate = pair.deflate ? { threshold: 0 } : false;
    const wss = new pair.ofServer.WebSocketServer({
      perMessageDeflate,
      ...options,
      ...(options.noServer === true ? {} : { server: http }),
    });
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    return new Stage(http, wss, pair, scheme);
  }

  get port(): number {
    return (this.http.address() as AddressInfo).port;
  }

  /** A client that has not connected yet. Nobody listens to its errors but the test. */
  client(path = "/", protocols: string[] = [], options: ClientOptions = {}): WebSocket {
    const client = new this.pair.ofClient.WebSocket(
      `${this.#scheme}://127.0.0.1:${this.port}${path}`,
      protocols,
      options,
    );
    client.on("error", () => {});
    this.#clients.push(client);
    return client;
  }

  /** Both ends of a new connection. */
  async connect(
    path = "/",
    protocols: string[] = [],
    options: ClientOptions = {},
  ): Promise<{ client: WebSocket; server: WebSocket }> {
    const connected = once(this.wss, "connection");
    const client = this.client(path, protocols, options);
    const [[server]] = await Promise.all([connected, once(client, "open")]);
    server.on("error", () => {});
    return { client, server };
  }

  async close(): Promise<void> {
    for (const client of [...this.#clients, ...(this.wss.clients ?? [])]) client.terminate();
    this.wss.close();
    this.http.close();
    // Also those whose handshake nobody answered.
    for (const socket of this.#sockets) socket.destroy();
    await once(this.http, "close");
  }
}

/** The next `count` messages: text as strings, binary ones as Buffers. */
export function messages(socket: WebSocket, count: number): Promise<unknown[]> {
  return new Promise((resolve) => {
    const all: unknown[] = [];
    const receive = (data: unknown, isBinary: boolean): void => {
      all.push(isBinary ? data : String(data));
      if (all.length < count) return;
      socket.off("message", receive);
      resolve(all);
    };
    socket.on("message", receive);
  });
}

/** How a connection ends. Without `once` of Node, which takes an `error` before it for its own. */
export function closing(socket: WebSocket): Promise<{ code: number; reason: string }> {
  return new Promise((resolve) => {
    socket.once("close", (code, reason) => resolve({ code, reason: String(reason) }));
  });
}

/** What a client says whose handshake fails, and how it ends. */
export async function failing(client: WebSocket): Promise<{ message: string; code: number }> {
  // Both at once: one follows the other without a tick between them.
  const [[error], { code }] = await Promise.all([once(client, "error"), closing(client)]);
  return { message: error.message, code };
}
