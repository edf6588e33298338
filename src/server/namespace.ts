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
import { BaroError, ERR_EVENT_NAME } from "../errors.ts";
import type { AckCallback } from "./ack-waiter.ts";
import { Adapter } from "./adapter.ts";
import { Audience, type Room, type Selection, type SocketId } from "./audience.ts";
import { BroadcastOperator } from "./broadcast-operator.ts";
import { Broadcaster } from "./broadcaster.ts";
import { type ExtendedError, type Middleware, runMiddleware } from "./middleware.ts";
import { type PresenceOptions, Presences, type PresentMember, type PresentUser } from "./presence.ts";
import type { Realm } from "./realm.ts";
import { NamespaceLog } from "./recovery/namespace-log.ts";
import type { Past } from "./recovery/past.ts";
import { type HistoryOptions, Retention } from "./recovery/retention.ts";
import type { RefreshAuth } from "./refresh-auth.ts";
import type { SocketDetails } from "./remote-socket.ts";
import { Socket } from "./socket.ts";
import type { SocketClient } from "./socket-client.ts";
import { type SubscribeHook, Subscriptions } from "./subscriptions.ts";
import type { BroadcastEvents } from "./typed-broadcast.ts";
import type { EventSchemas, SchemaEvents, SchemaOptions } from "./validation/event-schemas.ts";
import { Validator } from "./validation/validator.ts";

/** The events that a namespace itself tells. */
export interface NamespaceReservedEvents<
  ListenEvents extends EventsMap,
  EmitEvents extends EventsMap,
  ServerSideEvents extends EventsMap,
  SocketData,
> {
  /** A client joined. */
  connection: (socket: Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>) => void;
  /** The same as `connection`. */
  connect: (socket: Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>) => void;
  /** The server has a new namespace; told by the main one. */
  new_namespace: (namespace: Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData>) => void;
}

/** The events that a namespace tells itself: servers may not send them to each other. */
const RESERVED: ReadonlySet<string> = new Set(["connect", "connection", "new_namespace"]);

