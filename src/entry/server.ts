import { randomBytes } from "node:crypto";
import { createServer, type Server as HttpServer } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { DefaultEventsMap, EventsMap } from "../emitter.ts";
import { ClientFiles } from "../node/http/client-files.ts";
import type { EngineOptions } from "../node/http/engine-options.ts";
import { EngineServer } from "../node/http/engine-server.ts";
import { OWN_SERVER } from "../node/http/own-server.ts";
import { clock } from "../node/process.ts";
import type { Environment } from "../server/environment.ts";
import type { PolicyOptions } from "../server/options.ts";
import { Server as PolicyServer } from "../server/server.ts";

export type { DefaultEventsMap, EventsMap } from "../emitter.ts";
export { BaroError } from "../errors.ts";
export type { CorsOptions } from "../node/http/cors.ts";
export type { AllowRequest } from "../node/http/engine-options.ts";
export type { ConnectionError } from "../node/http/engine-server.ts";
export type { Adapter } from "../server/adapter.ts";
export type { Room, SocketId } from "../server/audience.ts";
export type { BroadcastOperator } from "../server/broadcast-operator.ts";
export type { Client } from "../server/client.ts";
export type { DisconnectReason } from "../server/disconnect-reason.ts";
export type { EngineSocket } from "../server/engine-socket.ts";
export type { Handshake } from "../server/handshake.ts";
export type { ExtendedError, Middleware } from "../server/middleware.ts";
export { Namespace } from "../server/namespace.ts";
export type { RemoteSocket } from "../server/remote-socket.ts";
export { type Event, Socket } from "../server/socket.ts";

/** The options of a {@link Server}. */
export interface ServerOptions extends EngineOptions, PolicyOptions {
  /** Where the server answers; `/socket.io` by default. */
  path?: string;
  /** Whether pages may load the client's script from below the path; true by default. */
  serveClient?: boolean;
}

/** A server of HTTP or HTTPS that the application made. */
export type AnyHttpServer = HttpServer | HttpsServer;

const environment: Environment = { clock, generateId: () => randomBytes(15).toString("base64url") };

/** A Socket.IO server on the port of an HTTP server, with the constructors of Socket.IO 4. */
export class Server<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: the default of Socket.IO's types
  SocketData = any,
> extends PolicyServer<ListenEvents, EmitEvents, ServerSideEvents, SocketData> {
  readonly #path: string;
  readonly #engine: EngineServer;
  #httpServer: AnyHttpServer | undefined;

  /** @throws BaroError `BARO_OPTION` for an option outside its bounds. */
  constructor(options?: ServerOptions);
  /** Attaches to `server`, or listens on the port that it names. */
  constructor(server?: AnyHttpServer | number, options?: ServerOptions);
  constructor(first?: AnyHttpServer | number | ServerOptions, second?: ServerOptions) {
    const server = typeof first === "number" || isHttpServer(first) ? first : undefined;
    const options = second ?? (server === undefined ? (first as ServerOptions | undefined) : undefined) ?? {};
    super(environment, options);
    this.#path = options.path ?? "/socket.io";
    this.#engine = new EngineServer(
      { ...options, path: this.#path },
      (session, request) => this.receiveSession(session, request),
      options.serveClient === false ? undefined : new ClientFiles(),
    );
    if (server !== undefined) this.attach(server);
  }

  /** The Engine.IO server below: it tells `connection_error`, and counts its clients. */
  get engine(): EngineServer {
    return this.#engine;
  }

  /** The HTTP server, when there is one. */
  get httpServer(): AnyHttpServer | undefined {
    return this.#httpServer;
  }

  /** Where the server answers. */
  path(): string {
    return this.#path;
  }

  /** Attaches to `server`, or listens on the port that it names. */
  attach(server: AnyHttpServer | number): this {
    const httpServer = typeof server === "number" ? createServer(OWN_SERVER).listen(server) : server;
    this.#engine.attach(httpServer as HttpServer);
    this.#httpServer = httpServer;
    return this;
  }

  /** The same as {@link attach}. */
  listen(server: AnyHttpServer | number): this {
    return this.attach(server);
  }

  /**
   * Disconnects all clients, takes no more, and closes the HTTP server.
   * @param done called when the HTTP server has closed, with an error when it was not open; the promise never rejects.
   */
  close(done?: (error?: Error) => void): Promise<void> {
    this.#engine.stop();
    this.closeClients();
    this.#engine.close();
    return new Promise((resolve) => {
      const closed = (error?: Error): void => {
        done?.(error);
        resolve();
      };
      if (this.#httpServer === undefined) closed();
      else this.#httpServer.close(closed);
    });
  }
}

function isHttpServer(value: unknown): value is AnyHttpServer {
  return (
    typeof value === "object" && value !== null && "listen" in value && typeof value.listen === "function"
  );
}

/** Makes a {@link Server} without `new`, as programs for earlier versions of Socket.IO do. */
export default function SocketIO(server?: AnyHttpServer | number, options?: ServerOptions): Server;
export default function SocketIO(options?: ServerOptions): Server;
export default function SocketIO(
  first?: AnyHttpServer | number | ServerOptions,
  second?: ServerOptions,
): Server {
  return new Server(first as AnyHttpServer | number | undefined, second);
}
