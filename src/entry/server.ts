import { createServer, type Server as HttpServer, type IncomingMessage } from "node:http";
import type { Http2SecureServer, Http2Server } from "node:http2";
import type { Server as HttpsServer } from "node:https";
import type { Diagnostics } from "../diagnostics.ts";
import type { DefaultEventsMap, EventsMap } from "../emitter.ts";
import { BaroError, ERR_OPTION, ERR_STATE } from "../errors.ts";
import { diagnosticsOfServer } from "../node/diagnostics.ts";
import type { Beside } from "../node/http/attach.ts";
import { ClientFiles } from "../node/http/client-files.ts";
import { type EngineOptions, settleOptions } from "../node/http/engine-options.ts";
import { EngineServer } from "../node/http/engine-server.ts";
import { refuseForeignOptions } from "../node/http/foreign-options.ts";
import { OpenServer } from "../node/http/open/open-server.ts";
import { type OpenOptions, settleOpenOptions } from "../node/http/open/options.ts";
import { OWN_SERVER } from "../node/http/own-server.ts";
import { Ports } from "../node/http/ports.ts";
import { Proxies } from "../node/http/proxies.ts";
import { describeRequest } from "../node/http/request-fields.ts";
import { clock, unrefClock } from "../node/process.ts";
import { randomIds } from "../node/random-ids.ts";
import { type DrainOptions, type DrainResult, settleDrainOptions } from "../server/drain.ts";
import type { EngineSocket } from "../server/engine-socket.ts";
import { Namespace } from "../server/namespace.ts";
import type { PolicyOptions } from "../server/options.ts";
import { Server as PolicyServer } from "../server/server.ts";
import { Socket } from "../server/socket.ts";
import type { EventSchemas, SchemaEvents, SchemaOptions } from "../server/validation/event-schemas.ts";

export type { Bus, BusMessage, Membership, NodeId } from "../cluster/bus.ts";
export { MemoryBus } from "../cluster/memory-bus.ts";
export type {
  ConnectMessage,
  DisconnectMessage,
  DropMessage,
  ErrorMessage,
  RefuseMessage,
  Stats,
} from "../diagnostics.ts";
export type { DefaultEventsMap, EventsMap } from "../emitter.ts";
export type { CorsDelegate, CorsOptions } from "../node/http/cors.ts";
export type { AllowRequest } from "../node/http/engine-options.ts";
export type { ConnectionError } from "../node/http/engine-server-events.ts";
export type { HttpCompressionOptions } from "../node/http/http-compression.ts";
export type { HttpMiddleware } from "../node/http/middlewares.ts";
export type { OpenOptions } from "../node/http/open/options.ts";
export type { TrustProxy } from "../node/http/proxies.ts";
export type { CookieOptions } from "../node/http/session-cookie.ts";
export type { Adapter } from "../server/adapter.ts";
export type { Room, SocketId } from "../server/audience.ts";
export type { BroadcastOperator } from "../server/broadcast-operator.ts";
export type { DisconnectReason } from "../server/disconnect-reason.ts";
export type { DrainOptions, DrainResult } from "../server/drain.ts";
export type { EnginePacket, EngineSocket } from "../server/engine-socket.ts";
export type { Handshake } from "../server/handshake.ts";
export type { ExtendedError, Middleware } from "../server/middleware.ts";
export type { PresenceOptions, PresentUser } from "../server/presence.ts";
export type { ConnectionStateRecoveryOptions } from "../server/recovery/recovery-options.ts";
export type { HistoryOptions } from "../server/recovery/retention.ts";
export type { RefreshAuth } from "../server/refresh-auth.ts";
export type { RemoteSocket } from "../server/remote-socket.ts";
export type { SocketClient as Client } from "../server/socket-client.ts";
export type { Event } from "../server/socket-events.ts";
export type { SubscribeHook } from "../server/subscriptions.ts";
export {
  EventError,
  type EventIssue,
  type EventSchemas,
  type SchemaOptions,
} from "../server/validation/event-schemas.ts";
export type { StandardSchema } from "../server/validation/standard-schema.ts";
export { BaroError, Namespace, Socket };

/** The options of a {@link Server}. */
export interface ServerOptions extends EngineOptions, PolicyOptions {
  /** Where the server answers; `/socket.io` by default. */
  path?: string;
  /**
   * Whether clients without a library may connect below the path, and their bounds: plain WebSocket, `EventSource`,
   * `curl`. They are sockets like all others, and pass the same middlewares. Default true.
   */
  open?: OpenOptions | boolean;
  /** Whether pages may load the client's script from below the path; true by default. */
  serveClient?: boolean;
}

/** A server of HTTP, HTTPS or HTTP/2 that the application made. Over HTTP/2 clients poll; WebSocket needs `allowHTTP1`. */
export type AnyHttpServer = HttpServer | HttpsServer | Http2SecureServer | Http2Server;

