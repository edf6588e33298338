import type { Binary } from "../binary.ts";
import type { Backlogged, Backlogs, ShedCause } from "./backlog.ts";
import { ObservedTransport } from "./observed-transport.ts";
import { Outgoing } from "./outgoing.ts";
import { OutgoingQueue } from "./outgoing-queue.ts";
import { PacketType } from "./packet.ts";
import { ServerUpgrade } from "./server-upgrade.ts";
import type { ObservableSession, SessionCloseReason, SessionHandler, SessionObserver } from "./session.ts";
import type { ServerTransport, TransportCloseReason, TransportReceiver } from "./transport.ts";

/** The times and bounds of a session; all times are in milliseconds, all sizes in bytes. */
export interface ServerSessionOptions {
  /** From one ping to the next. */
  readonly pingInterval: number;
  /** From a ping to the moment when the peer counts as gone, unless its pong comes. */
  readonly pingTimeout: number;
  /** From the opening of a candidate transport to the moment when it is given up. */
  readonly upgradeTimeout: number;
  /** The largest payload that the peer may send, told to it on opening. */
  readonly maxPayload: number;
  /** The most that may wait for a peer that does not read; above it the session ends. */
  readonly maxQueued: number;
  /** Who watches over what waits for all sessions, if anybody does. */
  readonly backlogs?: Backlogs;
  /** Bytes from which on the session is {@link ServerSession.congested}; absent for never. */
  readonly congestedFrom?: number;
}

// Each of these is encoded once per wire form, for all sessions.
const PING = new Outgoing(PacketType.PING);
const NOOP = new Outgoing(PacketType.NOOP);
const CLOSE = new Outgoing(PacketType.CLOSE);

/**
 * `closing` is the time between `close()` and the moment when the transport took what had been sent: with polling,
 * until the next poll. The handler hears nothing from it any more.
 */
type State = "open" | "closing" | "closed";
/** Whether the peer keeps up with what is sent to it. */
type Pace = "even" | "behind" | "congested";
type Action = "deliver" | "pong" | "end" | "fail" | "ignore";

/**
 * What a packet of the peer does, by state and type. Heartbeats of Engine.IO 4 go from server to client, and an
 * upgrade is announced on its candidate: here both are faults.
 */
const ACTIONS: Readonly<Record<State, readonly [Action, Action, Action, Action, Action, Action, Action]>> = {
  //         OPEN      CLOSE     PING      PONG      MESSAGE    UPGRADE   NOOP
  open: ["fail", "end", "fail", "pong", "deliver", "fail", "fail"],
  closing: ["fail", "end", "fail", "pong", "ignore", "fail", "fail"],
  closed: ["ignore", "ignore", "ignore", "ignore", "ignore", "ignore", "ignore"],
};

const UNHEARD: SessionHandler = { message() {}, upgraded() {}, closed() {} };
function unheard(): void {}

/**
 * The server's side of one Engine.IO 4 session: opening, heartbeat, the queue of what the transport does not take
 * yet, the move to a better transport, and the end. It has no clock and no timers: whoever owns it calls `tick`
 * at each `deadline`, and `tick` of the upgrade that {@link upgrade} gives.
 */
export class ServerSession implements ObservableSession, Backlogged {
  // First what a broadcast asks, in one line of the CPU's cache: of many sessions, none is there yet.
  /** Made when something has to wait for the first time. */
  #queue: OutgoingQueue | undefined = undefined;
  #transport: ServerTransport;
  #state: State = "open";
  /** Those who watch over the backlogs know of a session that is not `even`. */
  #pace: Pace = "even";
  readonly id: string;
  handler: SessionHandler = UNHEARD;
  /** Called once when no request for this session is awaited any more; that may be after `handler.closed`. */
  released: (session: ServerSession) => void = unheard;

  /** One object, where closures would cost each idle session 200 bytes more. */
  static readonly #Receiver = class implements TransportReceiver {
    readonly #session: ServerSession;

    constructor(session: ServerSession) {
      this.#session = session;
    }

    packet(type: PacketType, data: string | Binary): void {
      this.#session.#receivePacket(type, data);
    }

    drained(): void {
      this.#session.#transportDrained();
    }

    filled(): void {
      this.#session.#noteBacklog();
    }

