import {
  type AckValue,
  type AllButLast,
  type DefaultEventsMap,
  Emitter,
  type EventName,
  type EventNameWithAck,
  type EventParameters,
  type EventsMap,
  type EventsWithTimeout,
  type Last,
} from "../emitter.ts";
import { Adapter } from "./adapter.ts";
import { Audience, type Room, type SocketId } from "./audience.ts";
import { BroadcastOperator } from "./broadcast-operator.ts";
import type { Client } from "./client.ts";
import type { Environment } from "./environment.ts";
import { type ExtendedError, type Middleware, runMiddleware } from "./middleware.ts";
import type { RemoteSocket } from "./remote-socket.ts";
import { Socket } from "./socket.ts";
import type { BroadcastEvents } from "./typed-broadcast.ts";

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

/** A group of clients under a name of its own, with its own rooms, middleware and listeners. */
export class Namespace<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: the default of Socket.IO's types
  SocketData = any,
> extends Emitter<
  ServerSideEvents,
  NamespaceReservedEvents<ListenEvents, EmitEvents, ServerSideEvents, SocketData>
> {
  /** `/` and what follows. */
  readonly name: string;
  readonly #environment: Environment;
  readonly #audience: Audience<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>;
  #middleware: readonly Middleware<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>[] = [];
  #adapter: Adapter | undefined;

  /** @internal Made by the server. */
  constructor(name: string, environment: Environment) {
    super();
    this.name = name;
    this.#environment = environment;
    this.#audience = new Audience(name, environment.clock);
  }

  /** The sockets that are connected, by their id. */
  get sockets(): ReadonlyMap<SocketId, Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>> {
    return this.#audience.everyone;
  }

  /** The rooms and their members, by name and by id. */
  get adapter(): Adapter {
    this.#adapter ??= new Adapter(this.#audience);
    return this.#adapter;
  }

  /** Adds a function that decides about each client that wants to join: `next()` or `next(error)`. */
  use(middleware: Middleware<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>): this {
    this.#middleware = [...this.#middleware, middleware];
    return this;
  }

  /** Sends to the members of `room`. */
  to(room: Room | readonly Room[]): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return this.#everyone().to(room);
  }

  /** The same as {@link to}. */
  in(room: Room | readonly Room[]): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return this.#everyone().to(room);
  }

  /** Sends to everyone but the members of `room`. */
  except(room: Room | readonly Room[]): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return this.#everyone().except(room);
  }

  /** Leaves out clients that are not ready to receive. */
  get volatile(): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return this.#everyone().volatile;
  }

  /** Reaches the sockets of this server only: they are all there are. */
  get local(): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return this.#everyone();
  }

  /** Accepted as documented; Baro compresses no messages yet. */
  compress(compress: boolean): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return this.#everyone().compress(compress);
  }

  /** Waits `timeout` milliseconds for the acknowledgements of the next event. */
  timeout(timeout: number): BroadcastOperator<EventsWithTimeout<BroadcastEvents<EmitEvents>>, SocketData> {
    return this.#everyone().timeout(timeout);
  }

  /**
   * Sends an event to everyone.
   * @throws BaroError as {@link BroadcastOperator.emit}.
   */
  emit<Name extends EventName<EmitEvents>>(event: Name, ...args: EventParameters<EmitEvents, Name>): boolean {
    return this.#plain().emit(event, ...args);
  }

  /** Needs a time limit: `timeout(ms).emitWithAck(…)`. */
  emitWithAck<Name extends EventNameWithAck<BroadcastEvents<EmitEvents>>>(
    event: Name,
    ...args: AllButLast<EventParameters<BroadcastEvents<EmitEvents>, Name>>
  ): Promise<AckValue<Last<EventParameters<BroadcastEvents<EmitEvents>, Name>>>> {
    return this.#everyone().emitWithAck(event, ...args);
  }

  /** Sends the event `message` to everyone. */
  send(...args: Parameters<EmitEvents["message"]>): this {
    new BroadcastOperator<DefaultEventsMap, SocketData>(this.#audience).emit("message", ...args);
    return this;
  }

  /** The same as {@link send}. */
  write(...args: Parameters<EmitEvents["message"]>): this {
    return this.send(...args);
  }

  /** The sockets that are connected. */
  fetchSockets(): Promise<RemoteSocket<EmitEvents, SocketData>[]> {
    return this.#plain().fetchSockets();
  }

  /** Makes all sockets join. */
  socketsJoin(room: Room | readonly Room[]): void {
    this.#everyone().socketsJoin(room);
  }

  /** Makes all sockets leave. */
  socketsLeave(room: Room | readonly Room[]): void {
    this.#everyone().socketsLeave(room);
  }

  /** Disconnects all sockets from this namespace; with `close`, their connections too. */
  disconnectSockets(close = false): void {
    this.#everyone().disconnectSockets(close);
  }

  /** @internal */
  createSocket(
    client: Client,
    auth: Record<string, unknown>,
  ): Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData> {
    return new Socket(this, this.#audience, client, this.#environment.generateId(), auth);
  }

  /** @internal */
  admit(
    socket: Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>,
    done: (error?: ExtendedError) => void,
  ): void {
    runMiddleware(this.#middleware, socket, done);
  }

  /** @internal */
  connected(socket: Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>): void {
    this.dispatch("connect", [socket]);
    this.dispatch("connection", [socket]);
  }

  /** @internal */
  created(namespace: Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData>): void {
    this.dispatch("new_namespace", [namespace]);
  }

  #everyone(): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return new BroadcastOperator(this.#audience);
  }

  #plain(): BroadcastOperator<EmitEvents, SocketData> {
    return new BroadcastOperator(this.#audience);
  }
}
