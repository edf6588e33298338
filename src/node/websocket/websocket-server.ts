import { EventEmitter } from "node:events";
import { createServer, type Server as HttpServer, type IncomingMessage, STATUS_CODES } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { BaroError, ERR_OPTION, ERR_STATE } from "../../errors.ts";
import { encodeAccept, type Handshake, parseHandshake, type Refusal } from "../../websocket/handshake.ts";
import type { PerMessageDeflate } from "../../websocket/permessage-deflate.ts";
import { SharedMessage } from "../../websocket/shared-message.ts";
import { ConnectionCaps, RETRY_LATER, TOO_MANY_CONNECTIONS } from "../connection-caps.ts";
import { OWN_SERVER } from "../http/own-server.ts";
import { withCode } from "./close-arguments.ts";
import type { AnyListener, Listener, WebSocketServerEvents } from "./events.ts";
import { type ServerOptions, settleConnection, type WebSocketShellOptions } from "./options.ts";
import { type BufferLike, toPayload } from "./payload.ts";
import { perMessageDeflate } from "./per-message-deflate.ts";
import { SHELL_DEFAULTS } from "./shell-options.ts";
import { abortUpgrade, acceptUpgrade, holdSocket } from "./upgrade.ts";
import { routeUpgrades } from "./upgrade-router.ts";
import { mayConnect, verifyClient } from "./verify-client.ts";
import { attach, sendShared, WebSocket } from "./websocket.ts";

type AnyServer = HttpServer | HttpsServer;
type WebSocketClass = typeof WebSocket;
type RequestClass = typeof IncomingMessage;
/** What `options` shows of those that are not given. */
const DEFAULTS = {
  ...{
    allowSynchronousEvents: true,
    autoPong: true,
    clientTracking: true,
    closeTimeout: SHELL_DEFAULTS.closeTimeout,
  },
  ...{ maxFragments: SHELL_DEFAULTS.maxFragments, maxPayload: SHELL_DEFAULTS.maxPayload, noServer: false },
  ...{ perMessageDeflate: false, skipUTF8Validation: false },
};
type Events<C extends WebSocketClass, R extends RequestClass> = WebSocketServerEvents<
  InstanceType<C>,
  InstanceType<R>
>;

/** What `on` and its kin know of the events. */
export interface WebSocketServer<C extends WebSocketClass, R extends RequestClass> {
  on<E extends keyof Events<C, R>>(event: E, listener: Listener<this, Events<C, R>[E]>): this;
  on(event: string | symbol, listener: AnyListener<this>): this;
  once<E extends keyof Events<C, R>>(event: E, listener: Listener<this, Events<C, R>[E]>): this;
  once(event: string | symbol, listener: AnyListener<this>): this;
  off<E extends keyof Events<C, R>>(event: E, listener: Listener<this, Events<C, R>[E]>): this;
  off(event: string | symbol, listener: AnyListener<this>): this;
  addListener<E extends keyof Events<C, R>>(event: E, listener: Listener<this, Events<C, R>[E]>): this;
  addListener(event: string | symbol, listener: AnyListener<this>): this;
  removeListener<E extends keyof Events<C, R>>(event: E, listener: Listener<this, Events<C, R>[E]>): this;
  removeListener(event: string | symbol, listener: AnyListener<this>): this;
}

/** Who gets a broadcast, and as what. */
export interface BroadcastOptions<Client> {
  /** Who does not get it: one client, or several. */
  except?: Client | Iterable<Client> | undefined;
  /** Says of each client whether it gets it. */
  filter?: ((client: Client) => boolean) | undefined;
  /** Whether it is a binary message; by default all but text and numbers are. */
  binary?: boolean | undefined;
  /** Whether it may be compressed; true by default. */
  compress?: boolean | undefined;
}