const generateId = randomIds(15);

/** A Socket.IO server on the port of an HTTP server, with the constructors of Socket.IO 4. */
export class Server<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: the default of Socket.IO's types
  SocketData = any,
> extends PolicyServer<ListenEvents, EmitEvents, ServerSideEvents, SocketData> {
  readonly #ports = new Ports();
  readonly #diagnostics: Diagnostics;
  #options: ServerOptions;
  #engines: EngineServer<EngineSocket>[] = [];
  /** Beside the engine of the same place; none where the option says so. */
  readonly #openServers = new Map<EngineServer<EngineSocket>, OpenServer>();

  /** @throws BaroError `BARO_OPTION` for an option outside its bounds, or one that Baro does not have. */
  constructor(options?: ServerOptions);
  /** Attaches to `server`, or listens on the port that it names. */
  constructor(server?: AnyHttpServer | number, options?: ServerOptions);
  constructor(first?: AnyHttpServer | number | ServerOptions, second?: ServerOptions);
  constructor(first?: AnyHttpServer | number | ServerOptions, second?: ServerOptions) {
    const server = typeof first === "number" || isHttpServer(first) ? first : undefined;
    const options = second ?? (server === undefined ? (first as ServerOptions | undefined) : undefined) ?? {};
    const proxies = new Proxies(options.trustProxy);
    const diagnostics = diagnosticsOfServer();
    const addressOf = (request: IncomingMessage): string => proxies.addressOf(request);
    super({ clock, unrefClock, diagnostics, generateId, addressOf, describe: describeRequest }, options);
    this.#diagnostics = diagnostics;
    this.#options = options;
    // Options are refused where they are written, also by a server that is attached later.
    settleOptions({ path: "/socket.io", ...options });
    settleOpenOptions(openOptions(options));
    if (server !== undefined) this.attach(server);
  }

  /** The Engine.IO server below: it tells `connection`, the headers of answers, and `connection_error`. */
  get engine(): EngineServer<EngineSocket> {
    return this.#engines.at(-1) ?? this.#createEngine();
  }

  /** The HTTP server; before {@link attach}, there is none. */
  get httpServer(): AnyHttpServer {
    // As in Socket.IO's types: a program that asks has attached it.
    return this.#ports.last as AnyHttpServer;
  }

  /** Gives where the server answers; or sets it, before {@link attach}. @throws BaroError `BARO_STATE` after it. */
  path(): string;
  path(path: string): this;
  path(path?: string): string | this {
    if (path === undefined) return this.#options.path ?? "/socket.io";
    this.#change({ path });
    return this;
  }

  /** Gives whether pages may load the client's script; or sets it, before {@link attach}. @throws BaroError `BARO_STATE` after it. */
  serveClient(): boolean;
  serveClient(serves: boolean): this;
  serveClient(serves?: boolean): boolean | this {
    if (serves === undefined) return this.#options.serveClient ?? true;
    this.#change({ serveClient: serves });
    return this;
  }

  /** Gives the time in which a client must have joined a namespace; or sets it, for clients that come. */
  connectTimeout(): number;
  connectTimeout(milliseconds: number): this;
  connectTimeout(milliseconds?: number): number | this {
    if (milliseconds === undefined) return this.policy.connectTimeout;
    this.#configure({ connectTimeout: milliseconds });
    return this;
  }

  /** Gives no adapter: Baro has no classes for it. @throws BaroError `BARO_OPTION` when one is set. */
  adapter(): undefined;
  adapter(adapter: unknown): this;
  adapter(adapter?: unknown): undefined | this {
    refuseForeignOptions({ adapter });
    return undefined;
  }

  /**
   * Attaches to `server`, or listens on the port that it names.
   * @param options change those of the constructor.
   * @throws BaroError `BARO_OPTION` as the constructor.
   */
  attach(server: AnyHttpServer | number, options: ServerOptions = {}): this {
    // An engine serves any number of ports; with options of its own, a port gets its own engine.
    if (options.trustProxy !== undefined) {
      throw new BaroError(
        ERR_OPTION,
        "trustProxy belongs into the constructor: the addresses of all ports go by it.",
      );
    }
    if (Object.keys(options).length > 0) {
      this.#configure(options);
      this.#createEngine();
    }
    const httpServer = typeof server === "number" ? createServer(OWN_SERVER).listen(server) : server;
    const { engine } = this;
    const beside: (Beside | undefined)[] = [
      this.serveClient() ? new ClientFiles() : undefined,
      this.#openServers.get(engine),
    ];
    engine.attach(
      // The events and the requests of HTTP/2 are those of HTTP by Node's compatibility API.
      httpServer as HttpServer,
      { path: this.path() },
      ...beside.filter((each) => each !== undefined),
    );
    this.#ports.add(httpServer);
    return this;
  }

  /** The same as {@link attach}. */
  listen(server: AnyHttpServer | number, options?: ServerOptions): this {
    return this.attach(server, options);
  }

  /** @throws BaroError `BARO_OPTION`: Baro does not run on µWebSockets.js. */
  attachApp(): never {
    throw new BaroError(
      ERR_OPTION,
      "Baro does not run on µWebSockets.js: attach it to a server of node:http.",
    );
  }

  /** @throws BaroError `BARO_OPTION`: Baro does not run on engines of others. */
  bind(): never {
    throw new BaroError(ERR_OPTION, "Baro has an engine of its own: attach it to a server of node:http.");
  }

  /**
   * Disconnects all clients, takes no more, and closes the HTTP server.
   * @param done called when the HTTP server has closed, with an error when it was not open; the promise never rejects.
   */
  close(done?: (error?: Error) => void): Promise<void> {
    return this.#close().then(done);
  }

  #close(timeout?: number): Promise<Error | undefined> {
    for (const engine of [...this.#engines, ...this.#openServers.values()]) engine.stop();
    this.closeClients();
    for (const engine of this.#engines) engine.close();
    return this.#ports.close(timeout);
  }

  /** As {@link Namespace.schema}, of the main namespace. */
  override schema<const Schemas extends EventSchemas>(
    schemas: Schemas,
    options?: SchemaOptions,
  ): Server<SchemaEvents<Schemas>, EmitEvents, ServerSideEvents, SocketData> {
    return super.schema(schemas, options) as Server<
      SchemaEvents<Schemas>,
      EmitEvents,
      ServerSideEvents,
      SocketData
    >;
  }

  /**
   * Empties the server before a deployment, then closes it. New clients are refused with 503 and `Retry-After`; those
   * that are there are moved away one after another, each when no acknowledgement is owed by it or to it: they see
   * their connection close, and come back by themselves to another server, or to the next one here.
   * @throws BaroError `BARO_OPTION` for a time that is none.
   */
  drain(options: DrainOptions = {}): Promise<DrainResult> {
    const settled = settleDrainOptions(options);
    for (const engine of [...this.#engines, ...this.#openServers.values()]) engine.stop(settled.retryAfter);
    return this.drainClients(settled).then(async (result) => {
      await Promise.all(this.#engines.map((engine) => engine.emptied(settled.timeout)));
      await this.#close(settled.timeout);
      return result;
    });
  }

  #change(options: ServerOptions): void {
    if (this.#ports.last !== undefined) {
      throw new BaroError(
        ERR_STATE,
        `${Object.keys(options)[0]} can be set before the server is attached only.`,
      );
    }
    this.#configure(options);
  }

  #configure(options: ServerOptions): void {
    const merged = { ...this.#options, ...options };
    settleOptions({ path: "/socket.io", ...merged });
    this.configure(merged);
    this.#options = merged;
  }

  #createEngine(): EngineServer<EngineSocket> {
    const engine = new EngineServer<EngineSocket>(
      { ...this.#options, path: this.path() },
      (session, request) => {
        const client = this.receiveSession(session, request);
        if (engine.listenerCount("connection") > 0) engine.emit("connection", client.conn);
      },
      this.#diagnostics,
    );
    this.#engines.push(engine);
    if (this.#options.open !== false) this.#openServers.set(engine, this.#createOpenServer(engine));
    return engine;
  }

  #createOpenServer(engine: EngineServer<EngineSocket>): OpenServer {
    const { maxQueued } = settleOptions({ path: "/socket.io", ...this.#options });
    return new OpenServer(
      {
        gate: engine.gate,
        maxQueued,
        backlogs: engine.backlogs,
        publish: (publication) => this.publish(publication),
        receive: (session, request, limits) => this.receiveOpenSession(session, request, limits),
      },
      openOptions(this.#options),
    );
  }
}

function openOptions({ open = true }: ServerOptions): OpenOptions {
  return typeof open === "object" && open !== null ? open : {};
}

function isHttpServer(value: unknown): value is AnyHttpServer {
  return (
    typeof value === "object" && value !== null && "listen" in value && typeof value.listen === "function"
  );
}

/** Makes a {@link Server} without `new`, as programs for earlier versions of Socket.IO do. */
export default function SocketIO(
  first?: AnyHttpServer | number | ServerOptions,
  second?: ServerOptions,
): Server {
  return new Server(first, second);
}

// What `require("baro")` gives is the function, with the classes on it: `const { Server } = require("baro")`.
SocketIO.Server = Server;
SocketIO.Namespace = Namespace;
SocketIO.Socket = Socket;
SocketIO.BaroError = BaroError;

export { SocketIO as "module.exports" };
