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
import type { EventPacket } from "../socketio/packet.ts";
import { RESERVED_EVENTS, reservedName } from "../socketio/reserved.ts";
import type { Link } from "./link.ts";
import type { Manager } from "./manager.ts";
import { createMembership, type Membership } from "./membership.ts";
import type { Auth, SocketOptions } from "./options.ts";
import { acknowledgement, createOutbox, type Flags, type Outbox } from "./outbox.ts";
import type { SocketEvents } from "./socket-events.ts";

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
  readonly #outbox: Outbox;
  /** @internal What its connection tells it. */
  readonly port: Membership;
  #flags: Flags = {};

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
    this.#outbox = createOutbox(this, link, namespace, options);
    this.port = createMembership(this, link, this.#outbox);
  }

  /** The opposite of `connected`. */
  get disconnected(): boolean {
    return !this.connected;
  }

  /** Asks for the namespace, and connects where that is needed. */
  connect(): this {
    if (this.connected) return this;
    this.active = true;
    this.#link.attach(this.port);
    return this;
  }

  /** The same as {@link connect}. */
  open(): this {
    return this.connect();
  }

  /** Leaves the namespace. The last socket of a manager ends the connection. */
  disconnect(): this {
    this.port.leave();
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
  refreshAuth(): Promise<void> {
    return this.port.refreshAuth();
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
    return acknowledgement((callback) => this.#emit([event, ...args, callback], true)) as Promise<
      AckValue<Last<EventParameters<EmitEvents, Name>>>
    >;
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

  #emit(data: [string, ...unknown[]], withError = false): this {
    const [event] = data;
    if (typeof event !== "string" || RESERVED_EVENTS.has(event)) throw reservedName(event);
    const flags = this.#flags;
    this.#flags = {};
    this.#outbox.emit(data, flags, withError);
    return this;
  }
}
