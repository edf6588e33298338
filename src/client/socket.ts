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
import { BaroError, ERR_EVENT_NAME } from "../errors.ts";
import { type Callback, call, throwLater } from "../report.ts";
import { encode } from "../socketio/encoder.ts";
import {
  type AckPacket,
  type EventPacket,
  type JsonObject,
  type Packet,
  PacketType,
} from "../socketio/packet.ts";
import { RESERVED_EVENTS } from "../socketio/reserved.ts";
import type { Engine } from "./engine.ts";
import type { Link, Port } from "./link.ts";
import type { Manager } from "./manager.ts";
import type { Auth, SocketOptions } from "./options.ts";
import { PendingAcks } from "./pending-acks.ts";
import type { ExtendedError, SocketEvents } from "./socket-events.ts";

/** Events that came before the namespace was granted, which an honest server sends none or few of. */
const MAX_RECEIVE_BUFFER = 10_000;

interface Flags {
  volatile?: boolean;
  timeout?: number;
}

/** One namespace of a server: sends events to it and hears its events. */
export class Socket<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
> extends CatchAllEmitter<ListenEvents, SocketEvents> {
  /** The manager whose connection this shares. */
  readonly io: Manager<ListenEvents, EmitEvents>;
  /** What the server calls this socket; `undefined` while it is not connected. */
  id: string | undefined = undefined;
  /** Whether the namespace is granted and the connection stands. */
  connected = false;
  /** Whether the server gave back the rooms and the missed events of the connection before. */
  recovered = false;
  /** Sent when the socket asks for its namespace, at each connection. */
  auth: Auth;
  /** What waits for the connection. Empty it to send none of that. */
  sendBuffer: (EventPacket | AckPacket)[] = [];
  /** What came before the namespace was granted. */
  receiveBuffer: EventPacket[] = [];
  readonly #link: Link;
  readonly #namespace: string;
  readonly #port: Port;
  readonly #acks: PendingAcks;
  #active = false;
  /** That a connection was asked for the namespace, and not yet left: a server closes on a second CONNECT. */
  #request: { readonly engine: Engine; sent: boolean } | undefined;
  #flags: Flags = {};
  /** Takes back what waits when its acknowledgement is wanted no more. */
  readonly #forget = (id: number): void => {
    this.sendBuffer = this.sendBuffer.filter(
      (packet) => packet.type !== PacketType.EVENT || packet.id !== id,
    );
  };
  /** The session's secret and the place up to which it was heard: what recovery asks for. */
  #recoveryId: string | undefined;
  #offset: string | undefined;

  /** Made by {@link Manager.socket} and by `io`. */
  constructor(
    io: Manager<ListenEvents, EmitEvents>,
    link: Link,
    namespace: string,
    options: SocketOptions = {},
  ) {
    super();
    this.io = io;
    this.auth = options.auth ?? {};
    this.#link = link;
    this.#acks = new PendingAcks(link.clock);
    this.#namespace = namespace;
    this.#port = {
      namespace,
      isActive: () => this.#active,
      opened: () => this.#ask(),
      receive: (packet) => this.#receive(packet),
      failed: (error) => {
        if (this.#active) this.#tell("connect_error", [error]);
      },
      closed: (reason, description) => this.#lost(reason, description),
    };
  }

  /** The opposite of `connected`. */
  get disconnected(): boolean {
    return !this.connected;
  }

  /** Whether it is connected, or becomes so by itself. */
  get active(): boolean {
    return this.#active;
  }

  /** Asks for the namespace, and connects where that is needed. */
  connect(): this {
    if (this.connected) return this;
    this.#active = true;
    this.#link.attach(this.#port);
    return this;
  }

  /** The same as {@link connect}. */
  open(): this {
    return this.connect();
  }

  /** Leaves the namespace. The last socket of a manager ends the connection. */
  disconnect(): this {
    const connected = this.connected;
    if (connected) this.#sendDisconnect();
    this.#detach();
    if (connected) this.#lost("io client disconnect", undefined);
    // Credentials that come from now on are not wanted. What was asked already will be answered: see `#granted`.
    else if (this.#request?.sent === false) this.#request = undefined;
    return this;
  }

  /** The same as {@link disconnect}. */
  close(): this {
    return this.disconnect();
  }

  /** Emits `message`. */
  send(...args: unknown[]): this {
    return this.#emit(["message", ...args]);
  }

  /**
   * Sends an event, now or when the socket is connected. A function as last argument is called with what the server
   * acknowledges.
   *
   * @throws BaroError `BARO_EVENT_NAME` for a name that the protocol keeps; `BARO_DATA` for data that JSON cannot hold.
   */
  emit<Name extends EventName<EmitEvents>>(event: Name, ...args: EventParameters<EmitEvents, Name>): this {
    return this.#emit([event, ...args]);
  }

  /**
   * Sends an event, and gives a promise of what the server acknowledges. It is rejected when the time of `timeout`
   * is over, and when the connection is lost.
   */
  emitWithAck<Name extends EventNameWithAck<EmitEvents>>(
    event: Name,
    ...args: AllButLast<EventParameters<EmitEvents, Name>>
  ): Promise<AckValue<Last<EventParameters<EmitEvents, Name>>>> {
    return new Promise((resolve, reject) => {
      this.#emit([event, ...args], (error, value) => {
        if (error === null) resolve(value as AckValue<Last<EventParameters<EmitEvents, Name>>>);
        else reject(error);
      });
    });
  }

  /** For the next event: its acknowledgement takes an error first, which it gets after so many milliseconds. */
  timeout(milliseconds: number): Socket<ListenEvents, EventsWithTimeout<EmitEvents>> {
    this.#flags.timeout = milliseconds;
    return this as unknown as Socket<ListenEvents, EventsWithTimeout<EmitEvents>>;
  }

  /** For the next event: it is dropped when it cannot go out at once. */
  get volatile(): this {
    this.#flags.volatile = true;
    return this;
  }

  /** For the next event: whether it may be compressed. The connection does not compress yet. */
  compress(_compress: boolean): this {
    return this;
  }

  #emit(data: EventPacket["data"], callback?: Callback): this {
    const [event, ...args] = data;
    if (typeof event !== "string" || RESERVED_EVENTS.has(event)) {
      throw new BaroError(ERR_EVENT_NAME, `"${event}" is reserved, or no string.`);
    }
    const { volatile, timeout } = this.#flags;
    this.#flags = {};
    const withError = callback !== undefined || timeout !== undefined;
    if (callback === undefined && typeof args.at(-1) === "function") callback = args.pop() as Callback;
    const dropped = volatile === true && !(this.connected && this.#link.isWritable());
    // Only a timeout ends the wait for an event that was dropped.
    if (dropped && timeout === undefined) return this;
    const id = callback && this.#acks.add(callback, withError, timeout, this.#forget);
    if (dropped) return this;
    const packet = {
      type: PacketType.EVENT,
      namespace: this.#namespace,
      id,
      data: [event, ...args],
    } as const;
    if (this.connected) {
      this.#send(packet);
    } else {
      // What cannot be sent is thrown at whoever emits it, and now.
      encode(packet);
      this.sendBuffer.push(packet);
    }
    return this;
  }

  #send(packet: Packet): void {
    if (packet.type === PacketType.EVENT && this.hasAnyOutgoing) {
      const [event, ...args] = packet.data;
      this.#safely(() => this.dispatchAnyOutgoing(event, args));
    }
    this.#link.send(packet);
  }

  #ask(): void {
    const { auth } = this;
    const { engine } = this.io;
    if (this.#request?.engine === engine) return;
    const request = { engine, sent: false };
    this.#request = request;
    const give = (data: object): void => {
      // The program may take its time, or answer twice: by then another connection may have asked again.
      if (this.#request !== request || request.sent) return;
      request.sent = true;
      const recovery = this.#recoveryId && { pid: this.#recoveryId, offset: this.#offset };
      this.#link.send({
        type: PacketType.CONNECT,
        namespace: this.#namespace,
        id: undefined,
        data: { ...recovery, ...data },
      });
    };
    this.#safely(() => (typeof auth === "function" ? auth(give) : give(auth)));
  }

  #sendDisconnect(): void {
    this.#send({ type: PacketType.DISCONNECT, namespace: this.#namespace, id: undefined, data: undefined });
  }

  #receive(packet: Packet): void {
    switch (packet.type) {
      case PacketType.CONNECT:
        this.#granted(packet.data ?? {});
        break;
      case PacketType.CONNECT_ERROR:
        this.#refused(packet.data);
        break;
      case PacketType.EVENT:
        if (this.connected) this.#deliver(packet);
        else if (this.receiveBuffer.length < MAX_RECEIVE_BUFFER) this.receiveBuffer.push(packet);
        break;
      case PacketType.ACK:
        this.#acks.settle(packet.id, packet.data);
        break;
      case PacketType.DISCONNECT:
        this.#detach();
        this.#lost("io server disconnect", undefined);
        break;
    }
  }

  #granted({ sid, pid }: JsonObject): void {
    if (this.connected || this.#request === undefined) return;
    if (!this.#active) {
      // It left before this answer: the server must not keep a socket that nobody hears.
      this.#request = undefined;
      this.#sendDisconnect();
      return;
    }
    if (typeof sid !== "string") {
      const error = new Error("The server speaks another protocol.");
      this.#tell("connect_error", [error]);
      return;
    }
    this.id = sid;
    this.connected = true;
    this.recovered = pid !== undefined && pid === this.#recoveryId;
    this.#recoveryId = typeof pid === "string" ? pid : undefined;
    const received = this.receiveBuffer;
    const waiting = this.sendBuffer;
    this.receiveBuffer = [];
    this.sendBuffer = [];
    for (const packet of received) this.#deliver(packet);
    for (const packet of waiting) this.#safely(() => this.#send(packet));
    this.#tell("connect", []);
  }

  #refused(data: JsonObject | string): void {
    this.#request = undefined;
    if (this.connected || !this.#active) return;
    this.#detach();
    const { message, data: details } = typeof data === "string" ? { message: data, data: undefined } : data;
    const error: ExtendedError = new Error(typeof message === "string" ? message : "");
    error.data = details;
    this.#tell("connect_error", [error]);
  }

  #deliver({ id, data }: EventPacket): void {
    const [event, ...args] = data;
    // The server of recovery appends the place of each event to its arguments.
    const last = args.at(-1);
    if (this.#recoveryId !== undefined && typeof last === "string") this.#offset = last;
    if (id !== undefined) args.push(this.#answer(id));
    this.#tell(event, args, true);
  }

  /** Makes the function that acknowledges an event: once, and to the session that sent it only. */
  #answer(id: number): (...args: unknown[]) => void {
    let session = this.id;
    return (...data) => {
      if (session === undefined || session !== this.id) return;
      session = undefined;
      this.#send({ type: PacketType.ACK, namespace: this.#namespace, id, data });
    };
  }

  #lost(reason: string, description: unknown): void {
    const connected = this.connected;
    this.#request = undefined;
    this.connected = false;
    this.id = undefined;
    if (!connected) return;
    // No answer comes to what this connection carried. What a listener emits from here on waits for the next one.
    const unanswered = this.#acks.clear();
    this.#tell("disconnect", [reason, description]);
    for (const ack of unanswered) this.#acks.fail(ack, new Error("socket has been disconnected"));
  }

  #detach(): void {
    this.#active = false;
    this.#link.detach();
  }

  /** Tells the listeners of `event`, and those of all events of the server where it is one: without a closure for each. */
  #tell(event: string, args: readonly unknown[], isTheServers = false): void {
    try {
      if (isTheServers) this.dispatchAny(event, args);
      this.dispatch(event, args);
    } catch (error) {
      throwLater(error, this.#link.clock);
    }
  }

  /** Runs listeners; what they throw is thrown by itself, later. */
  #safely(run: () => void): void {
    call(run, [], this.#link.clock);
  }
}
