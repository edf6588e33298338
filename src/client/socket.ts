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
import { type Callback, call, throwLater } from "../report.ts";
import { type EventPacket, type JsonObject, type Packet, PacketType } from "../socketio/packet.ts";
import { RESERVED_EVENTS, reservedName } from "../socketio/reserved.ts";
import type { Engine } from "./engine.ts";
import type { Link, Port } from "./link.ts";
import type { Manager } from "./manager.ts";
import type { Auth, SocketOptions } from "./options.ts";
import { createOutbox, type Flags, type Outbox } from "./outbox.ts";
import { type SocketEvents, toError } from "./socket-events.ts";

/** Events that came before the namespace was granted, which an honest server sends none or few of. */
const MAX_RECEIVE_BUFFER = 10_000;

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
  /** Whether it is connected, or becomes so by itself. */
  active = false;
  /** Whether the server gave back the rooms and the missed events of the connection before. */
  recovered = false;
  /** Sent when the socket asks for its namespace, at each connection. */
  auth: Auth;
  /** What waits for the connection. Empty it to send none of that. */
  sendBuffer: EventPacket[] = [];
  /** What came before the namespace was granted. */
  receiveBuffer: EventPacket[] = [];
  readonly #link: Link;
  readonly #namespace: string;
  readonly #port: Port;
  readonly #outbox: Outbox;
  /** Stands for the credentials that the program was asked for and has not given yet. */
  #asking: object | undefined;
  /** The connection that was asked for the namespace, and not yet left: a server closes on a second CONNECT. */
  #asked: Engine | undefined;
  #flags: Flags = {};
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
    this.#outbox = createOutbox(this, link, namespace, options, (data) => {
      if (this.hasAnyOutgoing) this.#safely(() => this.dispatchAnyOutgoing(data[0], data.slice(1)));
    });
    this.#namespace = namespace;
    this.#port = {
      namespace,
      isActive: () => this.active,
      opened: () => this.#ask(),
      receive: (packet) => this.#receive(packet),
      failed: (error) => {
        if (this.active) this.#tell("connect_error", [error]);
      },
      closed: (reason, description) => this.#lost(reason, description),
      abandoned: () => this.#outbox.fail(true, false)(),
    };
  }

  /** The opposite of `connected`. */
  get disconnected(): boolean {
    return !this.connected;
  }

  /** Asks for the namespace, and connects where that is needed. */
  connect(): this {
    if (this.connected) return this;
    this.active = true;
    this.#link.attach(this.#port);
    return this;
  }

  /** The same as {@link connect}. */
  open(): this {
    return this.connect();
  }

  /** Leaves the namespace. The last socket of a manager ends the connection. */
  disconnect(): this {
    // Credentials that come from now on are not wanted. What was asked already will be answered: see `#granted`.
    this.#asking = undefined;
    const { connected } = this;
    if (connected) this.#link.send(this.#head(PacketType.DISCONNECT));
    this.#detach();
    if (connected) this.#lost("io client disconnect", undefined);
    this.#outbox.fail(true, false)();
    return this;
  }

  /** The same as {@link disconnect}. */
  close(): this {
    return this.disconnect();
  }

  /**
   * Shows the server new credentials without a new connection: what {@link auth} is, or gives now. Resolves when the
   * server took them; rejects with its error, when the connection is lost, and with `BARO_STATE` where there is no
   * server that takes any.
   */
  async refreshAuth(): Promise<void> {
    await this.#outbox.refresh(await new Promise((give) => this.#askAuth(give)));
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

  #emit(data: [string, ...unknown[]], callback?: Callback): this {
    const [event] = data;
    if (typeof event !== "string" || RESERVED_EVENTS.has(event)) throw reservedName(event);
    const flags = this.#flags;
    this.#flags = {};
    this.#outbox.emit(data, callback, flags);
    return this;
  }

  #head<Type extends PacketType>(type: Type) {
    return { type, namespace: this.#namespace, id: undefined, data: undefined };
  }

  /** Asks the program for its credentials. It may take its time, or answer twice. */
  #askAuth(give: (auth: object) => void): void {
    const { auth } = this;
    if (typeof auth === "function") auth(give);
    else give(auth);
  }

  #ask(): void {
    if (this.#asking || this.#asked === this.io.engine) return;
    const asking = {};
    this.#asking = asking;
    this.#safely(() =>
      this.#askAuth((auth) => {
        // By now it may have been given, or not be wanted any more.
        if (this.#asking !== asking) return;
        this.#asking = undefined;
        this.#asked = this.io.engine;
        const recovery = this.#recoveryId && { pid: this.#recoveryId, offset: this.#offset };
        const data = { ...recovery, ...auth, ...this.#outbox.request() };
        this.#link.send({ ...this.#head(PacketType.CONNECT), data });
      }),
    );
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
        if (!this.connected) {
          if (this.receiveBuffer.length < MAX_RECEIVE_BUFFER) this.receiveBuffer.push(packet);
        } else if (!this.#outbox.receive(packet.data)) this.#deliver(packet);
        break;
      case PacketType.ACK:
        this.#outbox.acknowledged(packet.id, packet.data);
        break;
      case PacketType.DISCONNECT:
        // Before it is granted, it is the end of the socket that this program has left already.
        if (!this.connected) break;
        this.#detach();
        this.#lost("io server disconnect", undefined);
        break;
    }
  }

  #granted({ sid, pid, "~rt": answer }: JsonObject): void {
    if (this.connected) return;
    if (!this.active) {
      // It left before this answer: the server must not keep a socket that nobody hears.
      this.#asked = undefined;
      this.#link.send(this.#head(PacketType.DISCONNECT));
      return;
    }
    if (typeof sid !== "string") {
      this.#tell("connect_error", [new Error("The server speaks another protocol.")]);
      return;
    }
    this.id = sid;
    this.connected = true;
    const fail = this.#outbox.agree(answer);
    this.recovered = pid !== undefined && pid === this.#recoveryId;
    this.#recoveryId = typeof pid === "string" ? pid : undefined;
    const received = this.receiveBuffer;
    this.receiveBuffer = [];
    for (const packet of received) this.#deliver(packet);
    // A listener may have left: then the rest waits for the next connection.
    this.#outbox.flush();
    if (this.connected) this.#tell("connect", []);
    fail();
  }

  #refused(data: JsonObject | string): void {
    this.#asked = undefined;
    if (this.connected || !this.active) return;
    this.#detach();
    this.#tell("connect_error", [toError(typeof data === "string" ? { message: data } : data)]);
  }

  #deliver({ id, data }: EventPacket): void {
    const [event, ...args] = data;
    // The server of recovery appends the place of each event to its arguments.
    const last = args.at(-1);
    if (this.#recoveryId && typeof last === "string") this.#offset = last;
    if (id !== undefined) args.push(this.#answer(id));
    this.#tell(event, args, true);
  }

  /** Makes the function that acknowledges an event: once, and to the session that sent it only. */
  #answer(id: number): (...args: unknown[]) => void {
    let session = this.id;
    return (...data) => {
      if (!session || session !== this.id) return;
      session = undefined;
      this.#link.send({ ...this.#head(PacketType.ACK), id, data });
    };
  }

  #lost(reason: string, description: unknown): void {
    const connected = this.connected;
    this.#asking = this.#asked = undefined;
    this.connected = false;
    this.id = undefined;
    // What came before the namespace was granted comes again with the next connection.
    this.receiveBuffer = [];
    if (!connected) return;
    // What a listener emits from here on waits for the next connection.
    const fail = this.#outbox.fail(!this.active || !this.io.reconnection(), true);
    this.#tell("disconnect", [reason, description]);
    fail();
  }

  #detach(): void {
    this.active = false;
    this.#link.detach();
  }

  /** Tells the listeners of `event`, and those of all events of the server where it is one: without a closure for each. */
  #tell(event: string, args: readonly unknown[], isTheServers = false): void {
    try {
      if (isTheServers) this.dispatchAny(event, args);
      this.dispatch(event, args);
    } catch (error) {
      throwLater(error, this.#link.platform.clock);
    }
  }

  /** Runs listeners; what they throw is thrown by itself, later. */
  #safely(run: () => void): void {
    call(run, [], this.#link.platform.clock);
  }
}
