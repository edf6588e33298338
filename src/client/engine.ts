import type { Binary } from "../binary.ts";
import type { Clock } from "../clock.ts";
import { Emitter } from "../emitter.ts";
import {
  ClientSession,
  type ClientSessionHandler,
  type ClientSessionOptions,
} from "../engine/client-session.ts";
import type { CreateTransport } from "../engine/client-transport.ts";
import type { Outgoing } from "../engine/outgoing.ts";
import type { SessionCloseReason } from "../engine/session.ts";
import { call } from "../report.ts";

/** What an engine sends and receives. */
export interface EnginePacket {
  readonly type: "message" | "ping";
  readonly data: string | Binary | undefined;
}

/** What is told of an engine to the manager that made it. */
export type EngineHandler = Omit<ClientSessionHandler, "drained">;

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

/** One low-level connection, as programs look at it: `socket.io.engine.transport.name`. Each attempt has a new one. */
export class Engine extends Emitter<EngineEvents> {
  readonly #session: ClientSession;
  readonly #clock: Clock;

  constructor(handler: EngineHandler, create: CreateTransport, options: ClientSessionOptions, clock: Clock) {
    super();
    this.#clock = clock;
    const relay: ClientSessionHandler = {
      message: (data) => {
        this.#received("message", data);
        handler.message(data);
      },
      drained: () => this.#drained(),
      // As with Socket.IO, the manager is the first to hear of it.
      opened: (handshake) => {
        handler.opened(handshake);
        this.#tell("open");
      },
      upgraded: () => {
        handler.upgraded();
        this.#tell("upgrade", this.transport);
      },
      ping: () => {
        this.#received("ping");
        handler.ping();
        this.#tell("ping");
      },
      closed: (reason, description) => {
        handler.closed(reason, description);
        this.#tell("close", reason, description);
      },
    };
    this.#session = new ClientSession(relay, create, options, clock);
  }

  /** The session's id; empty until it is open. */
  get id(): string {
    return this.#session.id;
  }

  /** What carries the connection now: its name is `"polling"` or `"websocket"`. */
  get transport(): { readonly name: string } {
    return { name: this.#session.transportName };
  }

  /** Whether what is sent now goes to the transport at once. */
  get writable(): boolean {
    return this.#session.writable;
  }

  /** Begins to connect. */
  open(): void {
    this.#session.open();
  }

  /** Ends the connection when its server was silent for too long, however late timers come. */
  check(): void {
    this.#session.check();
  }

  /** Sends in order. */
  send(outgoing: Outgoing): void {
    if (this.hasListeners("packetCreate")) {
      for (const data of [outgoing.data, ...outgoing.attachments]) {
        this.#tell("packetCreate", { type: "message", data });
      }
    }
    this.#session.send(outgoing);
    if (this.hasListeners("drain")) this.#clock.after(0, () => this.#drained());
  }

  /** Ends the connection. Its manager reconnects, as after any other end. */
  close(): void {
    this.#session.close();
  }

  #drained(): void {
    if (this.writable) this.#tell("drain");
  }

  #received(type: EnginePacket["type"], data?: string | Binary): void {
    if (this.hasListeners("packet")) this.#tell("packet", { type, data });
  }

  #tell(event: keyof EngineEvents, ...args: unknown[]): void {
    call(() => this.dispatch(event, args), [], this.#clock);
  }
}
