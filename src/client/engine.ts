import type { Binary } from "../binary.ts";
import type { Cancel, Clock } from "../clock.ts";
import { Emitter } from "../emitter.ts";
import { type ClientTransport, type CreateTransport, TransportError } from "../engine/client-transport.ts";
import { type Handshake, parseHandshake } from "../engine/handshake.ts";
import { Outgoing } from "../engine/outgoing.ts";
import { PacketType } from "../engine/packet.ts";
import type { SessionCloseReason } from "../engine/session.ts";
import { call } from "../report.ts";

/** What an engine sends and receives. */
export interface EnginePacket {
  readonly type: "message" | "ping";
  readonly data: string | Binary | undefined;
}

/** What is told of an engine to the manager that made it. */
export interface EngineHandler {
  /** The server's handshake came: the session stands. */
  opened(handshake: Handshake): void;
  /** A message of the server: text, or one binary message. */
  message(data: string | Binary): void;
  /** The server sent a heartbeat; it is answered already. */
  ping(): void;
  /** The session moved to a better transport. */
  upgraded(): void;
  /** The session is over; said once, whoever ended it. */
  closed(reason: SessionCloseReason, description?: unknown): void;
}

/** How an engine opens its session. */
export interface SessionOptions {
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

/** The events of {@link Engine}. */
export interface EngineEvents {
  /** The handshake came. */
  open: () => void;
  /** The connection moved to another transport. */
  upgrade: (transport: { readonly name: string }) => void;
  /** The server's heartbeat came. */
  ping: () => void;
  /** A message or a heartbeat came. */
  packet: (packet: EnginePacket) => void;
  /** A message is about to be sent. */
  packetCreate: (packet: EnginePacket) => void;
  /** Nothing waits to be sent. */
  drain: () => void;
  /** The connection is over. */
  close: (reason: SessionCloseReason, description?: unknown) => void;
}

/** What one waiting message costs beside its data: a flood of empty ones must not count as nothing. */
const OVERHEAD = 64;

const PONG = new Outgoing(PacketType.PONG);
const PROBE = new Outgoing(PacketType.PING, "probe");
const UPGRADE = new Outgoing(PacketType.UPGRADE);

/** The longest that the timers of JavaScript can wait: a server's greater intervals would come at once. */
const MAX_DELAY = 2 ** 31 - 1;

/**
 * One low-level connection, as programs look at it: `socket.io.engine.transport.name`. Each attempt has a new one.
 *
 * It is the client's side of an Engine.IO 4 session: handshake, heartbeat, and the upgrade from one transport to a better
 * one without a message lost or out of order. It opens until it has an `id`, and is open until it has no handler: what
 * waits then is still delivered. As with Socket.IO, the handler is the first to hear of anything.
 */
export class Engine extends Emitter<EngineEvents> {
  /** The session's id; empty until it is open. */
  id = "";
  /** None any more once the end was told. */
  #handler: EngineHandler | undefined;
  readonly #create: CreateTransport;
  readonly #options: SessionOptions;
  readonly #clock: Clock;
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

  constructor(handler: EngineHandler, create: CreateTransport, options: SessionOptions, clock: Clock) {
    super();
    this.#handler = handler;
    this.#create = create;
    this.#options = options;
    this.#clock = clock;
  }

  /** What carries the connection now: its name is `"polling"` or `"websocket"`. */
  get transport(): { readonly name: string } {
    return this.#transport ?? { name: "" };
  }

  /** Whether what is sent now goes to the transport at once. */
  get writable(): boolean {
    return !!this.#handler && this.#queue.size === 0 && this.#isFree();
  }

