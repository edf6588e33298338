import type { Binary } from "../binary.ts";
import type { Clock } from "../clock.ts";
import type { Entry, EventKey } from "../emitter.ts";
import { Outgoing } from "../engine/outgoing.ts";
import { PacketType } from "../engine/packet.ts";
import type { ObservableSession } from "../engine/session.ts";
import { NodeEmitter } from "./node-emitter.ts";
import type { IncomingMessage } from "./request.ts";

/** A packet of Engine.IO, as listeners see it. */
export interface EnginePacket {
  readonly type: "open" | "close" | "ping" | "pong" | "message" | "upgrade" | "noop";
  readonly data?: string | Binary;
}

/** A transport, as listeners see it. */
export interface TransportView {
  readonly name: string;
}

/** What the connection under a socket tells. */
export interface EngineSocketEvents {
  /** A packet of the client came. */
  packet: (packet: EnginePacket) => void;
  /** A packet is sent to the client. */
  packetCreate: (packet: EnginePacket) => void;
  /** A message of the client came. */
  message: (data: string | Binary) => void;
  /** The same as `message`. */
  data: (data: string | Binary) => void;
  /** The client answered a ping. */
  heartbeat: () => void;
  /** Everything that was sent has been taken by the transport. */
  drain: () => void;
  /** The client tries a better transport. */
  upgrading: (transport: TransportView) => void;
  /** The connection moved to a better transport. */
  upgrade: (transport: TransportView) => void;
  /** The connection is over. */
  close: (reason: string, description?: unknown) => void;
}

const TYPES = ["open", "close", "ping", "pong", "message", "upgrade", "noop"] as const;
/** Told by the client; all others need an observer. */
const UNOBSERVED: ReadonlySet<EventKey> = new Set(["upgrade", "close"]);

/** The connection under the sockets of one client: `socket.conn`. */
export class EngineSocket extends NodeEmitter<EngineSocketEvents> {
  /** The first request of the client. */
  readonly request: IncomingMessage;
  /** The address of the client, or of the proxy before it. */
  readonly remoteAddress: string;
  /** The revision of Engine.IO. */
  readonly protocol = 4;
  readonly #session: ObservableSession;
  readonly #clock: Clock;
  #observes = false;
  #drains = false;

  /** @internal */
  constructor(session: ObservableSession, request: IncomingMessage, remoteAddress: string, clock: Clock) {
    super();
    this.#session = session;
    this.#clock = clock;
    this.request = request;
    this.remoteAddress = remoteAddress;
  }

  /** The id of the session, which is not the id of any socket. Whoever knows it can read and write the session. */
  get id(): string {
    return this.#session.id;
  }

  /** The transport as of now. */
  get transport(): TransportView & { readonly writable: boolean } {
    return { name: this.#session.transportName, writable: this.#session.writable };
  }

  get readyState(): "open" | "closed" {
    return this.#session.closed ? "closed" : "open";
  }

  /** Whether the client is about to move to a better transport. */
  get upgrading(): boolean {
    return this.#session.upgrading;
  }

  /** Whether it has moved. */
  get upgraded(): boolean {
    // Seen from where it began: most connections have no object like this one when they move.
    return !this.request.url?.includes(`transport=${this.#session.transportName}`);
  }

  /** Sends a message of Engine.IO, past Socket.IO: for clients that expect it. */
  send(data: string | Binary, { compress = true }: { compress?: boolean } = {}): this {
    const outgoing = new Outgoing(PacketType.MESSAGE, data);
    outgoing.compress = compress;
    this.#session.send(outgoing);
    return this;
  }

  /** The same as {@link send}. */
  write(data: string | Binary, options?: { compress?: boolean }): this {
    return this.send(data, options);
  }

  /** Ends the connection: its sockets disconnect with the reason "forced close". */
  close(): void {
    this.#session.close();
  }

  /** @internal Called by the client. */
  movedOn(): void {
    this.dispatch("upgrade", [this.transport]);
  }

  /** @internal Called by the client. */
  closed(reason: string, description: unknown): void {
    this.dispatch("close", [reason, description]);
  }

  /** Nobody looks at packets until somebody wants to hear of them. */
  protected override keep(event: EventKey, entry: Entry, first?: boolean): this {
    if (!UNOBSERVED.has(event)) this.#observe();
    return super.keep(event, entry, first);
  }

  #observe(): void {
    if (this.#observes) return;
    this.#observes = true;
    this.#session.observe({
      received: (type, data) => this.#received(type, data),
      sent: (outgoing) => this.#sent(outgoing),
      drained: () => this.#drainLater(),
      upgrading: (name) => this.dispatch("upgrading", [{ name }]),
    });
  }

  #received(type: PacketType, data: string | Binary): void {
    this.dispatch("packet", [toPacket(type, data)]);
    if (type === PacketType.PONG) this.dispatch("heartbeat", []);
    if (type !== PacketType.MESSAGE) return;
    this.dispatch("data", [data]);
    this.dispatch("message", [data]);
  }

  #sent({ type, data, attachments }: Outgoing): void {
    this.dispatch("packetCreate", [toPacket(type, data)]);
    for (const attachment of attachments) {
      this.dispatch("packetCreate", [toPacket(PacketType.MESSAGE, attachment)]);
    }
    this.#drainLater();
  }

  /** Once for what is sent in one turn, and not before the call that sends it has returned. */
  #drainLater(): void {
    if (this.#drains) return;
    this.#drains = true;
    this.#clock.after(0, () => {
      this.#drains = false;
      this.dispatch("drain", []);
    });
  }
}

function toPacket(type: PacketType, data: string | Binary): EnginePacket {
  return data === "" ? { type: TYPES[type] } : { type: TYPES[type], data };
}
