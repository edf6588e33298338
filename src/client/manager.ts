import { type DefaultEventsMap, Emitter, type EventsMap } from "../emitter.ts";
import type { Packet } from "../socketio/packet.ts";
import { parseAddress } from "./address.ts";
import { type Connection, createConnection, type Done } from "./connection.ts";
import type { Engine } from "./engine.ts";
import { type ManagerOptions, type ResolvedOptions, resolveOptions, type SocketOptions } from "./options.ts";
import type { Platform } from "./platform.ts";
import { Socket } from "./socket.ts";
import type { DisconnectDescription } from "./socket-events.ts";

/** The version of Socket.IO's protocol. */
export const protocol: number = 5;

/** The events of {@link Manager}. */
export interface ManagerEvents {
  /** The low-level connection stands. */
  open: () => void;
  /** An attempt to connect failed. */
  error: (error: Error) => void;
  /** The server's heartbeat came. */
  ping: () => void;
  /** A packet came, for whatever namespace. */
  packet: (packet: Packet) => void;
  /** The low-level connection is over. */
  close: (reason: string, description?: DisconnectDescription) => void;
  /** An attempt to reconnect begins; the first one is 1. */
  reconnect_attempt: (attempt: number) => void;
  /** An attempt to reconnect failed. */
  reconnect_error: (error: Error) => void;
  /** All attempts to reconnect failed. */
  reconnect_failed: () => void;
  /** The connection stands again, after so many attempts. */
  reconnect: (attempt: number) => void;
}

/**
 * Keeps the one low-level connection to a server that the sockets of all namespaces share, and makes it anew when
 * it is lost.
 */
export class Manager<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
> extends Emitter<ManagerEvents> {
  /** The low-level connection; there is none before the first {@link open}. */
  declare engine: Engine;
  /** What it was given, with the defaults filled in. What is changed here holds from the next connection on. */
  readonly opts: ResolvedOptions;
  readonly #connection: Connection;
  /** @internal Those that share the connection, by namespace. */
  readonly sockets = new Map<string, Socket<ListenEvents, EmitEvents>>();

  /** @throws BaroError `BARO_OPTION` when `url` is none. */
  constructor(
    platform: Platform,
    url?: string | Partial<ManagerOptions>,
    options: Partial<ManagerOptions> = {},
  ) {
    super();
    const [address, given] = typeof url === "object" ? [undefined, url] : [url, options];
    this.opts = resolveOptions(given);
    const server = parseAddress(address, platform.page);
    this.#connection = createConnection(this, platform, server, this.sockets);
    if (this.opts.autoConnect) this.open();
  }

  /** Whether it reconnects, or sets it. */
  reconnection(): boolean;
  reconnection(value: boolean): this;
  reconnection(value?: boolean): this | boolean {
    return this.#access("reconnection", value);
  }

  /** The attempts before it gives up, or sets them. */
  reconnectionAttempts(): number;
  reconnectionAttempts(value: number): this;
  reconnectionAttempts(value?: number): this | number {
    return this.#access("reconnectionAttempts", value);
  }

  /** The first delay in milliseconds, or sets it. */
  reconnectionDelay(): number;
  reconnectionDelay(value: number): this;
  reconnectionDelay(value?: number): this | number {
    return this.#access("reconnectionDelay", value);
  }

  /** The longest delay in milliseconds, or sets it. */
  reconnectionDelayMax(): number;
  reconnectionDelayMax(value: number): this;
  reconnectionDelayMax(value?: number): this | number {
    return this.#access("reconnectionDelayMax", value);
  }

  /** The share of chance in a delay, or sets it. */
  randomizationFactor(): number;
  randomizationFactor(value: number): this;
  randomizationFactor(value?: number): this | number {
    return this.#access("randomizationFactor", value);
  }

  /** Milliseconds for one attempt to connect, or sets them; `false` for no limit. */
  timeout(): number | false;
  timeout(value: number | false): this;
  timeout(value?: number | false): this | number | false {
    return this.#access("timeout", value);
  }

  /**
   * Connects, unless that is done or under way. `done` hears how this attempt ends; when it fails, the next one is
   * its caller's to make.
   */
  open(done?: Done): this {
    this.#connection.open(done);
    return this;
  }

  /** The same as {@link open}. */
  connect(done?: Done): this {
    return this.open(done);
  }

  /** The socket of a namespace. There is one for each: it is made at the first call. */
  socket(namespace: string, options?: SocketOptions): Socket<ListenEvents, EmitEvents> {
    let socket = this.sockets.get(namespace);
    if (!socket) {
      socket = new Socket(this, this.#connection, namespace, options);
      this.sockets.set(namespace, socket);
    }
    if (this.opts.autoConnect && !socket.active) socket.connect();
    return socket;
  }

  #access<Name extends keyof ResolvedOptions>(
    name: Name,
    value: ResolvedOptions[Name] | undefined,
  ): this | ResolvedOptions[Name] {
    if (value === undefined) return this.opts[name];
    this.opts[name] = value;
    return this;
  }
}
