import type { Clock } from "../clock.ts";
import type { ConnectMessage, Stats } from "../diagnostics.ts";
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
} from "../emitter.ts";
import type { ObservableSession } from "../engine/session.ts";
import { BaroError, ERR_OPTION } from "../errors.ts";
import type { Publication } from "../plain/publication.ts";
import { EVERYONE, type Room } from "./audience.ts";
import type { BroadcastOperator } from "./broadcast-operator.ts";
import { Broadcaster } from "./broadcaster.ts";
import { Client, type ClientHost } from "./client.ts";
import { ClusterNode } from "./cluster-node.ts";
import { socketIoCodec } from "./codec.ts";
import { toCodec } from "./custom-codec.ts";
import type { DisconnectReason } from "./disconnect-reason.ts";
import { type DrainOptions, type DrainResult, drain } from "./drain.ts";
import type { Environment } from "./environment.ts";
import { NO_FLAGS } from "./flags.ts";
import { JoinDeadlines } from "./join-deadlines.ts";
import type { Middleware } from "./middleware.ts";
import { names } from "./name-rule.ts";
import { Namespace, type NamespaceReservedEvents } from "./namespace.ts";
import { OpenClient, type OpenClientHost, type OpenClientSession, type OpenLimits } from "./open-client.ts";
import { type Policy, type PolicyOptions, toPolicy } from "./options.ts";
import { type NamespaceMatcher, ParentNamespace } from "./parent-namespace.ts";
import { Producers } from "./producers.ts";
import type { Realm } from "./realm.ts";
import { Archive } from "./recovery/archive.ts";
import { toRecoveryPolicy } from "./recovery/recovery-options.ts";
import type { HistoryOptions } from "./recovery/retention.ts";
import type { RefreshAuth } from "./refresh-auth.ts";
import type { IncomingMessage } from "./request.ts";
import type { Socket } from "./socket.ts";
import type { SubscribeHook } from "./subscriptions.ts";
import type { BroadcastEvents } from "./typed-broadcast.ts";
import type { EventSchemas, SchemaEvents, SchemaOptions } from "./validation/event-schemas.ts";

/** The parent of the namespaces whose names it matches. */
interface Dynasty<Parent> {
  readonly matches: RegExp | NamespaceMatcher;
  readonly parent: Parent;
}

/**
 * The namespaces and the clients of one server, without a port: the entry hands in the sessions. What it does
 * besides, it does on the main namespace `/`, which is {@link sockets}; their listeners are the same.
 */
export class Server<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: the default of Socket.IO's types
  SocketData = any,
> extends Broadcaster<
  EmitEvents,
  ServerSideEvents,
  SocketData,
  NamespaceReservedEvents<ListenEvents, EmitEvents, ServerSideEvents, SocketData>
