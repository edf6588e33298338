import { once } from "node:events";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server as BaroServer, type ServerOptions } from "baro";
import { type Socket as BaroSocket, io as baro } from "baro/client";
import { Server as PeerServer } from "socket.io";
import { io as peer } from "socket.io-client";
import { io as peer45 } from "socket.io-client-4.5";

/** What a client of either make is asked for here. */
export interface ClientOptions {
  readonly transports?: readonly ("polling" | "websocket")[];
  readonly auth?: object;
  readonly path?: string;
  readonly forceNew?: boolean;
  readonly reconnection?: boolean;
  readonly reconnectionDelay?: number;
}

type Connect = (url: string, options: ClientOptions) => BaroSocket;

// Both makes of server and all makes of client are used through Baro's own types: that they fit is part of the
// promise, and a suite that runs unchanged against the peer proves that it asks for nothing of Baro's own.
const servers = {
  baro: (http: HttpServer, options: ServerOptions): BaroServer => new BaroServer(http, options),
  "socket.io": (http: HttpServer, options: ServerOptions): BaroServer =>
    new PeerServer(http, options as object) as unknown as BaroServer,
};
const clients: Record<string, Connect> = {
  baro: baro as unknown as Connect,
  "socket.io-client": peer as unknown as Connect,
  "socket.io-client 4.5": peer45 as unknown as Connect,
};

/** Every server with every client. Peer with peer is in it, as the proof that the suite tells the truth. */
export const pairs = Object.entries(servers).flatMap(([server, createIo]) =>
  Object.entries(clients).map(([client, connect]) => ({ server, client, createIo, connect })),
);

/** One server on a port of its own, with the clients that were connected to it. */
export class Stage {
  readonly io: BaroServer;
  readonly #http: HttpServer;
  readonly #connect: Connect;
  readonly #clients: BaroSocket[] = [];
  readonly #url: string;

  private constructor(http: HttpServer, io: BaroServer, connect: Connect) {
    this.#http = http;
    this.io = io;
    this.#connect = connect;
    this.#url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  }

  static async open(
    pair: (typeof pairs)[number],
    options: ServerOptions = {},
    http = createServer((_request, response) => response.end("beside")),
  ): Promise<Stage> {
    const io = pair.createIo(http, options);
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    return new Stage(http, io, pair.connect);
  }

  /** The address of the server, without a path. */
  get url(): string {
    return this.#url;
  }

  /** A new client of `namespace`, on a connection of its own. */
  client(namespace: string, options: ClientOptions): BaroSocket {
    const socket = this.#connect(this.#url + namespace, { forceNew: true, ...options });
    this.#clients.push(socket);
    return socket;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await this.io.close();
    if (this.#http.listening) this.#http.close();
  }
}

/** The arguments of the next `event` on a socket of either make. */
export function next(
  socket: { once(event: string, listener: (...args: unknown[]) => void): unknown },
  event: string,
): Promise<unknown[]> {
  return new Promise((resolve) => socket.once(event, (...args) => resolve(args)));
}

/** Emits an event, and gives its acknowledgement. Client 4.5 has no `emitWithAck` yet. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the server answers
export function ask(client: BaroSocket, event: string, ...args: unknown[]): Promise<any> {
  return new Promise((resolve) => client.emit(event, ...args, resolve));
}
