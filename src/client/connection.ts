import type { Binary } from "../binary.ts";
import type { Cancel } from "../clock.ts";
import { transportError } from "../engine/client-transport.ts";
import { call } from "../report.ts";
import { Malformed } from "../socketio/malformed.ts";
import { type Address, transportUrl } from "./address.ts";
import { createBackoff } from "./backoff.ts";
import { createCodec } from "./codec.ts";
import { createEngine, type Engine } from "./engine.ts";
import type { Link, Port } from "./link.ts";
import type { ManagerEvents } from "./manager.ts";
import type { ResolvedOptions, TransportClass } from "./options.ts";
import type { Platform } from "./platform.ts";
import { findTransports } from "./transports.ts";

/** Hears how an attempt to connect ends. */
export type Done = (error?: Error) => void;

/** Whose connection it is: what its program sees of it. */
interface Owner {
  /** The engine of this attempt, or of the last one. */
  engine?: Engine;
  /** As they are now: what is changed holds from the next attempt on. */
  readonly opts: ResolvedOptions;
  hasListeners(event: "packet"): boolean;
  dispatch(event: keyof ManagerEvents, args: readonly unknown[]): unknown;
}

/** A socket, as far as its connection is concerned. */
interface Sharer {
  /** Whether it wants the connection. */
  readonly active: boolean;
  readonly port: Port;
}

/** The one connection to a server that the sockets of all namespaces share. */
export interface Connection extends Link {
  /**
   * Connects, unless that is done or under way. `done` hears how this attempt ends; when it fails, the next one is its
   * caller's to make.
   */
  open(done?: Done): void;
}

/**
 * Makes a connection that is made anew when it is lost.
 *
 * @param sockets those that share it, by namespace.
 */