> {
  /** The main namespace, `/`. */
  readonly sockets: Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData>;

  readonly #namespaces = new Map<string, Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>();
  readonly #dynasties: Dynasty<ParentNamespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>[] =
    [];
  readonly #clients = new Set<Client | OpenClient>();
  readonly #host: ClientHost & OpenClientHost;
  readonly #realm: Realm;
  readonly #unrefClock: Clock;
  #policy: Policy;
  #joining: JoinDeadlines;

  /** @throws BaroError `BARO_OPTION` for an option outside its bounds. */
  constructor(
    { clock, unrefClock, diagnostics, generateId, addressOf, describe }: Environment,
    options: PolicyOptions = {},
  ) {
    super();
    const { cluster, parser } = options;
    this.#policy = toPolicy(options);
    const codec = parser === undefined ? socketIoCodec : toCodec(parser);
    const recovery = toRecoveryPolicy(options.connectionStateRecovery);
    this.#realm = {
      clock,
      diagnostics,
      archive: new Archive(clock, codec, generateId, recovery),
      generateId,
      addressOf,
      describe,
      codec,
      producers: new Producers(codec, () => this.#policy, generateId),
      cluster: cluster && new ClusterNode(cluster, clock, (name) => this.#namespaces.get(name)),
    };
    this.sockets = new Namespace("/", this.#realm);
    this.share(this.sockets);
    this.#namespaces.set("/", this.sockets);
    this.#unrefClock = unrefClock;
    this.#joining = new JoinDeadlines(unrefClock, this.#policy.connectTimeout);
    const policy = (): Policy => this.#policy;
    const joining = (): JoinDeadlines => this.#joining;
    this.#host = {
      realm: this.#realm,
      get policy() {
        return policy();
      },
      get joining() {
        return joining();
      },
      knownNamespace: (name) => this.#namespaces.get(name),
      findNamespace: (name, auth, done) => this.#findNamespace(name, auth, done),
      forget: (client: Client | OpenClient, reason, description) => this.#forget(client, reason, description),
    };
  }

  /**
   * Gives the namespace of this name, and makes it when there is none: `chat` means `/chat`. For a pattern or a
   * function, gives the parent of the namespaces that clients may have by it: what is set on the parent is set on
   * each of them.
   * @param listener heard at each `connection`.
   * @throws BaroError `BARO_OPTION` for a name that is no string, or that holds a comma, which ends a name on the wire.
   */
  of(
    name: string | RegExp | NamespaceMatcher,
    listener?: (socket: Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>) => void,
  ): Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData> {
    const namespace = typeof name === "string" ? this.#named(name) : this.#parent(name);
    if (listener !== undefined) namespace.on("connection", listener);
    return namespace;
  }

  /** As {@link Namespace.use}, of the main namespace. */
  use(middleware: Middleware<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>): this {
    this.sockets.use(middleware);
    return this;
  }

  /** As {@link Namespace.publicRooms}, of the main namespace. */
  publicRooms(...rooms: readonly (Room | RegExp)[]): this {
    this.sockets.publicRooms(...rooms);
    return this;
  }

  /** As {@link Namespace.onSubscribe}, of the main namespace. */
  onSubscribe(hook: SubscribeHook<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>): this {
    this.sockets.onSubscribe(hook);
    return this;
  }

  /** As {@link Namespace.history}, of the main namespace. */
  history(room: Room | RegExp, options?: HistoryOptions): this {
    this.sockets.history(room, options);
    return this;
  }

  /** As {@link Namespace.onRefreshAuth}, of the main namespace. */
  onRefreshAuth(hook: RefreshAuth<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>): this {
    this.sockets.onRefreshAuth(hook);
    return this;
  }

  /** What the server has counted so far; see docs/guide/diagnostics.md. */
  stats(): Stats {
    return this.#realm.diagnostics.counters.read();
  }

  /** As {@link Namespace.schema}, of the main namespace. */
  schema<const Schemas extends EventSchemas>(
    schemas: Schemas,
    options?: SchemaOptions,
  ): Server<SchemaEvents<Schemas>, EmitEvents, ServerSideEvents, SocketData> {
    this.sockets.schema(schemas, options);
    return this as unknown as Server<SchemaEvents<Schemas>, EmitEvents, ServerSideEvents, SocketData>;
  }

  /** As {@link Namespace.serverSideEmit}, of the main namespace. */
  serverSideEmit<Name extends EventName<ServerSideEvents>>(
    event: Name,
    ...args: EventParameters<EventsWithTimeout<BroadcastEvents<ServerSideEvents>>, Name>
  ): boolean {
    return this.sockets.serverSideEmit(event, ...args);
  }

  /** As {@link Namespace.serverSideEmitWithAck}, of the main namespace. */
  serverSideEmitWithAck<Name extends EventNameWithAck<ServerSideEvents>>(
    event: Name,
    ...args: AllButLast<EventParameters<ServerSideEvents, Name>>
  ): Promise<AckValue<Last<EventParameters<ServerSideEvents, Name>>>[]> {
    return this.sockets.serverSideEmitWithAck(event, ...args);
  }

  /** @internal */
  everyone<Events extends EventsMap>(): BroadcastOperator<Events, SocketData> {
    return this.sockets.everyone();
  }

  /** The options as they stand. */
  protected get policy(): Policy {
    return this.#policy;
  }

  /**
   * Changes options for the clients that come; recovery can be switched on, but not off or changed.
   * @throws BaroError `BARO_OPTION` for an option outside its bounds.
   */
  protected configure(options: PolicyOptions): void {
    this.#policy = toPolicy(options);
    const { archive } = this.#realm;
    // Those who wait keep the time that they were given.
    this.#joining = new JoinDeadlines(this.#unrefClock, this.#policy.connectTimeout);
    const recovery = toRecoveryPolicy(options.connectionStateRecovery);
    if (recovery === undefined || archive.recovery !== undefined) return;
    archive.recover(recovery);
    for (const namespace of this.#namespaces.values()) namespace.openLog();
  }

  /** Takes a session that a client opened with `request`. */
  protected receiveSession(session: ObservableSession, request: IncomingMessage): Client {
    const client = new Client(this.#host, session, request);
    session.handler = client;
    this.#know(client);
    return client;
  }

  /** Sends what a program outside has published; gives what it is told, or `undefined` without such a namespace. */
  protected publish({ namespace: name, rooms, data }: Publication): object | undefined {
    const namespace = this.#namespaces.get(name);
    if (namespace === undefined) return undefined;
    const before = namespace.past?.position;
    namespace.audience.broadcast({ ...EVERYONE, rooms }, data, NO_FLAGS);
    const position = namespace.past?.position;
    // Where it is not kept, it has none.
    return position === before ? {} : { position };
  }

  /** Takes the session of a client without a library; it opens when the application has let it in. */
  protected receiveOpenSession(
    session: OpenClientSession,
    request: IncomingMessage,
    limits: OpenLimits,
  ): OpenClient {
    const client = new OpenClient(this.#host, session, request, limits);
    session.handler = client;
    this.#know(client);
    return client;
  }

  /** Moves all clients away; no more may come. @see drain */
  protected drainClients(options: Required<DrainOptions>): Promise<DrainResult> {
    return new Promise((resolve) => drain(this.#clients, this.#realm.clock, options, resolve));
  }

  /** Ends all connections; their sockets disconnect with the reason "server shutting down". Leaves the cluster. */
  protected closeClients(): void {
    for (const client of [...this.#clients]) client.close("server shutting down");
    for (const namespace of this.#namespaces.values()) namespace.stopPresence();
    this.#realm.archive.close();
    this.#realm.cluster?.leave();
  }

  #know(client: Client | OpenClient): void {
    const { counters, connect } = this.#realm.diagnostics;
    this.#clients.add(client);
    counters.opened += 1;
    counters.connections += 1;
    if (connect.hasSubscribers) connect.publish(detailsOf(client));
  }

  #forget(client: Client | OpenClient, reason: DisconnectReason, description: unknown): void {
    const { counters, disconnect, error } = this.#realm.diagnostics;
    this.#clients.delete(client);
    counters.disconnected(reason);
    if (disconnect.hasSubscribers) disconnect.publish({ ...detailsOf(client), reason, description });
    if (!error.hasSubscribers || (reason !== "transport error" && reason !== "parse error")) return;
    error.publish({ ...detailsOf(client), reason, description });
  }

  #named(name: string): Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData> {
    if (typeof name !== "string" || name.includes(",")) {
      throw new BaroError(ERR_OPTION, "The name of a namespace must be a string without a comma.");
    }
    const path = name.startsWith("/") ? name : `/${name}`;
    const known = this.#namespaces.get(path);
    if (known !== undefined) return known;
    // A function may take its time; a pattern says at once that the name belongs to a family.
    const dynasty = this.#dynasties.find(({ matches }) => matches instanceof RegExp && names(matches, path));
    return dynasty === undefined
      ? this.#found(new Namespace(path, this.#realm))
      : this.#createChild(dynasty.parent, path, "endless");
  }

  #parent(
    matches: RegExp | NamespaceMatcher,
  ): ParentNamespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData> {
    if (typeof matches !== "function" && !(matches instanceof RegExp)) {
      throw new BaroError(ERR_OPTION, "A namespace is named by a string, a pattern or a function.");
    }
    const parent = new ParentNamespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData>(
      `/_${this.#dynasties.length}`,
      this.#realm,
    );
    this.#dynasties.push({ matches, parent });
    return parent;
  }

  #findNamespace(
    name: string,
    auth: Record<string, unknown>,
    done: (namespace: Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData> | undefined) => void,
  ): void {
    const ask = (index: number): void => {
      // Another client may have asked for the same one meanwhile.
      const known = this.#namespaces.get(name);
      const dynasty = this.#dynasties[index];
      if (known !== undefined || dynasty === undefined) {
        done(known);
        return;
      }
      let answered = false;
      const answer = (error: Error | null, allow: boolean): void => {
        if (answered) return;
        answered = true;
        if (error || !allow) ask(index + 1);
        else done(this.#namespaces.get(name) ?? this.#askedChild(dynasty.parent, name));
      };
      if (dynasty.matches instanceof RegExp) answer(null, names(dynasty.matches, name));
      else dynasty.matches(name, auth, answer);
    };
    ask(0);
  }

  #askedChild(
    parent: ParentNamespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData>,
    name: string,
  ): Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData> | undefined {
    if (!parent.makeRoom(this.#policy.maxChildNamespaces)) return undefined;
    return this.#createChild(parent, name, "long");
  }

  #createChild(
    parent: ParentNamespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData>,
    name: string,
    life: "long" | "endless",
  ): Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData> {
    const ended = (): void => {
      this.#namespaces.delete(name);
    };
    return this.#found(
      parent.createChild(name, this.#policy.cleanupEmptyChildNamespaces ? "short" : life, ended),
    );
  }

  #found(
    namespace: Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData>,
  ): Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData> {
    this.#namespaces.set(namespace.name, namespace);
    this.sockets.created(namespace);
    return namespace;
  }
}

function detailsOf({ id, remoteAddress, session }: Client | OpenClient): ConnectMessage {
  return { id, address: remoteAddress, transport: session.transportName };
}