/** A group of clients under a name of its own, with its own rooms, middleware and listeners. */
export class Namespace<
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
  /** `/` and what follows. */
  readonly name: string;
  /** @internal */
  readonly audience: Audience<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>;
  /** @internal Absent where no event has a schema. */
  validator: Validator | undefined;
  readonly #realm: Realm;
  #middleware: readonly Middleware<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>[] = [];
  #adapter: Adapter | undefined;
  #presences: Presences<PresentMember> | undefined;
  #subscriptions: Subscriptions<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>> | undefined;
  #retention: Retention | undefined;
  #refreshAuth: RefreshAuth<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>> | undefined;

  /** @internal Made by the server. */
  constructor(
    name: string,
    realm: Realm,
    audience = new Audience<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>(name, realm),
  ) {
    super();
    this.name = name;
    this.#realm = realm;
    this.audience = audience;
    if (realm.archive.recovery !== undefined) this.openLog();
  }

  /** The sockets that are connected, by their id. */
  get sockets(): Map<SocketId, Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>> {
    return this.audience.everyone;
  }

  /** The rooms and their members, by name and by id. */
  get adapter(): Adapter {
    this.#adapter ??= new Adapter(this.audience);
    return this.#adapter;
  }

  /** Adds a function that decides about each client that wants to join: `next()` or `next(error)`. */
  use(middleware: Middleware<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>): this {
    this.#middleware = [...this.#middleware, middleware];
    return this;
  }

  /**
   * Sets the function that decides about new credentials of clients that are connected: those of ours can send some
   * with `socket.refreshAuth()`. When it returns, or its promise is fulfilled, they are `socket.handshake.auth`.
   */
  onRefreshAuth(hook: RefreshAuth<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>): this {
    this.#refreshAuth = hook;
    return this;
  }

  /**
   * Holds events of clients against schemas, of any library that follows Standard Schema 1, before middlewares and
   * listeners see them: those hear what comes out of the schemas. The client gets `{ error }` as its acknowledgement of
   * an event that does not fit, and the socket tells `error`.
   * @returns this namespace, with the types of these events.
   * @throws BaroError `BARO_OPTION` for what is no schema.
   */
  schema<const Schemas extends EventSchemas>(
    schemas: Schemas,
    options: SchemaOptions = {},
  ): Namespace<SchemaEvents<Schemas>, EmitEvents, ServerSideEvents, SocketData> {
    this.validator ??= new Validator(this.#realm.clock);
    this.validator.declare(schemas, options);
    return this as unknown as Namespace<SchemaEvents<Schemas>, EmitEvents, ServerSideEvents, SocketData>;
  }

  /**
   * Tells the listeners of this namespace on the other servers of the cluster. A function as the last argument is
   * called with an error or `null`, and one answer of each of them.
   * @throws BaroError `BARO_EVENT_NAME` for an event that a namespace tells itself.
   */
  serverSideEmit<Name extends EventName<ServerSideEvents>>(
    event: Name,
    ...args: EventParameters<EventsWithTimeout<BroadcastEvents<ServerSideEvents>>, Name>
  ): boolean {
    const last: unknown = args.at(-1);
    checkServerSideEvent(event);
    if (typeof last !== "function") {
      this.#realm.cluster?.serverSideEmit(this.name, [event, ...args]);
    } else {
      const callback = last as AckCallback;
      this.#askServers(event, args.slice(0, -1)).then(
        (answers) => this.#later(() => callback(null, answers)),
        (error) => this.#later(() => callback(error, error.responses)),
      );
    }
    return true;
  }

  /** As {@link serverSideEmit}, and gives the answers. Rejects when a server does not answer within 5 seconds. */
  async serverSideEmitWithAck<Name extends EventNameWithAck<ServerSideEvents>>(
    event: Name,
    ...args: AllButLast<EventParameters<ServerSideEvents, Name>>
  ): Promise<AckValue<Last<EventParameters<ServerSideEvents, Name>>>[]> {
    checkServerSideEvent(event);
    return (await this.#askServers(event, args)) as AckValue<Last<EventParameters<ServerSideEvents, Name>>>[];
  }

  /**
   * Declares rooms that clients without a library may listen to without asking: by name, or by a pattern for all
   * names that it matches. All other rooms are denied unless {@link onSubscribe} allows them.
   * @throws BaroError `BARO_OPTION` for what is neither.
   */
  publicRooms(...rooms: readonly (Room | RegExp)[]): this {
    this.#ownSubscriptions.declarePublic(rooms);
    return this;
  }

  /**
   * Sets the function that says, with `true` or a promise of it, whether a socket may listen to a room that its
   * client has asked for and that is not public. It has 10 seconds; what it throws denies the room.
   * @throws BaroError `BARO_OPTION` for what is no function.
   */
  onSubscribe(hook: SubscribeHook<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>): this {
    this.#ownSubscriptions.hook = hook;
    return this;
  }

  /**
   * Gives who is in `room`: users, not sockets, of this server.
   * With options, lets the members of a room, or of all rooms that a pattern matches, see who comes and goes: a socket
   * that joins hears `presence`, `{room, users: [{key, info}]}`; the others hear `presence:join` and `presence:leave`,
   * `{room, key, info}`. A user whose last socket goes and who is back within `leaveDelay` has not left.
   * @throws BaroError `BARO_OPTION` for options that make no sense.
   */
  presence(room: Room): PresentUser[];
  presence(
    room: Room | RegExp,
    options: PresenceOptions<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>,
  ): this;
  presence(
    room: Room | RegExp,
    options?: PresenceOptions<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>,
  ): this | PresentUser[] {
    if (options === undefined) return this.#presences?.users(String(room)) ?? [];
    // A socket's own types of events do not know those of presence.
    this.#presences ??= new Presences(this.audience as unknown as Audience<PresentMember>);
    this.#presences.declare(room, options as unknown as PresenceOptions<PresentMember>);
    return this;
  }

  /** @internal The server shuts down. */
  stopPresence(): void {
    this.#presences?.stop();
  }

  /**
   * Keeps the events of rooms: of one, or of all whose names a pattern matches. Clients that come back get what they
   * missed of them, and those that come late the newest. What goes to everyone of the namespace is kept then, too;
   * events that are volatile or ask for an acknowledgement are not.
   * @throws BaroError `BARO_OPTION` for what names no room, and for bounds that are no integers above 0.
   */
  history(room: Room | RegExp, options?: HistoryOptions): this {
    this.#ownRetention.declare(room, options);
    this.openLog();
    return this;
  }

  /** @internal What is kept, for clients that have no session; `undefined` where nothing is. */
  get past(): Past | undefined {
    return this.audience.log;
  }

  /** @internal Begins to keep events. */
  openLog(): void {
    const { audience } = this;
    const { recovery } = this.#realm.archive;
    audience.log ??= new NamespaceLog(this.name, this.#realm.archive, this.#ownRetention, (room) =>
      audience.rooms.has(room),
    );
    if (recovery === undefined || audience.log.recovery !== undefined) return;
    audience.observe(audience.log.recover(recovery));
  }

  /** The rooms that are kept by declaration, for the namespaces that are made after this one. */
  protected get retention(): Retention | undefined {
    return this.#retention;
  }

  /** @internal What the parent keeps, which this namespace may add to. */
  inheritHistory(retention: Retention | undefined): void {
    if (retention === undefined) return;
    this.#ownRetention.inherit(retention);
    this.openLog();
  }

  get #ownRetention(): Retention {
    this.#retention ??= new Retention();
    return this.#retention;
  }

  /** @internal Whether the client of `socket` may have `room`. @throws what the application throws. */
  mayListen(
    socket: Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>,
    room: Room,
  ): boolean | PromiseLike<boolean> {
    // The room of one socket alone, here or away: a pattern that happens to match its name must not give it away.
    const { everyone, log } = this.audience;
    if (everyone.has(room) || log?.recovery?.isOfOne(room) === true) return false;
    return this.#subscriptions?.allows(socket, room) ?? false;
  }

  /** @internal */
  everyone<Events extends EventsMap>(): BroadcastOperator<Events, SocketData> {
    return new BroadcastOperator(this.audience);
  }

  /** @internal */
  createSocket(
    client: SocketClient,
    auth: Record<string, unknown>,
  ): Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData> {
    const recovery = client.recovers ? this.audience.log?.recovery : undefined;
    const restored = recovery?.restore(auth);
    if (restored === undefined) return new Socket(this, client, this.#realm.generateId(), auth);
    const socket = new Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>(
      this,
      client,
      restored.sid,
      auth,
      restored,
    );
    recovery?.resumed(socket);
    return socket;
  }

  /** @internal */
  get refreshesAuth(): boolean {
    return this.#refreshAuth !== undefined;
  }

  /** @internal */
  refreshAuth(
    socket: Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>,
    auth: Record<string, unknown>,
  ): void | PromiseLike<void> {
    return this.#refreshAuth?.(socket, auth);
  }

  /** @internal */
  admitsAtOnce(socket: Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>): boolean {
    return this.#middleware.length === 0 && !socket.recovered;
  }

  /** @internal */
  admit(
    socket: Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>,
    done: (error?: ExtendedError) => void,
  ): void {
    const recovery = socket.recovered ? this.audience.log?.recovery : undefined;
    if (recovery === undefined) {
      runMiddleware(this.#middleware, socket, done);
      return;
    }
    // It is let in first, and given what it missed then.
    const admitted = (error?: ExtendedError): void => {
      if (error) done(error);
      else recovery.replay(socket, done);
    };
    if (recovery.policy.skipMiddlewares) admitted();
    else runMiddleware(this.#middleware, socket, admitted);
  }

  /** @internal */
  connected(socket: Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>): void {
    this.#presences?.connected(socket as unknown as PresentMember);
    this.dispatch("connect", [socket]);
    this.dispatch("connection", [socket]);
  }

  /** @internal */
  created(namespace: Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData>): void {
    this.dispatch("new_namespace", [namespace]);
  }

  /** @internal Another server of the cluster tells. */
  receiveServerSideEmit(event: string, args: readonly unknown[]): void {
    if (!RESERVED.has(event)) this.dispatch(event, args);
  }

  /** @internal What the other servers may know of the sockets. */
  describe(selection: Selection): SocketDetails[] {
    return this.audience
      .members(selection)
      .map(({ id, handshake, rooms, data }) => ({ id, handshake, rooms: [...rooms], data }));
  }

  /** The middleware, for the namespaces that are made after this one. */
  protected get middleware(): readonly Middleware<
    Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>
  >[] {
    return this.#middleware;
  }

  /** @internal Takes over the rules of the parent, which this namespace may add to. */
  inherit(parent: Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData>): void {
    if (parent.#subscriptions !== undefined) this.#subscriptions = new Subscriptions(parent.#subscriptions);
    if (parent.#presences !== undefined) {
      this.#presences = new Presences(this.audience as unknown as Audience<PresentMember>, parent.#presences);
    }
  }

  get #ownSubscriptions(): Subscriptions<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>> {
    this.#subscriptions ??= new Subscriptions();
    return this.#subscriptions;
  }

  #askServers(event: string, args: readonly unknown[]): Promise<unknown[]> {
    return this.#realm.cluster?.serverSideEmitWithAck(this.name, [event, ...args]) ?? Promise.resolve([]);
  }

  /** What a callback throws is an uncaught exception, and no unhandled rejection. */
  #later(run: () => void): void {
    this.#realm.clock.after(0, run);
  }
}

function checkServerSideEvent(event: string): void {
  if (!RESERVED.has(event)) return;
  throw new BaroError(ERR_EVENT_NAME, `"${event}" is a reserved event name: choose another one.`);
}
