import type {
  AckValue,
  AllButLast,
  DefaultEventsMap,
  EventName,
  EventNameWithAck,
  EventParameters,
  EventsMap,
  EventsWithTimeout,
  Last,
  ListenerOf,
} from "../emitter.ts";
import type { Session } from "../engine/session.ts";
import { BaroError, ERR_OPTION } from "../errors.ts";
import type { Room } from "./audience.ts";
import type { BroadcastOperator } from "./broadcast-operator.ts";
import { Client, type ClientHost } from "./client.ts";
import type { Environment } from "./environment.ts";
import type { Middleware } from "./middleware.ts";
import { Namespace, type NamespaceReservedEvents } from "./namespace.ts";
import { type Policy, type PolicyOptions, toPolicy } from "./options.ts";
import type { RemoteSocket } from "./remote-socket.ts";
import type { IncomingMessage } from "./request.ts";
import type { Socket } from "./socket.ts";
import type { BroadcastEvents } from "./typed-broadcast.ts";

// The same names for every application, whatever its events.
type ReservedName = EventName<
  NamespaceReservedEvents<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, unknown>
>;

/**
 * The namespaces and the clients of one server, without a port: the entry hands in the sessions. What it does
 * besides, it does on the main namespace `/`, which is {@link sockets}.
 */
export class Server<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: the default of Socket.IO's types
  SocketData = any,
