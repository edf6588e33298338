import type {
  AckValue,
  AllButLast,
  EventName,
  EventNameWithAck,
  EventParameters,
  EventsMap,
  EventsWithTimeout,
  Last,
} from "../emitter.ts";
import type { Outgoing } from "../engine/outgoing.ts";
import type { ObservableSession } from "../engine/session.ts";
import { Acks } from "../socketio/acks.ts";
import { PacketType } from "../socketio/packet.ts";
import { type AckCallback, type AckWaiter, FallibleAck, PlainAck } from "./ack-waiter.ts";
import { type Audience, EVERYONE, type Room, type SocketId } from "./audience.ts";
import { BroadcastOperator } from "./broadcast-operator.ts";
import { checkEventName } from "./event-name.ts";
import { checkTimeout, type Flags, NO_FLAGS } from "./flags.ts";
import type { EventData, Member } from "./member.ts";
import type { Namespace } from "./namespace.ts";
import { NodeCatchAllEmitter } from "./node-emitter.ts";
import type { Socket } from "./socket.ts";
import type { SocketClient } from "./socket-client.ts";
import type { SocketReservedEvents } from "./socket-events.ts";
import type { BroadcastEvents } from "./typed-broadcast.ts";

/**
 * The half of a socket that sends: events to its client, with their acknowledgements, and broadcasts that begin at it.
 * The other half is {@link Socket}.
 */
export abstract class SendingSocket<
    ListenEvents extends EventsMap,
    EmitEvents extends EventsMap,
    ServerSideEvents extends EventsMap,
    SocketData,
  >
  extends NodeCatchAllEmitter<ListenEvents, SocketReservedEvents>
  implements Member
{
  #flags: Flags = NO_FLAGS;
  // Made when the first acknowledgement is asked for: most sockets have none.
  #acks: Acks<AckWaiter> | undefined;
  /** 120 random bits: clients may be told of each other by it. Also the name of a room with this socket alone. */
  readonly id: SocketId;
  /** The namespace. */
  readonly nsp: Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData>;
  /** The connection, which may carry sockets of other namespaces too. */
  readonly client: SocketClient;
  /** That of the client, once more: a broadcast then has one cold object less to touch in each of its sockets. */
  readonly #session: ObservableSession;

  /** @internal */
  constructor(
    nsp: Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData>,
    client: SocketClient,
    id: SocketId,
  ) {
    super();
    this.nsp = nsp;
    this.client = client;
    this.#session = client.session;
    this.id = id;
  }

  abstract get connected(): boolean;
  abstract join(rooms: Room | readonly Room[]): void;
  abstract leave(room: Room): void;
  abstract disconnect(close?: boolean): this;

  /** @internal Whether it is over, with its acknowledgements. */
  protected abstract get gone(): boolean;

  /**
   * Sends an event to the client. A function as the last argument is called with the client's acknowledgement.
   * A disconnected socket sends nothing; one that waits for the middlewares of its namespace does.
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

  // --- called by the client and by broadcasts

  /** @internal Says whether the acknowledgement was ever asked for. One that comes late is no fault of the client. */
  receiveAck(id: number, args: readonly unknown[]): boolean {
    this.#acks?.take(id)?.answered(args);
    return this.#audience.ackIds.issued(id);
  }

  /** @internal */
  sendBroadcast(outgoing: Outgoing, data: EventData, volatile: boolean): void {
    const session = this.#session;
    if (volatile ? !session.writable : session.congested) {
      this.#drop(volatile);
      return;
    }
    // One socket's listener must not keep the broadcast from the others.
    if (this.hasAnyOutgoing) this.client.guard(() => this.dispatchAnyOutgoing(data));
    session.send(outgoing);
    this.#audience.realm.diagnostics.counters.eventsOut += 1;
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

  /** @internal Whether the client owes an acknowledgement. */
  protected get isAwaiting(): boolean {
    return this.#acks !== undefined && this.#acks.size > 0;
  }

  /** @internal No acknowledgement comes any more. */
  protected loseAcks(): void {
    for (const waiter of this.#acks?.clear() ?? []) this.client.guard(() => waiter.lost());
  }

  #emit(
    event: string,
    args: readonly unknown[],
    flags: Flags,
    waiter: ((id: number) => AckWaiter) | undefined,
  ): void {
    checkEventName(event);
    const id = waiter === undefined ? undefined : this.#audience.ackIds.next();
    const session = this.#session;
    // Middlewares of the namespace may send, too: their clients keep it until they hear that they may come in.
    const isTooSlow = flags.volatile ? !session.writable : session.congested;
    const dropped = this.gone || isTooSlow;
    const outgoing = this.#encode([event, ...args], flags, id, dropped);
    // A dropped event's acknowledgement still runs into its timeout.
    if (waiter !== undefined && id !== undefined) this.#await(id, waiter(id));
    if (dropped) {
      if (isTooSlow) this.#drop(flags.volatile);
      return;
    }
    this.dispatchAnyOutgoing([event, ...args]);
    session.send(outgoing);
    this.#audience.realm.diagnostics.counters.eventsOut += 1;
  }

  #encode(data: EventData, flags: Flags, id: number | undefined, dropped: boolean): Outgoing {
    const { log, realm } = this.#audience;
    // What is dropped, or asks for an acknowledgement, is not kept.
    if (log !== undefined && id === undefined && !dropped) return log.encodeFor(this.id, data, flags);
    const outgoing = realm.codec.encode({ type: PacketType.EVENT, nsp: this.nsp.name, id, data });
    outgoing.isForOne = true;
    if (!flags.compress) outgoing.compress = false;
    return outgoing;
  }

  /** An event does not go to this client, because that one does not keep up. */
  #drop(volatile: boolean): void {
    const { counters, drop } = this.#audience.realm.diagnostics;
    if (volatile) counters.volatileDrops += 1;
    else counters.slowDrops += 1;
    if (drop.hasSubscribers)
      drop.publish({ cause: volatile ? "volatile" : "slow", namespace: this.nsp.name, socket: this.id });
  }

  #await(id: number, waiter: AckWaiter): void {
    if (!this.gone) this.expectAck(id, waiter);
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

  get #audience(): Audience<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>> {
    return this.nsp.audience;
  }

  #takeFlags(): Flags {
    const flags = this.#flags;
    this.#flags = NO_FLAGS;
    return flags;
  }
}
