import type { Binary } from "../binary.ts";
import type { Cancel, Clock } from "../clock.ts";
import { type ClientTransport, type CreateTransport, TransportError } from "./client-transport.ts";
import { type Handshake, parseHandshake } from "./handshake.ts";
import { Outgoing } from "./outgoing.ts";
import { PacketType } from "./packet.ts";
import type { Session, SessionCloseReason, SessionHandler } from "./session.ts";
import type { TransportCloseReason } from "./transport.ts";

/** What a client's session tells the layer above it. */
export interface ClientSessionHandler extends SessionHandler {
  /** The server's handshake came: the session stands. */
  opened(handshake: Handshake): void;
  /** The server sent a heartbeat; it is answered already. */
  ping(): void;
  /** The transport takes more, and may have got what waited. */
  drained(): void;
}

/** How a client opens its session. */
export interface ClientSessionOptions {
  /** Names of transports, the first one to begin with. */
  readonly transports: readonly string[];
  /** Whether to move to a better transport that the server offers. */
  readonly upgrade: boolean;
  /** Whether the next of `transports` is tried when one fails to open. */
  readonly tryAllTransports: boolean;
  /** Milliseconds after which one counts as failed, where there is a next one; without a limit for 0 or false. */
  readonly openTimeout?: number | false;
  /** Bytes that may wait while the transport takes none. Over it the session ends: a peer that never reads must not fill the memory. */
  readonly maxQueuedBytes: number;
}

/** What one waiting message costs beside its data: a flood of empty ones must not count as nothing. */
const OVERHEAD = 64;

const PONG = new Outgoing(PacketType.PONG);
const PROBE = new Outgoing(PacketType.PING, "probe");
const UPGRADE = new Outgoing(PacketType.UPGRADE);

/** The longest that the timers of JavaScript can wait: a server's greater intervals would come at once. */
const MAX_DELAY = 2 ** 31 - 1;

type State = "opening" | "open" | "closing" | "closed";

/**
 * The client's side of one Engine.IO 4 session: handshake, heartbeat, and the upgrade from one transport to a
 * better one without a message lost or out of order.
 *
 *     opening --OPEN--> open --close()--> closing --queue delivered--> closed
 *        \________________\_______________\____ fault, CLOSE, no ping ___/
 */
export class ClientSession implements Session {
  handler: ClientSessionHandler;
  readonly #create: CreateTransport;
  readonly #options: ClientSessionOptions;
  readonly #clock: Clock;
  #state: State = "opening";
  #id = "";
  /** How many of `options.transports` were tried. */
  #tried = 0;
  #transport: ClientTransport | undefined;
  /** The better transport, until it takes over. */
  #candidate: ClientTransport | undefined;
  /** Whether everything waits for the candidate to take over. */
  #paused = false;
  // A set: it keeps the order, takes from the front at no cost, and bears to be added to while it is walked.
  readonly #queue = new Set<Outgoing>();
  #queuedBytes = 0;
  /** How long the server may be silent, and until when it may be now. */
  #patience = 0;
  #deadline = 0;
  #cancelTimer: Cancel | undefined;

  constructor(
    handler: ClientSessionHandler,
    create: CreateTransport,
    options: ClientSessionOptions,
    clock: Clock,
  ) {
    this.handler = handler;
    this.#create = create;
    this.#options = options;
    this.#clock = clock;
  }

  get id(): string {
    return this.#id;
  }

  get transportName(): string {
    return this.#transport?.name ?? "";
  }

  get writable(): boolean {
    return (
      this.#state === "open" && !this.#paused && this.#queue.size === 0 && this.#transport?.writable === true
    );
  }

  get closed(): boolean {
    return this.#state === "closing" || this.#state === "closed";
  }

  /** Begins. The handler hears nothing before this returns. */
  open(): void {
    if (this.#openNext()) return;
    this.#cancelTimer = this.#clock.after(0, () =>
      this.#end("transport error", new TransportError("No transports available")),
    );
  }

