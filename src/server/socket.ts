import { CatchAllEmitter } from "../catch-all-emitter.ts";
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
import type { Outgoing } from "../engine/outgoing.ts";
import { Acks } from "../socketio/acks.ts";
import { type Packet, PacketType } from "../socketio/packet.ts";
import { type AckCallback, type AckWaiter, FallibleAck, PlainAck } from "./ack-waiter.ts";
import { type Audience, EVERYONE, type Room, type SocketId } from "./audience.ts";
import { BroadcastOperator } from "./broadcast-operator.ts";
import type { DisconnectReason } from "./disconnect-reason.ts";
import type { EngineSocket } from "./engine-socket.ts";
import { checkEventName } from "./event-name.ts";
import { checkTimeout, type Flags, NO_FLAGS } from "./flags.ts";
import { type Handshake, toHandshake } from "./handshake.ts";
import type { EventData } from "./member.ts";
import { type Middleware, runMiddleware } from "./middleware.ts";
import type { Namespace } from "./namespace.ts";
import type { IncomingMessage } from "./request.ts";
import type { SocketClient } from "./socket-client.ts";
import type { Event, SocketReservedEvents } from "./socket-events.ts";
import type { BroadcastEvents } from "./typed-broadcast.ts";

/** `waiting` for the middleware of the namespace; `leaving` while the listeners of `disconnecting` run. */
type State = "waiting" | "connected" | "leaving" | "gone";

/**
 * One client in one namespace. Listen to what the client emits with `on`, and send with `emit`.
 *
 * What a listener throws is the application's fault: it surfaces as an uncaught exception, from a timer, after
 * the state of this connection and of all others is in order.
 */
export class Socket<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: the default of Socket.IO's types
  SocketData = any,