export function createConnection(
  owner: Owner,
  platform: Platform,
  address: Address,
  sockets: ReadonlyMap<string, Sharer>,
): Connection {
  const { clock, onPage, transports } = platform;
  const backoff = createBackoff(platform.randomNumber);
  let state: "closed" | "opening" | "open" = "closed";
  let codec = createCodec();
  /** Ends the wait of this moment: for the connection, or for the next attempt. */
  let cancelTimer: Cancel | undefined;
  /** While a lost connection is to be made anew, the page may ask for that. */
  let leavePage: Cancel | undefined;
  /** The name of the transport that worked: the one to begin with. */
  let worked: string | undefined;

  const connection = {
    platform,
    isOffered: false,
    open(done?: Done): void {
      if (state === "closed") connect(done);
    },
    attach(port: Port): void {
      if (state === "open") port.opened();
      else if (!backoff.attempts) connection.open();
    },
    detach(): void {
      if (![...sockets.values()].some(({ active }) => active)) stop();
    },
    send(packet) {
      const outgoing = codec.encode(packet);
      owner.engine?.send(outgoing);
      return outgoing;
    },
    heed: backoff.heed,
  } satisfies Connection as { isOffered: boolean } & Connection;
  return connection;

  function tell(event: keyof ManagerEvents, ...args: unknown[]): void {
    call(clock, () => owner.dispatch(event, args));
  }

  /** Ends the connection, or the attempts at one, for good. */
  function stop(): void {
    const wasOpen = state === "open";
    forget();
    release();
    if (wasOpen) tell("close", "forced close");
  }

  /** Makes no attempt any more. */
  function forget(): void {
    backoff.reset();
    leavePage?.();
    leavePage = undefined;
  }

  /** Lets go of the engine: what it still says goes nowhere. */
  function release(): void {
    state = "closed";
    cancelTimer?.();
    owner.engine?.close();
  }

  /** @param tried how many transports have failed to open since the attempt began. */
  function connect(done?: Done, tried = 0): void {
    const { opts } = owner;
    const classes = findTransports(opts.transports, transports);
    const names = [...classes.keys()];
    const { timeout, tryAllTransports = names[0] !== "polling" } = opts;
    if (tryAllTransports || opts.rememberUpgrade) {
      names.sort((a, b) => Number(b === worked) - Number(a === worked));
    }
    const fail = (error: Error): void => {
      release();
      if (tryAllTransports && tried + 1 < names.length) connect(done, tried + 1);
      else failed(error, done);
    };
    cancelTimer?.();
    state = "opening";
    codec = createCodec(opts.parser);
    leavePage ??= onPage(wake, opts.closeOnBeforeunload ? stop : undefined);
    if (names.length === 0) {
      cancelTimer = clock.after(0, () => fail(transportError("No transports available")));
      return;
    }
    const engine = createEngine(
      {
        message: receive,
        open({ baro }) {
          cancelTimer?.();
          connection.isOffered = baro === 1;
          worked = engine.transport.name;
          opened(done);
        },
        upgrade() {
          worked = engine.transport.name;
        },
        ping: () => tell("ping"),
        close(reason, description) {
          if (state === "open") lost(reason, description);
          else if (state === "opening") {
            fail(description instanceof Error ? description : transportError(reason, description));
          }
        },
      },
      (name, sid) => {
        const options = { query: address.query, ...opts, ...opts.transportOptions?.[name] };
        const Transport = classes.get(name) as TransportClass;
        return new Transport(transportUrl(address, options, name, sid), options);
      },
      { ...opts, transports: [...names.slice(tried), ...names] as [string, ...string[]] },
      clock,
    );
    owner.engine = engine;
    if (timeout !== false) {
      const share = timeout / (tryAllTransports ? names.length : 1);
      cancelTimer = clock.after(share, () => fail(new Error("timeout")));
    }
  }

  function opened(done: Done | undefined): void {
    const { attempts } = backoff;
    state = "open";
    backoff.opened(clock.now());
    tell("open");
    // Each listener may have closed it.
    for (const { port } of sockets.values()) {
      if (state === "open") port.opened();
    }
    call(clock, done);
    if (attempts && state === "open") tell("reconnect", attempts);
  }

  function failed(error: Error, done: Done | undefined): void {
    if (worked === "websocket") worked = undefined;
    backoff.heed(error);
    for (const { port } of sockets.values()) port.failed(error);
    tell("error", error);
    if (backoff.attempts) tell("reconnect_error", error);
    if (done) forget();
    call(clock, done, error);
    retry();
  }

  function lost(reason: string, description: unknown): void {
    release();
    backoff.lost(clock.now());
    backoff.heed(description);
    if (reason === "transport error") worked = undefined;
    for (const { port } of sockets.values()) port.closed(reason, description);
    tell("close", reason, description);
    retry();
  }

  /** Plans the next attempt, unless a listener has ended it all or connects already. */
  function retry(): void {
    const { opts } = owner;
    if (state !== "closed" || !leavePage) return;
    if (opts.reconnection && backoff.attempts < opts.reconnectionAttempts) {
      cancelTimer = clock.after(backoff.next(opts), reconnect);
      return;
    }
    forget();
    for (const { port } of sockets.values()) port.abandoned();
    if (opts.reconnection) tell("reconnect_failed");
  }

  function reconnect(): void {
    cancelTimer?.();
    tell("reconnect_attempt", backoff.attempts);
    if (leavePage) connection.open();
  }

  /** The page or its network is back, or `gone`: no connection outlives that. Only a server may ask to wait longer. */
  function wake(gone: boolean): void {
    if (state === "open") {
      if (gone) lost("transport close", { description: "network connection lost" });
      else owner.engine?.check();
    }
    if (backoff.attempts && state === "closed" && !backoff.isAdvised) reconnect();
  }

  function receive(data: string | Binary): void {
    const decoded = codec.decode(data);
    if (decoded === "incomplete") return;
    if (decoded instanceof Malformed) {
      lost("parse error", { description: decoded.reason });
      return;
    }
    if (owner.hasListeners("packet")) tell("packet", decoded);
    sockets.get(decoded.nsp)?.port.receive(decoded);
  }
}