/** A WebSocket server with the API of `ws` 8: on a port of its own, beside others on an HTTP server, or by hand. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface only says more of what EventEmitter has
export class WebSocketServer<
  C extends WebSocketClass = WebSocketClass,
  R extends RequestClass = RequestClass,
> extends EventEmitter {
  readonly options: ServerOptions<C, R>;
  /** All open connections; not there with `clientTracking: false`. */
  declare readonly clients: Set<InstanceType<C>>;
  readonly #connection: WebSocketShellOptions;
  readonly #deflate: PerMessageDeflate | undefined;
  readonly #caps: ConnectionCaps | undefined;
  /** None with `noServer`. */
  readonly #server: AnyServer | undefined;
  readonly #leave: () => void;
  #state: "running" | "closing" | "closed" = "running";
  /** One for all connections: closures of their own would cost each some memory. */
  readonly #release = (client: WebSocket): void => {
    const { clients } = this;
    if (clients === undefined) return;
    clients.delete(client as InstanceType<C>);
    if (this.#state === "closing" && clients.size === 0) process.nextTick(() => this.#finish());
  };

  /**
   * @param callback called when the server listens on `port`.
   * @throws TypeError unless one of `port`, `server` and `noServer` is given; BaroError for an option outside its
   *   bounds.
   */
  constructor(options: ServerOptions<C, R> = {}, callback?: () => void) {
    super();
    const { port, server, noServer = false, clientTracking = true } = options;
    if (Number(port !== undefined && port !== null) + Number(Boolean(server)) + Number(noServer) !== 1) {
      const message = 'One and only one of the "port", "server", or "noServer" options must be specified';
      throw withCode(new TypeError(message), ERR_OPTION);
    }
    this.options = { ...DEFAULTS, WebSocket: WebSocket as C, ...options };
    this.#connection = settleConnection(options);
    this.#deflate = perMessageDeflate(options.perMessageDeflate);
    this.#caps = ConnectionCaps.of(options);
    if (clientTracking) Object.assign(this, { clients: new Set() });
    this.#server = server ?? (noServer ? undefined : createOwnServer(this.#caps));
    this.#leave = this.#server === undefined ? () => {} : this.#join(this.#server);
    if (port !== undefined) this.#server?.listen(port, options.host, options.backlog, callback);
  }

  /** The path that the server answers, where it has one. */
  get path(): string {
    return this.options.path as string;
  }

  /** Where the HTTP server listens; `null` when it does not. @throws BaroError with `noServer`. */
  address(): AddressInfo | string | null {
    if (this.#server === undefined) {
      throw new BaroError(ERR_STATE, 'The server is operating in "noServer" mode');
    }
    return this.#server.address();
  }

  /**
   * Takes no more connections, and closes the HTTP server if it is its own. Connections that are there stay: `close`
   * is emitted when the last one is over.
   *
   * @param callback called then; with an error when the server is closed already.
   */
  close(callback?: (error?: Error) => void): void {
    if (this.#state === "closed") {
      if (callback !== undefined) process.nextTick(callback, new Error("The server is not running"));
      return;
    }
    if (callback !== undefined) this.once("close", () => callback());
    if (this.#state === "closing") return;
    this.#state = "closing";
    this.#leave();
    if (this.#server !== undefined && this.options.server === undefined) {
      this.#server.close(() => this.#finish());
    } else if (this.clients === undefined || this.clients.size === 0) {
      process.nextTick(() => this.#finish());
    }
  }

  /** Whether a request is for this server: by default, whether it has its `path`. To be overridden at will. */
  shouldHandle(request: InstanceType<R>): boolean | Promise<boolean> {
    const { path } = this.options;
    if (path === undefined || path === null) return true;
    const { url = "" } = request;
    const query = url.indexOf("?");
    return (query === -1 ? url : url.slice(0, query)) === path;
  }

  /**
   * Answers the handshake of an `upgrade` event. With `port` or `server` it is called by itself.
   *
   * @param callback takes the socket; with `port` or `server` that is who emits `connection`.
   */
  handleUpgrade(
    request: InstanceType<R>,
    socket: Duplex,
    head: Buffer,
    callback: (client: InstanceType<C>, request: InstanceType<R>) => void,
  ): void {
    holdSocket(socket);
    const handshake = parseHandshake(request);
    if ("status" in handshake) {
      this.#refuse(request, socket, handshake);
    } else if (!this.shouldHandle(request)) {
      abortUpgrade(socket, 400, {}, "No WebSocket has this path.");
    } else if (!mayConnect(request, this.options.checkOrigin)) {
      abortUpgrade(socket, 403, {}, "Pages of this origin may not connect.");
    } else if (this.#caps?.hold(socket) === false) {
      abortUpgrade(socket, 503, RETRY_LATER, TOO_MANY_CONNECTIONS);
    } else if (this.options.verifyClient === undefined || this.options.verifyClient === null) {
      this.#accept(request, socket, head, handshake, callback);
    } else {
      verifyClient(this.options.verifyClient, request, (denial) => {
        if (denial === undefined) this.#accept(request, socket, head, handshake, callback);
        else {
          const { status, headers, message } = denial;
          abortUpgrade(socket, status, headers, message || STATUS_CODES[status]);
        }
      });
    }
  }

  /**
   * Beyond `ws`: sends a message to all clients that are open. It is encoded, and
   * compressed, once, and its bytes are shared.
   *
   * @returns how many clients get it.
   * @throws BaroError with `clientTracking: false`, TypeError for data that cannot be sent.
   */
  broadcast(data: Exclude<BufferLike, Blob>, options: BroadcastOptions<InstanceType<C>> = {}): number {
    const { clients } = this;
    if (clients === undefined) throw new BaroError(ERR_STATE, "A broadcast needs clientTracking.");
    const { except, filter, compress = true } = options;
    const { binary = typeof data !== "string" && typeof data !== "number" } = options;
    const excluded = new Set<InstanceType<C>>(
      except === undefined ? [] : except instanceof WebSocket ? [except] : except,
    );
    const message = new SharedMessage(toPayload(data), !binary);
    let count = 0;
    for (const client of clients) {
      if (excluded.has(client) || (filter !== undefined && !filter(client))) continue;
      if (sendShared(client, message, compress)) count += 1;
    }
    return count;
  }

  #join(server: AnyServer): () => void {
    const listening = (): boolean => this.emit("listening");
    const error = (fault: Error): boolean => this.emit("error", fault);
    server.on("listening", listening);
    server.on("error", error);
    const leave = routeUpgrades(server, {
      shouldHandle: (request) => this.shouldHandle(request as InstanceType<R>),
      receiveUpgrade: (request, socket, head) => {
        this.handleUpgrade(request as InstanceType<R>, socket, head, (client) =>
          this.emit("connection", client, request),
        );
      },
    });
    return () => {
      server.off("listening", listening);
      server.off("error", error);
      leave();
    };
  }

  #refuse(request: InstanceType<R>, socket: Duplex, refusal: Refusal): void {
    const { status, headers, message } = refusal;
    if (this.listenerCount("wsClientError") > 0) {
      this.emit("wsClientError", new Error(message), socket, request);
    } else {
      abortUpgrade(socket, status, headers, message);
    }
  }

  #accept(
    request: InstanceType<R>,
    socket: Duplex,
    head: Buffer,
    handshake: Handshake,
    callback: (client: InstanceType<C>, request: InstanceType<R>) => void,
  ): void {
    if (this.#state !== "running") {
      abortUpgrade(socket, 503, {}, "The server is closing.");
      return;
    }
    const protocol = this.#chooseProtocol(handshake.protocols, request);
    const compression = this.#deflate?.accept(handshake.extensions);
    const agreement = {
      protocol,
      extensions: compression?.header ?? "",
      deflate: compression && this.#deflate?.open("server", compression.parameters),
    };
    const headers = encodeAccept(handshake.key, protocol || undefined, compression?.header);
    const { WebSocket: Class = WebSocket } = this.options;
    const client = new Class(null, undefined, this.options) as InstanceType<C>;
    // Before the answer, because it throws for a socket that two servers took.
    const shell = attach(client, socket, this.#connection, agreement, this.#release);
    // `headers` is rare: asked for only where somebody listens.
    const change =
      this.listenerCount("headers") > 0
        ? (lines: string[]): void => void this.emit("headers", lines, request)
        : undefined;
    // Not through the shell: a client that `connection` terminates has seen its WebSocket open, as with ws.
    if (!acceptUpgrade(socket, headers, change)) return;
    this.clients?.add(client);
    try {
      callback(client, request);
    } finally {
      // Only now, so that what a listener of `connection` adds hears the first message.
      shell.start(head);
    }
  }

  /** What the client and the application agree on; `""` for nothing. */
  #chooseProtocol(offered: readonly string[], request: InstanceType<R>): string {
    const { handleProtocols } = this.options;
    if (offered.length === 0) return "";
    if (handleProtocols === undefined || handleProtocols === null) return offered[0] ?? "";
    return handleProtocols(new Set(offered), request) || "";
  }

  #finish(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.emit("close");
  }
}

function createOwnServer(caps: ConnectionCaps | undefined): HttpServer {
  const server = createServer(OWN_SERVER, (_request, response) => {
    const body = STATUS_CODES[426] ?? "";
    response.writeHead(426, {
      "Content-Length": body.length,
      "Content-Type": "text/plain",
      Upgrade: "websocket",
    });
    response.end(body);
  });
  if (caps !== undefined) {
    // Also those that never finish a request; an application's own server is not counted for it.
    server.on("connection", (socket) => {
      if (!caps.hold(socket)) abortUpgrade(socket, 503, RETRY_LATER, TOO_MANY_CONNECTIONS);
    });
  }
  return server;
}