    closed(reason: TransportCloseReason, description?: unknown): void {
      this.#session.#transportClosed(reason, description);
    }
  };

  readonly #receiver = new ServerSession.#Receiver(this);
  readonly #options: ServerSessionOptions;
  #upgrade: ServerUpgrade | undefined;
  #observer: SessionObserver | undefined;
  #upgrades: readonly string[];

  // Whole milliseconds: fractions would be an object each.
  #pinged: number;
  #awaitingPong = false;
  #deadline: number;

  /**
   * Opens the session: tells the peer its id, the heartbeat, and the transports that it may move to.
   * @param upgrades names of the transports that {@link upgrade} takes.
   * @param offersMore whether the peer is told that more is spoken here than Socket.IO (docs/protocol.md).
   */
  constructor(
    id: string,
    transport: ServerTransport,
    upgrades: readonly string[],
    options: ServerSessionOptions,
    now: number,
    offersMore = false,
  ) {
    this.id = id;
    this.#transport = transport;
    this.#upgrades = upgrades;
    this.#options = options;
    this.#pinged = Math.ceil(now);
    this.#deadline = this.#pinged + options.pingInterval;
    transport.receiver = this.#receiver;
    this.#send(openingOf(id, upgrades, options, offersMore));
  }

  get transportName(): string {
    return this.#transport.name;
  }

  get writable(): boolean {
    return this.#state === "open" && this.#hasEmptyQueue && this.#transport.writable;
  }

  get closed(): boolean {
    return this.#state !== "open";
  }

  get congested(): boolean {
    return this.#pace === "congested";
  }

  get backlog(): number {
    return (this.#queue?.size ?? 0) + this.#transport.queued;
  }

  get #hasEmptyQueue(): boolean {
    return this.#queue === undefined || this.#queue.empty;
  }

  get upgrading(): boolean {
    return this.#upgrade !== undefined;
  }

  observe(observer: SessionObserver): void {
    this.#observer = observer;
    this.#transport = new ObservedTransport(this.#transport, observer);
  }

  /** When `tick` is wanted. It never moves to an earlier time. */
  get deadline(): number {
    return this.#deadline;
  }

  send(outgoing: Outgoing): void {
    if (this.#state === "open") this.#send(outgoing);
  }

  close(): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    // Otherwise at the next drain. An upgrade goes on meanwhile: a peer that is half-way over polls no more. And so
    // does the heartbeat, which ends the wait for a peer that is gone.
    this.#finish();
    this.handler.closed("forced close");
  }

  /** Ends the session at once: what waits in the queue is dropped. */
  discard(reason: SessionCloseReason, description?: unknown): void {
    if (this.#state === "closed") return;
    if (this.#transport.writable) this.#transport.send(CLOSE);
    this.#end(reason, description);
  }

  /** Ends the session at once because its peer does not read: also what the transport has accepted is lost. */
  shed(cause: ShedCause, sentence: string): void {
    if (this.#state === "closed") return;
    const told = this.closed;
    this.#options.backlogs?.ended(cause);
    this.#release();
    this.#transport.shed();
    if (!told) this.handler.closed("transport error", sentence);
  }

  /** Sends a ping when it is time, and ends the session when the last one was not answered in time. */
  tick(now: number): void {
    const { pingInterval, pingTimeout } = this.#options;
    if (this.#state === "closed" || now < this.#deadline) return;
    if (!this.#awaitingPong) {
      this.#awaitingPong = true;
      this.#pinged = Math.ceil(now);
      this.#send(PING);
    } else if (now >= this.#pinged + pingTimeout) {
      if (!this.#transport.resting) {
        this.discard("ping timeout");
        return;
      }
      // The pong may be there, and is not read yet. The peer misses no ping meanwhile.
      this.#pinged = Math.ceil(now);
      this.#send(PING);
    }
    // Not later than the next ping would be due, because the pong may come meanwhile.
    this.#deadline = Math.min(this.#pinged + pingTimeout, Math.ceil(now) + pingInterval);
  }

  /** Whether a transport named `name` may be offered to {@link upgrade} now. */
  mayUpgradeTo(name: string): boolean {
    return this.#state === "open" && this.#upgrade === undefined && this.#upgrades.includes(name);
  }

  /**
   * Takes `candidate` for the peer to probe and to move over to. One at a time; `undefined` when it is refused,
   * and then the candidate is closed.
   */
  upgrade(candidate: ServerTransport, now: number): ServerUpgrade | undefined {
    if (!this.mayUpgradeTo(candidate.name)) {
      candidate.close();
      return undefined;
    }
    this.#upgrade = new ServerUpgrade(candidate, now, this.#options.upgradeTimeout, {
      release: () => {
        // The peer ends its pending poll before it moves over; this is what ends it.
        if (this.#transport.writable) this.#transport.send(NOOP);
      },
      completed: () => this.#moveTo(candidate),
      abandoned: () => {
        this.#upgrade = undefined;
      },
    });
    this.#observer?.upgrading(candidate.name);
    return this.#upgrade;
  }

  #receivePacket(type: PacketType, data: string | Binary): void {
    switch (ACTIONS[this.#state][type]) {
      case "deliver":
        this.handler.message(data);
        break;
      case "pong":
        this.#receivePong();
        break;
      case "end":
        // Nobody is told what it has said itself.
        this.#end("transport close", undefined);
        break;
      case "fail":
        this.discard("parse error", `packet type ${type} is not for a client to send`);
        break;
      case "ignore":
        break;
    }
  }

  #end(reason: SessionCloseReason, description: unknown): void {
    const told = this.closed;
    this.#release();
    this.#transport.close();
    if (!told) this.handler.closed(reason, description);
  }

  #receivePong(): void {
    this.#awaitingPong = false;
    this.#deadline = Math.max(this.#deadline, this.#pinged + this.#options.pingInterval);
  }

  #transportDrained(): void {
    if (!this.#flush()) this.#upgrade?.polled();
  }

  #transportClosed(reason: TransportCloseReason, description: unknown): void {
    const told = this.closed;
    this.#release();
    if (!told) this.handler.closed(reason, description);
  }

  #send(outgoing: Outgoing): void {
    if (this.#hasEmptyQueue && this.#transport.writable && !outgoing.held) {
      this.#transport.send(outgoing);
      return;
    }
    this.#queue ??= new OutgoingQueue(this.#options.backlogs);
    this.#queue.push(outgoing);
    outgoing.waiting?.push(() => this.#flush());
    // A peer that never reads while others broadcast to it.
    if (this.#queue.size > this.#options.maxQueued) {
      this.shed("slow", `more than ${this.#options.maxQueued} bytes wait for the peer to read`);
    } else {
      this.#noteBacklog();
    }
  }

  #noteBacklog(): void {
    const { backlogs, congestedFrom = Number.POSITIVE_INFINITY } = this.#options;
    if (backlogs === undefined || this.#state === "closed") return;
    const { backlog } = this;
    this.#pace = backlog > congestedFrom ? "congested" : backlog > 0 ? "behind" : "even";
    backlogs.hold(this, backlog, this.#transport.queued);
  }

  /** Says whether anything was sent. */
  #flush(): boolean {
    let flushed = false;
    while (this.#transport.writable) {
      const outgoing = this.#queue?.shift();
      if (outgoing === undefined) break;
      this.#transport.send(outgoing);
      flushed = true;
    }
    if (this.#pace !== "even") this.#noteBacklog();
    if (this.#state === "closing") this.#finish();
    return flushed;
  }

  /** Ends a session that closes, once the transport took everything and CLOSE may follow. */
  #finish(): void {
    if (!this.#hasEmptyQueue || !this.#transport.writable || !this.#transport.mayClose) return;
    this.#transport.send(CLOSE);
    this.#release();
    this.#transport.close();
  }

  #moveTo(candidate: ServerTransport): void {
    const old = this.#transport;
    this.#upgrade = undefined;
    this.#upgrades = [];
    candidate.receiver = this.#receiver;
    this.#transport =
      this.#observer === undefined ? candidate : new ObservedTransport(candidate, this.#observer);
    old.close();
    this.#flush();
    if (this.#state === "open") this.handler.upgraded();
  }

  #release(): void {
    this.#state = "closed";
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#queue?.clear();
    if (this.#pace !== "even") this.#options.backlogs?.hold(this, 0, 0);
    this.#pace = "even";
    this.#upgrade?.abandon();
    this.released(this);
  }
}

/** The ids that the server makes: each of them is its own JSON. */
const PLAIN_ID = /^[\w-]+$/;

/** The OPEN packet, with what `JSON.stringify` would give, in a fraction of its time. */
function openingOf(
  id: string,
  upgrades: readonly string[],
  { pingInterval, pingTimeout, maxPayload }: ServerSessionOptions,
  offersMore: boolean,
): Outgoing {
  const isPlain = PLAIN_ID.test(id);
  const sid = isPlain ? `"${id}"` : JSON.stringify(id);
  const names = upgrades.length === 0 ? "[]" : JSON.stringify(upgrades);
  const more = offersMore ? ',"baro":1' : "";
  const opening = new Outgoing(
    PacketType.OPEN,
    `{"sid":${sid},"upgrades":${names},"pingInterval":${pingInterval},"pingTimeout":${pingTimeout},"maxPayload":${maxPayload}${more}}`,
  );
  opening.isForOne = true;
  opening.isAscii = isPlain;
  return opening;
}