> {
  /** The main namespace, `/`. */
  readonly sockets: Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData>;

  readonly #environment: Environment;
  readonly #namespaces = new Map<string, Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>();
  readonly #clients = new Set<Client>();
  readonly #host: ClientHost;
  #policy: Policy;

  /** @throws BaroError `BARO_OPTION` for an option outside its bounds. */
  constructor(environment: Environment, options: PolicyOptions = {}) {
    this.#environment = environment;
    this.sockets = new Namespace("/", environment);
    this.#namespaces.set("/", this.sockets);
    this.#policy = toPolicy(options);
    const policy = (): Policy => this.#policy;
    this.#host = {
      clock: environment.clock,
      get policy() {
        return policy();
      },
      namespace: (name) => this.#namespaces.get(name),
      forget: (client) => this.#clients.delete(client),
    };
  }

  /**
   * Gives the namespace of this name, and makes it when there is none: `chat` means `/chat`.
   * @param listener heard at each `connection`.
   * @throws BaroError `BARO_OPTION` for a name that is no string, or that holds a comma, which ends a name on the wire.
   */
  of(
    name: string,
    listener?: (socket: Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>) => void,
  ): Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData> {
    if (typeof name !== "string" || name.includes(",")) {
      throw new BaroError(ERR_OPTION, "The name of a namespace must be a string without a comma.");
    }
    const path = name.startsWith("/") ? name : `/${name}`;
    let namespace = this.#namespaces.get(path);
    if (namespace === undefined) {
      namespace = new Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData>(
        path,
        this.#environment,
      );
      this.#namespaces.set(path, namespace);
      this.sockets.created(namespace);
    }
    if (listener !== undefined) namespace.on("connection", listener);
    return namespace;
  }

  /** The options as they stand. */
  protected get policy(): Policy {
    return this.#policy;
  }

  /** Changes options for the clients that come. @throws BaroError `BARO_OPTION` for an option outside its bounds. */
  protected configure(options: PolicyOptions): void {
    this.#policy = toPolicy(options);
  }

  /** Takes a session that a client opened with `request`. */
  protected receiveSession(session: Session, request: IncomingMessage): Client {
    const client = new Client(this.#host, session, request);
    this.#clients.add(client);
    session.handler = client;
    return client;
  }

  /** Ends all connections; their sockets disconnect with the reason "server shutting down". */
  protected closeClients(): void {
    for (const client of [...this.#clients]) client.close("server shutting down");
  }

  // --- the main namespace

  /** As {@link Namespace.use}. */
  use(middleware: Middleware<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>): this {
    this.sockets.use(middleware);
    return this;
  }

  /** As {@link Namespace.to}. */
  to(room: Room | readonly Room[]): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return this.sockets.to(room);
  }

  /** As {@link Namespace.in}. */
  in(room: Room | readonly Room[]): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return this.sockets.to(room);
  }

  /** As {@link Namespace.except}. */
  except(room: Room | readonly Room[]): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return this.sockets.except(room);
  }

  /** As {@link Namespace.volatile}. */
  get volatile(): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return this.sockets.volatile;
  }

  /** As {@link Namespace.local}. */
  get local(): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return this.sockets.local;
  }

  /** As {@link Namespace.compress}. */
  compress(compress: boolean): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return this.sockets.compress(compress);
  }

  /** As {@link Namespace.timeout}. */
  timeout(timeout: number): BroadcastOperator<EventsWithTimeout<BroadcastEvents<EmitEvents>>, SocketData> {
    return this.sockets.timeout(timeout);
  }

  /** As {@link Namespace.emit}. */
  emit<Name extends EventName<EmitEvents>>(event: Name, ...args: EventParameters<EmitEvents, Name>): boolean {
    return this.sockets.emit(event, ...args);
  }

  /** As {@link Namespace.emitWithAck}. */
  emitWithAck<Name extends EventNameWithAck<BroadcastEvents<EmitEvents>>>(
    event: Name,
    ...args: AllButLast<EventParameters<BroadcastEvents<EmitEvents>, Name>>
  ): Promise<AckValue<Last<EventParameters<BroadcastEvents<EmitEvents>, Name>>>> {
    return this.sockets.emitWithAck(event, ...args);
  }

  /** As {@link Namespace.send}. */
  send(...args: Parameters<EmitEvents["message"]>): this {
    this.sockets.send(...args);
    return this;
  }

  /** As {@link Namespace.send}. */
  write(...args: Parameters<EmitEvents["message"]>): this {
    return this.send(...args);
  }

  /** As {@link Namespace.fetchSockets}. */
  fetchSockets(): Promise<RemoteSocket<EmitEvents, SocketData>[]> {
    return this.sockets.fetchSockets();
  }

  /** As {@link Namespace.socketsJoin}. */
  socketsJoin(room: Room | readonly Room[]): void {
    this.sockets.socketsJoin(room);
  }

  /** As {@link Namespace.socketsLeave}. */
  socketsLeave(room: Room | readonly Room[]): void {
    this.sockets.socketsLeave(room);
  }

  /** As {@link Namespace.disconnectSockets}. */
  disconnectSockets(close = false): void {
    this.sockets.disconnectSockets(close);
  }

  // --- the listeners of the main namespace

  /** As {@link Namespace.on}. */
  on<Name extends EventName<ServerSideEvents> | ReservedName>(
    event: Name,
    listener: ListenerOf<
      ServerSideEvents,
      NamespaceReservedEvents<ListenEvents, EmitEvents, ServerSideEvents, SocketData>,
      Name
    >,
  ): this {
    this.sockets.on(event, listener);
    return this;
  }

  /** As {@link Namespace.once}. */
  once<Name extends EventName<ServerSideEvents> | ReservedName>(
    event: Name,
    listener: ListenerOf<
      ServerSideEvents,
      NamespaceReservedEvents<ListenEvents, EmitEvents, ServerSideEvents, SocketData>,
      Name
    >,
  ): this {
    this.sockets.once(event, listener);
    return this;
  }

  /** As {@link Namespace.addListener}. */
  addListener<Name extends EventName<ServerSideEvents> | ReservedName>(
    event: Name,
    listener: ListenerOf<
      ServerSideEvents,
      NamespaceReservedEvents<ListenEvents, EmitEvents, ServerSideEvents, SocketData>,
      Name
    >,
  ): this {
    this.sockets.addListener(event, listener);
    return this;
  }

  /** As {@link Namespace.prependListener}. */
  prependListener<Name extends EventName<ServerSideEvents> | ReservedName>(
    event: Name,
    listener: ListenerOf<
      ServerSideEvents,
      NamespaceReservedEvents<ListenEvents, EmitEvents, ServerSideEvents, SocketData>,
      Name
    >,
  ): this {
    this.sockets.prependListener(event, listener);
    return this;
  }

  /** As {@link Namespace.prependOnceListener}. */
  prependOnceListener<Name extends EventName<ServerSideEvents> | ReservedName>(
    event: Name,
    listener: ListenerOf<
      ServerSideEvents,
      NamespaceReservedEvents<ListenEvents, EmitEvents, ServerSideEvents, SocketData>,
      Name
    >,
  ): this {
    this.sockets.prependOnceListener(event, listener);
    return this;
  }

  /** As {@link Namespace.removeListener}. */
  removeListener<Name extends EventName<ServerSideEvents> | ReservedName>(
    event: Name,
    listener: ListenerOf<
      ServerSideEvents,
      NamespaceReservedEvents<ListenEvents, EmitEvents, ServerSideEvents, SocketData>,
      Name
    >,
  ): this {
    this.sockets.removeListener(event, listener);
    return this;
  }

  /** As {@link Namespace.off}. */
  off<Name extends EventName<ServerSideEvents> | ReservedName>(
    event?: Name,
    listener?: ListenerOf<
      ServerSideEvents,
      NamespaceReservedEvents<ListenEvents, EmitEvents, ServerSideEvents, SocketData>,
      Name
    >,
  ): this {
    this.sockets.off(event, listener);
    return this;
  }

  /** As {@link Namespace.removeAllListeners}. */
  removeAllListeners(event?: EventName<ServerSideEvents> | ReservedName): this {
    this.sockets.removeAllListeners(event);
    return this;
  }

  /** As {@link Namespace.listeners}. */
  listeners<Name extends EventName<ServerSideEvents> | ReservedName>(
    event: Name,
  ): ListenerOf<
    ServerSideEvents,
    NamespaceReservedEvents<ListenEvents, EmitEvents, ServerSideEvents, SocketData>,
    Name
  >[] {
    return this.sockets.listeners(event);
  }

  /** As {@link Namespace.listenerCount}. */
  listenerCount(event: EventName<ServerSideEvents> | ReservedName): number {
    return this.sockets.listenerCount(event);
  }
}