  /** Begins to connect. The handler hears nothing before this returns. */
  open(): void {
    if (this.#openNext()) return;
    const error = new TransportError("No transports available");
    this.#cancelTimer = this.#clock.after(0, () => this.#end("transport error", error));
  }

  /**
   * Ends the connection when its server was silent for too long. One timer, set again only when it comes, asks for it: a
   * ping costs no timer. Timers come late in a page that sleeps, so whoever wakes it asks, too.
   */
  check(): void {
    const left = this.#deadline - this.#clock.now();
    this.#cancelTimer?.();
    if (left > 0) this.#cancelTimer = this.#clock.after(left, () => this.check());
    else this.#end("ping timeout");
  }

  /** Sends in order. */
  send(outgoing: Outgoing): void {
    if (this.hasListeners("packetCreate")) {
      for (const data of [outgoing.data, ...outgoing.attachments]) {
        this.#tell("packetCreate", { type: "message", data });
      }
    }
    this.#send(outgoing);
    if (this.hasListeners("drain")) this.#clock.after(0, () => this.#drained());
  }

  /** Delivers what was sent, then ends the connection. Its manager reconnects, as after any other end. */
  close(): void {
    // A candidate that is about to take over must: the old transport takes no more. Any other is given up.
    if (!this.#paused) this.#dropCandidate();
    this.#end("forced close", undefined, this.id !== "");
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
        if (transport === this.#candidate) this.#receiveAnswer(type, data, transport);
        else this.#receive(type, data);
      },
      drained: () => {
        if (transport === this.#candidate) {
          transport.send(PROBE);
        } else {
          this.#flush();
          this.#drained();
        }
      },
      closed: (reason, description) => {
        if (transport === this.#candidate) this.#dropCandidate();
        else if (this.id || !this.#options.tryAllTransports || !this.#openNext())
          this.#end(reason, description);
      },
    });
    return transport;
  }

  /** Whether the transport takes what comes next. */
  #isFree(): boolean {
    return !!this.id && !this.#paused && this.#transport?.writable === true;
  }

  #send(outgoing: Outgoing): void {
    if (!this.#handler || outgoing.dropped) return;
    this.#queue.add(outgoing);
    this.#queuedBytes += outgoing.size + OVERHEAD;
    if (outgoing.held) outgoing.whenReleased(() => this.#flush());
    this.#flush();
    if (this.#queuedBytes > this.#options.maxQueuedBytes) {
      this.#end("transport error", new TransportError("maxQueuedBytes exceeded"));
    }
  }

  #receive(type: PacketType, data: string | Binary): void {
    const handler = this.#handler;
    if (!handler) return;
    if (!this.id && type === PacketType.OPEN) this.#receiveHandshake(data, handler);
    else {
      switch (this.id && type) {
        case PacketType.MESSAGE:
          this.#tellPacket("message", data);
          handler.message(data);
          break;
        case PacketType.PING:
          this.#deadline = this.#clock.now() + this.#patience;
          this.#send(PONG);
          this.#tellPacket("ping");
          handler.ping();
          this.#tell("ping");
          break;
        case PacketType.NOOP:
          break;
        case PacketType.CLOSE:
          this.#end("transport close", { description: "transport closed by the server" });
          break;
        // OPEN comes first, and once; PONG and UPGRADE are the client's to send (Engine.IO 4, "Protocol").
        default:
          this.#end("parse error");
      }
    }
  }

  #receiveHandshake(data: string | Binary, handler: EngineHandler): void {
    const handshake = parseHandshake(data);
    if (!handshake) {
      this.#end("parse error", new TransportError("The handshake is none of Engine.IO 4"));
      return;
    }
    this.id = handshake.sid;
    this.#patience = Math.min(handshake.pingInterval + handshake.pingTimeout, MAX_DELAY);
    this.#deadline = this.#clock.now() + this.#patience;
    this.check();
    this.#transport?.opened(handshake);
    handler.opened(handshake);
    this.#tell("open");
    this.#flush();
    // The handler may have closed it.
    if (this.#handler && this.#options.upgrade) this.#probe(handshake.upgrades);
  }

  /** Asks a better transport whether it works (Engine.IO 4, "Upgrade"). */
  #probe(upgrades: readonly unknown[]): void {
    const current = this.transport.name;
    const name = this.#options.transports.find((other) => other !== current && upgrades.includes(other));
    if (name) this.#candidate = this.#dial(name, this.id);
  }

  #receiveAnswer(type: PacketType, data: string | Binary, candidate: ClientTransport): void {
    if (type !== PacketType.PONG || data !== "probe" || this.#paused) {
      this.#dropCandidate();
      return;
    }
    const previous = this.#transport;
    this.#paused = true;
    previous?.pause(() => {
      if (this.#candidate !== candidate) return;
      this.#candidate = undefined;
      this.#transport = candidate;
      previous.close();
      candidate.send(UPGRADE);
      this.#paused = false;
      this.#flush();
      if (!this.#handler) return;
      this.#handler.upgraded();
      this.#tell("upgrade", candidate);
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
      if (!this.#isFree() || outgoing.held) break;
      this.#queue.delete(outgoing);
      this.#queuedBytes -= outgoing.size + OVERHEAD;
      if (!outgoing.dropped) this.#transport?.send(outgoing);
    }
    if (!this.#handler && !this.#paused && this.#queue.size === 0) this.#finish();
  }

  /** @param gracefully whether what waits is delivered. */
  #end(reason: SessionCloseReason, description?: unknown, gracefully = false): void {
    const handler = this.#handler;
    this.#handler = undefined;
    if (gracefully) this.#flush();
    else this.#finish();
    if (!handler) return;
    handler.closed(reason, description);
    this.#tell("close", reason, description);
  }

  #finish(): void {
    this.#cancelTimer?.();
    this.#candidate?.close();
    this.#candidate = undefined;
    this.#transport?.close();
    this.#queue.clear();
  }

  #drained(): void {
    if (this.writable) this.#tell("drain");
  }

  #tellPacket(type: EnginePacket["type"], data?: string | Binary): void {
    if (this.hasListeners("packet")) this.#tell("packet", { type, data });
  }

  #tell(event: keyof EngineEvents, ...args: unknown[]): void {
    call(() => this.dispatch(event, args), [], this.#clock);
  }
}