  send(outgoing: Outgoing): void {
    if (this.closed || outgoing.dropped) return;
    if (this.writable && !outgoing.held) {
      this.#transport?.send(outgoing);
      return;
    }
    this.#queue.add(outgoing);
    this.#queuedBytes += outgoing.size + OVERHEAD;
    if (outgoing.held) outgoing.whenReleased(() => this.#flush());
    if (this.#queuedBytes > this.#options.maxQueuedBytes) {
      this.#end("transport error", new TransportError("maxQueuedBytes exceeded"));
    }
  }

  close(): void {
    if (this.closed) return;
    const open = this.#state === "open";
    // A candidate that is about to take over must: the old transport takes no more. Any other is given up.
    if (!this.#paused) this.#dropCandidate();
    this.#state = "closing";
    if (open) this.#flush();
    else this.#finish();
    this.handler.closed("forced close");
  }

  #openNext(): boolean {
    const { transports, tryAllTransports, openTimeout } = this.#options;
    this.#cancelTimer?.();
    this.#transport?.close();
    const name = transports[this.#tried];
    if (!name) return false;
    this.#tried += 1;
    this.#transport = this.#dial(name);
    if (tryAllTransports && openTimeout && this.#tried < transports.length) {
      this.#cancelTimer = this.#clock.after(openTimeout, () => this.#openNext());
    }
    return true;
  }

  #dial(name: string, sid?: string): ClientTransport {
    const transport = this.#create(name, sid);
    transport.open({
      packet: (type, data) => {
        if (transport === this.#candidate) this.#receiveAnswer(type, data);
        else this.#receive(type, data);
      },
      drained: () => {
        if (transport === this.#candidate) {
          transport.send(PROBE);
        } else {
          this.#flush();
          this.handler.drained();
        }
      },
      closed: (reason, description) => {
        if (transport === this.#candidate) this.#dropCandidate();
        else this.#transportClosed(reason, description);
      },
    });
    return transport;
  }

  #receive(type: PacketType, data: string | Binary): void {
    if (this.#state === "opening") {
      if (type === PacketType.OPEN) this.#receiveHandshake(data);
      else this.#end("parse error");
    } else if (this.#state === "open") {
      switch (type) {
        case PacketType.MESSAGE:
          this.handler.message(data);
          break;
        case PacketType.PING:
          this.#deadline = this.#clock.now() + this.#patience;
          this.send(PONG);
          this.handler.ping();
          break;
        case PacketType.NOOP:
          break;
        case PacketType.CLOSE:
          this.#end("transport close", { description: "transport closed by the server" });
          break;
        // OPEN once only; PONG and UPGRADE are the client's to send (Engine.IO 4, "Protocol").
        default:
          this.#end("parse error");
      }
    }
  }

  #receiveHandshake(data: string | Binary): void {
    const handshake = parseHandshake(data);
    if (!handshake) {
      this.#end("parse error", new TransportError("The handshake is none of Engine.IO 4"));
      return;
    }
    this.#id = handshake.sid;
    this.#state = "open";
    this.#patience = Math.min(handshake.pingInterval + handshake.pingTimeout, MAX_DELAY);
    this.#deadline = this.#clock.now() + this.#patience;
    this.check();
    this.#transport?.opened(handshake);
    this.handler.opened(handshake);
    // The handler may have closed it.
    if (this.#state !== "open") return;
    this.#flush();
    if (this.#options.upgrade) this.#probe(handshake.upgrades);
  }

  /**
   * Ends an open session whose server was silent for too long. One timer, set again only when it comes, asks for it: a
   * ping costs no timer. Timers come late in a page that sleeps, so whoever wakes it asks, too.
   */
  check(): void {
    const left = this.#deadline - this.#clock.now();
    this.#cancelTimer?.();
    if (left > 0) this.#cancelTimer = this.#clock.after(left, () => this.check());
    else this.#end("ping timeout");
  }

  /** Asks a better transport whether it works (Engine.IO 4, "Upgrade"). */
  #probe(upgrades: readonly string[]): void {
    const current = this.transportName;
    const name = this.#options.transports.find((other) => other !== current && upgrades.includes(other));
    if (name) this.#candidate = this.#dial(name, this.#id);
  }

  #receiveAnswer(type: PacketType, data: string | Binary): void {
    if (type !== PacketType.PONG || data !== "probe" || this.#paused) {
      this.#dropCandidate();
      return;
    }
    const candidate = this.#candidate;
    const previous = this.#transport;
    this.#paused = true;
    previous?.pause(() => {
      if (!candidate || this.#candidate !== candidate) return;
      this.#candidate = undefined;
      this.#transport = candidate;
      previous.close();
      candidate.send(UPGRADE);
      this.#paused = false;
      this.#flush();
      if (!this.closed) this.handler.upgraded();
    });
  }

  #dropCandidate(): void {
    const candidate = this.#candidate;
    if (!candidate) return;
    this.#candidate = undefined;
    candidate.close();
    if (!this.#paused) return;
    this.#paused = false;
    this.#transport?.resume();
    this.#flush();
  }

  #flush(): void {
    for (const outgoing of this.#queue) {
      if (this.#paused || !this.#transport?.writable || outgoing.held) break;
      this.#queue.delete(outgoing);
      this.#queuedBytes -= outgoing.size + OVERHEAD;
      if (!outgoing.dropped) this.#transport.send(outgoing);
    }
    if (this.#state === "closing" && !this.#paused && this.#queue.size === 0) this.#finish();
  }

  #transportClosed(reason: TransportCloseReason, description: unknown): void {
    if (this.#state === "opening" && this.#options.tryAllTransports && this.#openNext()) return;
    this.#end(reason, description);
  }

  #end(reason: SessionCloseReason, description?: unknown): void {
    if (this.#state === "closed") return;
    const told = this.#state === "closing";
    this.#finish();
    if (!told) this.handler.closed(reason, description);
  }

  #finish(): void {
    this.#state = "closed";
    this.#cancelTimer?.();
    this.#candidate?.close();
    this.#candidate = undefined;
    this.#transport?.close();
    this.#queue.clear();
  }
}
