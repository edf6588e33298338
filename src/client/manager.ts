import type { Binary } from "../binary.ts";
import type { Cancel } from "../clock.ts";
import { type DefaultEventsMap, Emitter, type EventsMap } from "../emitter.ts";
import { TransportError } from "../engine/client-transport.ts";
import { type Callback, call } from "../report.ts";
import { Malformed } from "../socketio/malformed.ts";
import type { Packet } from "../socketio/packet.ts";
import { type Address, parseAddress, transportUrl } from "./address.ts";
import { type Backoff, createBackoff } from "./backoff.ts";
import { createCodec } from "./codec.ts";
import { createEngine, type Engine } from "./engine.ts";
import type { Link, Port } from "./link.ts";
import {
  type ManagerOptions,
  type ResolvedOptions,
  resolveOptions,
  type SocketOptions,
  type TransportClass,
} from "./options.ts";
import type { Platform } from "./platform.ts";
import { Socket } from "./socket.ts";
import type { DisconnectDescription } from "./socket-events.ts";
import { findTransports } from "./transports.ts";

/** Hears how an attempt to connect ends. */
type Done = (error?: Error) => void;

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
  readonly #platform: Platform;
  readonly #address: Address;
  readonly #backoff: Backoff;
  readonly #link: Link & { isOffered: boolean };
  readonly #sockets = new Map<string, Socket<ListenEvents, EmitEvents>>();
  /** The sockets that wanted the connection once, by namespace. */
  readonly #ports = new Map<string, Port>();
  #state: "closed" | "opening" | "open" = "closed";
  #codec = createCodec();
  /** Ends the wait of this moment: for the connection, or for the next attempt. */
  #cancelTimer: Cancel | undefined;
  /** While a lost connection is to be made anew, the page may ask for that. */
  #leavePage: Cancel | undefined;
  /** The name of the transport that worked: the one to begin with. */
  #worked: string | undefined;

  /** @throws BaroError `BARO_OPTION` when `url` is none. */
  constructor(
    platform: Platform,
    url?: string | Partial<ManagerOptions>,
    options: Partial<ManagerOptions> = {},
  ) {
    super();
    const [address, given] = typeof url === "object" ? [undefined, url] : [url, options];
    this.#platform = platform;
    this.opts = resolveOptions(given);
    this.#address = parseAddress(address, platform.page);
    this.#backoff = createBackoff(platform.random);
    this.#link = {
      platform,
      isOffered: false,
      attach: (namespace, port) => {
        this.#ports.set(namespace, port);
        if (this.#state === "open") port.opened();
        else if (!this.#backoff.attempts) this.open();
      },
      detach: () => {
        if (![...this.#sockets.values()].some(({ active }) => active)) this.#stop();
      },
      send: (packet) => {
        const outgoing = this.#codec.encode(packet);
        this.engine.send(outgoing);
        return outgoing;
      },
      heed: this.#backoff.heed,
    };
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
    if (this.#state === "closed") this.#connect(done);
    return this;
  }

  /** The same as {@link open}. */
  connect(done?: Done): this {
    return this.open(done);
  }

  /** The socket of a namespace. There is one for each: it is made at the first call. */
  socket(namespace: string, options?: SocketOptions): Socket<ListenEvents, EmitEvents> {
    let socket = this.#sockets.get(namespace);
    if (!socket) {
      socket = new Socket(this, this.#link, namespace, options);
      this.#sockets.set(namespace, socket);
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

  /** Ends the connection, or the attempts at one, for good. */
  #stop(): void {
    const open = this.#state === "open";
    this.#forget();
    this.#release();
    if (open) this.#tell("close", "forced close");
  }

  /** Makes no attempt any more. */
  #forget(): void {
    this.#backoff.reset();
    this.#leavePage?.();
    this.#leavePage = undefined;
  }

  /** Lets go of the connection: what it still says goes nowhere. */
  #release(): void {
    this.#state = "closed";
    this.#cancelTimer?.();
    this.engine?.close();
  }

  /** @param tried how many transports have failed to open since the attempt began. */
  #connect(done?: Done, tried = 0): void {
    const { opts } = this;
    const { clock, onPage, transports } = this.#platform;
    const classes = findTransports(opts.transports, transports);
    const names = [...classes.keys()];
    const { timeout, tryAllTransports = names[0] !== "polling" } = opts;
    const worked = tryAllTransports || opts.rememberUpgrade ? this.#worked : undefined;
    names.sort((a, b) => Number(b === worked) - Number(a === worked));
    const fail = (error: Error): void => {
      this.#release();
      if (tryAllTransports && tried + 1 < names.length) this.#connect(done, tried + 1);
      else this.#failed(error, done);
    };
    this.#cancelTimer?.();
    this.#state = "opening";
    this.#codec = createCodec(opts.parser);
    this.engine = createEngine(
      {
        message: (data) => this.#receive(data),
        open: ({ baro }) => this.#opened(baro === 1, done),
        upgrade: () => this.#remember(),
        ping: () => this.#tell("ping"),
        close: (reason, description) => {
          if (this.#state === "open") this.#lost(reason, description);
          else if (this.#state === "opening") fail(toError(reason, description));
        },
      },
      (name, sid) => {
        const options = { query: this.#address.query, ...opts, ...opts.transportOptions?.[name] };
        const Transport = classes.get(name) as TransportClass;
        return new Transport(transportUrl(this.#address, options, name, sid), options);
      },
      { ...opts, transports: [...names.slice(tried), ...names] },
      clock,
    );
    this.#leavePage ??= onPage(
      (gone) => this.#wake(gone),
      opts.closeOnBeforeunload ? () => this.#stop() : undefined,
    );
    if (timeout !== false) {
      const share = timeout / (tryAllTransports ? names.length : 1);
      this.#cancelTimer = clock.after(share, () => fail(new Error("timeout")));
    }
  }

  #remember(): void {
    this.#worked = this.engine.transport.name;
  }

  #opened(isOffered: boolean, done: Done | undefined): void {
    const { attempts } = this.#backoff;
    const { clock } = this.#platform;
    this.#cancelTimer?.();
    this.#remember();
    this.#link.isOffered = isOffered;
    this.#state = "open";
    this.#backoff.opened(clock.now());
    this.#tell("open");
    // Each listener may have closed it.
    for (const port of this.#ports.values()) {
      if (this.#state === "open") port.opened();
    }
    if (done) call(done as Callback, [], clock);
    if (attempts && this.#state === "open") this.#tell("reconnect", attempts);
  }

  #failed(error: Error, done: Done | undefined): void {
    if (this.#worked === "websocket") this.#worked = undefined;
    this.#backoff.heed(error);
    for (const port of this.#ports.values()) port.failed(error);
    this.#tell("error", error);
    if (this.#backoff.attempts) this.#tell("reconnect_error", error);
    if (done) {
      this.#forget();
      call(done as Callback, [error], this.#platform.clock);
    }
    this.#retry();
  }

  #lost(reason: string, description: unknown): void {
    this.#release();
    this.#backoff.lost(this.#platform.clock.now());
    this.#backoff.heed(description);
    if (reason === "transport error") this.#worked = undefined;
    for (const port of this.#ports.values()) port.closed(reason, description);
    this.#tell("close", reason, description);
    this.#retry();
  }

  /** Plans the next attempt, unless a listener has ended it all or connects already. */
  #retry(): void {
    const { reconnection, reconnectionAttempts } = this.opts;
    if (this.#state !== "closed" || !this.#leavePage) return;
    if (reconnection && this.#backoff.attempts < reconnectionAttempts) {
      this.#cancelTimer = this.#platform.clock.after(this.#backoff.next(this.opts), () => this.#reconnect());
      return;
    }
    this.#forget();
    for (const port of this.#ports.values()) port.abandoned();
    if (reconnection) this.#tell("reconnect_failed");
  }

  #reconnect(): void {
    this.#cancelTimer?.();
    this.#tell("reconnect_attempt", this.#backoff.attempts);
    if (this.#leavePage && this.#state === "closed") this.#connect();
  }

  /** The page or its network is back, or `gone`: no connection outlives that. Only a server may ask to wait longer. */
  #wake(gone: boolean): void {
    if (this.#state === "open") {
      if (gone) this.#lost("transport close", { description: "network connection lost" });
      else this.engine.check();
    }
    if (this.#backoff.attempts && this.#state === "closed" && !this.#backoff.isAdvised) this.#reconnect();
  }

  #receive(data: string | Binary): void {
    const decoded = this.#codec.decode(data);
    if (decoded === "incomplete") return;
    if (decoded instanceof Malformed) {
      this.#lost("parse error", { description: decoded.reason });
      return;
    }
    if (this.hasListeners("packet")) this.#tell("packet", decoded);
    this.#ports.get(decoded.namespace)?.receive(decoded);
  }

  #tell(event: keyof ManagerEvents, ...args: unknown[]): void {
    call(() => this.dispatch(event, args), [], this.#platform.clock);
  }
}

function toError(reason: string, description: unknown): Error {
  return description instanceof Error ? description : new TransportError(reason, description);
}
