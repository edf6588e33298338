import type { Binary } from "../binary.ts";
import type { Cancel, Clock } from "../clock.ts";
import { Emitter } from "../emitter.ts";
import { type ClientOutgoing, createOutgoing } from "../engine/client-outgoing.ts";
import { type ClientTransport, type CreateTransport, transportError } from "../engine/client-transport.ts";
import { type Handshake, parseHandshake } from "../engine/handshake.ts";
import { PacketType } from "../engine/packet.ts";
import type { SessionCloseReason } from "../engine/session.ts";
import { type Callback, call } from "../report.ts";

/** What an engine sends and receives. */
export interface EnginePacket {
  readonly type: "message" | "ping";
  readonly data: string | Binary | undefined;
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

/** What the manager that made an engine is told, each before any listener hears of it. */
export type EngineHandler = Pick<EngineEvents, "upgrade" | "ping" | "close"> & {
  /** A message of the server: text, or one binary message. */
  message(data: string | Binary): void;
  open(handshake: Handshake): void;
};

/** How an engine connects. */
export interface ConnectOptions {
  /** Names of transports, the first one to begin with. */
  readonly transports: readonly [string, ...string[]];
  /** Whether to move to a better transport that the server offers. */
  readonly upgrade: boolean;
  /** Bytes that may wait while the transport takes none. Over it the connection ends: a peer that never reads must not fill the memory. */
  readonly maxQueuedBytes: number;
}

/** One low-level connection, as programs look at it: `socket.io.engine.transport.name`. Each attempt has a new one. */
export interface Engine extends Emitter<EngineEvents> {
  /** The session's id; empty until it is open. */
  readonly id: string;
  /** What carries the connection now: its name is `"polling"` or `"websocket"`. */
  readonly transport: { readonly name: string };
  /** Whether what is sent now goes to the transport at once. */
  readonly writable: boolean;
  /**
   * Ends an open connection whose server was silent for too long. One timer, set again only when it comes, asks for it: a
   * ping costs no timer. Timers come late in a page that sleeps, so whoever wakes it asks, too.
   */
  check(): void;
  /** Sends in order, across an upgrade too. Ignored once it is closed. */
  send(outgoing: ClientOutgoing): void;
  /** Delivers what was sent, then ends. Its manager reconnects, as after any other end. */
  close(): void;
}

/** What one waiting message costs beside its data: a flood of empty ones must not count as nothing. */
const OVERHEAD = 64;

/** The longest that the timers of JavaScript can wait: a server's greater intervals would come at once. */
const MAX_DELAY = 2 ** 31 - 1;

/**
 * Connects: makes the client's side of one Engine.IO 4 session, with its handshake, its heartbeat, and the upgrade from one
 * transport to a better one without a message lost or out of order. `handler` hears nothing before this returns.
 */
export function createEngine(
  handler: EngineHandler,
  create: CreateTransport,
  { transports, upgrade, maxQueuedBytes }: ConnectOptions,
  clock: Clock,
): Engine {
  // A set: it keeps the order, takes from the front at no cost, and bears to be added to while it is walked.
  const queue = new Set<ClientOutgoing>();
  let queuedBytes = 0;
  let id = "";
  /** Whether the end was told. What was sent before may still have to be delivered. */
  let isClosed = false;
  /** The better transport, until it takes over. */
  let candidate: ClientTransport | undefined;
  /** Whether everything waits for the candidate to take over. */
  let isPaused = false;
  /** How long the server may be silent, and until when it may be now. */
  let patience = 0;
  let deadline = 0;
  let cancelTimer: Cancel | undefined;
  let transport = dial(transports[0]);

  const engine = new (class extends Emitter<EngineEvents> {
    get id(): string {
      return id;
    }

    get transport(): { readonly name: string } {
      return transport;
    }

    get writable(): boolean {
      return isReady() && !isClosed && queue.size === 0;
    }

    check(): void {
      const left = deadline - clock.now();
      cancelTimer?.();
      if (left > 0) cancelTimer = clock.after(left, () => this.check());
      else end("ping timeout");
    }

    send(outgoing: ClientOutgoing): void {
      for (const data of outgoing.parts) tellMessage("packetCreate", data);
      enqueue(outgoing);
      if (this.hasListeners("drain")) clock.after(0, tellDrained);
    }

    close(): void {
      if (isClosed) return;
      // A candidate that is about to take over must: the old transport takes no more. Any other is given up.
      if (!isPaused) dropCandidate();
      isClosed = true;
      if (!id) queue.clear();
      flush();
      this.tell("close", "forced close");
    }

    /** Tells the manager, where it is to hear of it, and then the listeners. */
    tell(event: keyof EngineEvents, ...args: unknown[]): void {
      (handler as Partial<Record<string, Callback>>)[event]?.(...args);
      call(clock, () => this.dispatch(event, args));
    }
  })();

  function tellMessage(event: "packet" | "packetCreate", data: string | Binary): void {
    if (engine.hasListeners(event)) engine.tell(event, { type: "message", data });
  }

  function tellDrained(): void {
    if (engine.writable) engine.tell("drain");
  }

  function isReady(): boolean {
    return id !== "" && !isPaused && transport.writable;
  }

  function enqueue(outgoing: ClientOutgoing): void {
    if (isClosed) return;
    queue.add(outgoing);
    queuedBytes += outgoing.bytes + OVERHEAD;
    outgoing.waiting?.push(flush);
    flush();
    if (queuedBytes > maxQueuedBytes) end("transport error", transportError("maxQueuedBytes exceeded"));
  }

  function flush(): void {
    for (const outgoing of queue) {
      if (!isReady() || outgoing.waiting) break;
      queue.delete(outgoing);
      queuedBytes -= outgoing.bytes + OVERHEAD;
      if (!outgoing.dropped) transport.send(outgoing);
    }
    if (isClosed && !isPaused && queue.size === 0) finish();
  }

  function dial(name: string): ClientTransport {
    const dialled = create(name, id);
    dialled.open({
      packet(type, data) {
        if (dialled !== candidate) receive(type, data);
        else if (type === PacketType.PONG && data === "probe" && !isPaused) moveTo(dialled);
        else dropCandidate();
      },
      drained() {
        if (dialled === candidate) {
          dialled.send(createOutgoing(PacketType.PING, ["probe"]));
        } else {
          flush();
          tellDrained();
        }
      },
      closed(reason, description) {
        if (dialled === candidate) dropCandidate();
        else end(reason, description);
      },
    });
    return dialled;
  }

  function receive(type: PacketType, data: string | Binary): void {
    if (isClosed) return;
    if (!id) {
      receiveHandshake(type === PacketType.OPEN && parseHandshake(data));
    } else if (type === PacketType.MESSAGE) {
      tellMessage("packet", data);
      handler.message(data);
    } else if (type === PacketType.PING) {
      deadline = clock.now() + patience;
      enqueue(createOutgoing(PacketType.PONG));
      engine.tell("packet", { type: "ping", data: undefined });
      engine.tell("ping");
    } else if (type === PacketType.CLOSE) {
      end("transport close", { description: "transport closed by the server" });
    } else if (type !== PacketType.NOOP) {
      // OPEN once only; PONG and UPGRADE are the client's to send (Engine.IO 4, "Protocol").
      end("parse error");
    }
  }

  function receiveHandshake(handshake: Handshake | false | undefined): void {
    if (!handshake) {
      end("parse error", transportError("no handshake"));
      return;
    }
    id = handshake.sid;
    patience = Math.min(handshake.pingInterval + handshake.pingTimeout, MAX_DELAY);
    deadline = clock.now() + patience;
    engine.check();
    transport.opened(handshake);
    engine.tell("open", handshake);
    // The manager or a listener may have closed it.
    if (isClosed) return;
    flush();
    // Asks a better transport whether it works (Engine.IO 4, "Upgrade").
    const better = transports.find((name) => name !== transport.name && handshake.upgrades.includes(name));
    if (upgrade && better) candidate = dial(better);
  }

  function moveTo(next: ClientTransport): void {
    isPaused = true;
    transport.pause(() => {
      transport.close();
      transport = next;
      candidate = undefined;
      next.send(createOutgoing(PacketType.UPGRADE));
      isPaused = false;
      flush();
      if (!isClosed) engine.tell("upgrade", engine.transport);
    });
  }

  function dropCandidate(): void {
    candidate?.close();
    candidate = undefined;
    if (!isPaused) return;
    isPaused = false;
    transport.resume();
    flush();
  }

  function end(reason: SessionCloseReason, description?: unknown): void {
    finish();
    if (isClosed) return;
    isClosed = true;
    engine.tell("close", reason, description);
  }

  function finish(): void {
    cancelTimer?.();
    candidate?.close();
    transport.close();
    queue.clear();
  }

  return engine;
}