> extends CatchAllEmitter<ListenEvents, SocketReservedEvents> {
  /** 120 random bits: clients may be told of each other by it. Also the name of a room with this socket alone. */
  readonly id: SocketId;
  /** The namespace. */
  readonly nsp: Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData>;
  /** The connection, which may carry sockets of other namespaces too. */
  readonly client: SocketClient;
  /** Whether this socket took over from one whose connection was lost. */
  readonly recovered: boolean = false;
  /** Anything that the application wants to keep with this socket. */
  data: SocketData = {} as SocketData;

  readonly #audience: Audience<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>;
  readonly #auth: Handshake["auth"];
  readonly #issued = Date.now();
  readonly #rooms = new Set<Room>();
  #state: State = "waiting";
  #flags: Flags = NO_FLAGS;
  // Made when they are first needed: most sockets have none of these.
  #handshake: Handshake | undefined;
  #acks: Acks<AckWaiter> | undefined;
  #middleware: readonly Middleware<Event>[] | undefined;

  /** @internal Made by the namespace. */
  constructor(
    nsp: Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData>,
    audience: Audience<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>,
    client: SocketClient,
    id: SocketId,
    auth: Handshake["auth"],
  ) {
    super();
    this.nsp = nsp;
    this.#audience = audience;
    this.client = client;
    this.id = id;
    this.#auth = auth;
    audience.add();
  }

  get connected(): boolean {
    return this.#state === "connected" || this.#state === "leaving";
  }

  get disconnected(): boolean {
    return !this.connected;
  }

  /** What was known when the client connected, and the credentials that it sent for this namespace. */
  get handshake(): Handshake {
    this.#handshake ??= toHandshake(this.request, this.client.remoteAddress, this.#issued, this.#auth);
    return this.#handshake;
  }

  /** The first request of the client. */
  get request(): IncomingMessage {
    return this.client.request;
  }

  /** The connection under this socket. */
  get conn(): EngineSocket {
    return this.client.conn;
  }

  /** The rooms that this socket is in, always as they are; its own id is one of them. Not to be changed here. */
  get rooms(): Set<Room> {
    return this.#rooms;
  }

  // --- to the client

  /**
   * Sends an event to the client. A function as the last argument is called with the client's acknowledgement.
   * A disconnected socket sends nothing.
   * @throws BaroError `BARO_EVENT_NAME` for a reserved name, `BARO_DATA` for data that JSON cannot hold.
   */
  emit<Name extends EventName<EmitEvents>>(event: Name, ...args: EventParameters<EmitEvents, Name>): boolean {
    const flags = this.#takeFlags();
    const last = args.at(-1);
    if (typeof last !== "function") {
      this.#emit(event, args, flags, undefined);
    } else {
      const callback = last as AckCallback;
      this.#emit(event, args.slice(0, -1), flags, (id) =>
        flags.timeout === undefined ? this.#plain(callback, id) : this.#fallible(callback, flags.timeout, id),
      );
    }
    return true;
  }

  /** Sends an event, and gives the client's acknowledgement. Rejects when the time is over or the socket leaves. */
  emitWithAck<Name extends EventNameWithAck<EmitEvents>>(
    event: Name,
    ...args: AllButLast<EventParameters<EmitEvents, Name>>
  ): Promise<AckValue<Last<EventParameters<EmitEvents, Name>>>> {
    const flags = this.#takeFlags();
    return new Promise((resolve, reject) => {
      const settle: AckCallback = (error, value) => {
        if (error) reject(error);
        else resolve(value as AckValue<Last<EventParameters<EmitEvents, Name>>>);
      };
      this.#emit(event, args, flags, (id) =>
        this.#fallible(settle, flags.timeout ?? this.client.ackTimeout, id),
      );
    });
  }

  /** Sends the event `message`. */
  send(...args: Parameters<EmitEvents["message"]>): this {
    this.#emit("message", args, this.#takeFlags(), undefined);
    return this;
  }

  /** The same as {@link send}. */
  write(...args: Parameters<EmitEvents["message"]>): this {
    return this.send(...args);
  }

  /** The next event may be dropped when the client is not ready to receive. */
  get volatile(): this {
    this.#flags = { ...this.#flags, volatile: true };
    return this;
  }

  /**
   * The acknowledgement of the next event has an error as its first argument, set after `timeout` milliseconds.
   * @throws BaroError `BARO_OPTION` for what is no time to wait.
   */
  timeout(
    timeout: number,
  ): Socket<ListenEvents, EventsWithTimeout<EmitEvents>, ServerSideEvents, SocketData> {
    this.#flags = { ...this.#flags, timeout: checkTimeout(timeout) };
    return this as unknown as Socket<
      ListenEvents,
      EventsWithTimeout<EmitEvents>,
      ServerSideEvents,
      SocketData
    >;
  }

  /** Whether the next event may be compressed, where the transport compresses at all. */
  compress(compress: boolean): this {
    this.#flags = { ...this.#flags, compress };
    return this;
  }

  // --- to others

  /** Sends to the members of `room`, but not to this socket. */
  to(room: Room | readonly Room[]): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return this.broadcast.to(room);
  }

  /** The same as {@link to}. */
  in(room: Room | readonly Room[]): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return this.broadcast.to(room);
  }

  /** Sends to everyone but the members of `room` and this socket. */
  except(room: Room | readonly Room[]): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return this.broadcast.except(room);
  }

  /** Sends to everyone of the namespace but this socket. */
  get broadcast(): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return new BroadcastOperator(this.#audience, { ...EVERYONE, sender: this }, this.#takeFlags());
  }

  /** As {@link broadcast}, to the sockets of this server only. */
  get local(): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return this.broadcast.local;
  }

  // --- rooms

  /** Joins one room or several. A socket that is gone joins none. */
  join(rooms: Room | readonly Room[]): void {
    if (this.#state === "gone") return;
    for (const room of [rooms].flat()) {
      if (this.#rooms.has(room)) continue;
      this.#rooms.add(room);
      this.#audience.join(room, this);
    }
  }

  /** Leaves a room. */
  leave(room: Room): void {
    if (this.#rooms.delete(room)) this.#audience.leave(room, this);
  }

  // --- from the client

  /**
   * Adds a function that sees each event of the client before its listeners do, and may refuse it with
   * `next(error)`: then the socket tells `error`. A refused event that nobody listens for is dropped.
   */
  use(middleware: Middleware<Event>): this {
    this.#middleware = [...(this.#middleware ?? []), middleware];
    return this;
  }

  /** Leaves the namespace; with `close`, ends the connection with all its sockets. */
  disconnect(close = false): this {
    if (this.#state !== "connected") return this;
    if (close) {
      this.client.disconnect();
    } else {
      this.#send({ type: PacketType.DISCONNECT, namespace: this.nsp.name, id: undefined, data: undefined });
      this.closed("server namespace disconnect");
    }
    return this;
  }

  // --- called by the client and by broadcasts

  /** @internal The namespace accepts this socket. */
  opened(): void {
    this.#state = "connected";
    this.join(this.id);
    this.#audience.everyone.set(this.id, this);
    const data = { sid: this.id };
    this.#send({ type: PacketType.CONNECT, namespace: this.nsp.name, id: undefined, data });
  }

  /** @internal This socket is over: once, whoever ended it. */
  closed(reason: DisconnectReason, description?: unknown): void {
    if (this.#state === "leaving" || this.#state === "gone") return;
    const wasConnected = this.#state === "connected";
    if (wasConnected) {
      this.#state = "leaving";
      this.#tell("disconnecting", [reason, description]);
    }
    this.#state = "gone";
    for (const room of this.#rooms) this.#audience.leave(room, this);
    this.#rooms.clear();
    this.#audience.remove(this);
    this.client.left(this.nsp.name);
    for (const waiter of this.#acks?.clear() ?? []) this.client.guard(() => waiter.lost());
    if (wasConnected) this.#tell("disconnect", [reason, description]);
  }

  /** @internal */
  receiveEvent(id: number | undefined, data: EventData): void {
    const args: unknown[] = data.slice(1);
    if (id !== undefined) args.push(this.#acknowledgement(id));
    this.dispatchAny(data[0], args);
    if (this.#middleware === undefined) {
      this.dispatch(data[0], args);
      return;
    }
    const event: Event = [data[0], ...args];
    runMiddleware(this.#middleware, event, (error) => {
      if (!this.connected) return;
      if (error) this.dispatch("error", [error]);
      else this.dispatch(event[0], event.slice(1));
    });
  }

  /** @internal Says whether the acknowledgement was ever asked for. One that comes late is no fault of the client. */
  receiveAck(id: number, args: readonly unknown[]): boolean {
    this.#acks?.take(id)?.answered(args);
    return this.#audience.ackIds.issued(id);
  }

  /** @internal */
  sendBroadcast(outgoing: Outgoing, data: EventData, volatile: boolean): void {
    const { session } = this.client;
    if (volatile && !session.writable) return;
    // One socket's listener must not keep the broadcast from the others.
    if (this.hasAnyOutgoing) this.client.guard(() => this.dispatchAnyOutgoing(data[0], data.slice(1)));
    session.send(outgoing);
  }

  /** @internal */
  expectAck(id: number, waiter: AckWaiter): void {
    this.#acks ??= new Acks(this.#audience.ackIds);
    const { maxAcks } = this.client;
    if (maxAcks !== undefined && this.#acks.size >= maxAcks) this.#acks.takeOldest()?.lost();
    this.#acks.set(id, waiter);
  }

  /** @internal */
  forgetAck(id: number): void {
    this.#acks?.take(id);
  }

  #emit(
    event: string,
    args: readonly unknown[],
    flags: Flags,
    waiter: ((id: number) => AckWaiter) | undefined,
  ): void {
    checkEventName(event);
    const id = waiter === undefined ? undefined : this.#audience.ackIds.next();
    const data: EventData = [event, ...args];
    const outgoing = this.#audience.realm.codec.encode({
      type: PacketType.EVENT,
      namespace: this.nsp.name,
      id,
      data,
    });
    if (!flags.compress) outgoing.compress = false;
    const { session } = this.client;
    const dropped = !this.connected || (flags.volatile && !session.writable);
    // A dropped event's acknowledgement still runs into its timeout.
    if (waiter !== undefined && id !== undefined) this.#await(id, waiter(id));
    if (dropped) return;
    this.dispatchAnyOutgoing(event, args);
    session.send(outgoing);
  }

  #await(id: number, waiter: AckWaiter): void {
    if (this.#state !== "gone") this.expectAck(id, waiter);
    // Not before emit has returned.
    else this.#audience.realm.clock.after(0, () => waiter.lost());
  }

  #plain(callback: AckCallback, id: number): PlainAck {
    const { ackTimeout } = this.client;
    if (ackTimeout === undefined) return new PlainAck(callback);
    return new PlainAck(
      callback,
      this.#audience.realm.clock.after(ackTimeout, () => this.forgetAck(id)),
    );
  }

  #fallible(callback: AckCallback, timeout: number | undefined, id: number): FallibleAck {
    return new FallibleAck(callback, this.#audience.realm.clock, timeout, () => this.forgetAck(id));
  }

  #acknowledgement(id: number): (...args: unknown[]) => void {
    let sent = false;
    return (...args) => {
      if (sent || !this.connected) return;
      sent = true;
      this.#send({ type: PacketType.ACK, namespace: this.nsp.name, id, data: args });
    };
  }

  #send(packet: Packet): void {
    this.client.session.send(this.#audience.realm.codec.encode(packet));
  }

  #tell(event: keyof SocketReservedEvents, args: readonly unknown[]): void {
    this.client.guard(() => this.dispatch(event, args));
  }

  #takeFlags(): Flags {
    const flags = this.#flags;
    this.#flags = NO_FLAGS;
    return flags;
  }
}
