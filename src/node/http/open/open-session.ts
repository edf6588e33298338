import type { Outgoing } from "../../../engine/outgoing.ts";
import type { SessionCloseReason, SessionObserver } from "../../../engine/session.ts";
import type { ClientMessage } from "../../../plain/message.ts";
import type { OpenClientSession, OpenHandler, Welcome } from "../../../server/open-client.ts";
import type { RoomGap } from "../../../server/recovery/past.ts";
import { PacketType } from "../../../socketio/packet.ts";
import { OpenForms } from "./open-forms.ts";
import { SendOrder } from "./send-order.ts";

/** What a server says besides events and acknowledgements. */
export type Notice = "open" | "close" | "gap";

/** What an {@link OpenTransport} tells its session. */
export interface OpenReceiver {
  /** The client said something. */
  receive(message: ClientMessage): void;
  /** The client reads again. */
  drained(): void;
  /** The connection is over; said once, and not after `close()`. */
  ended(reason: SessionCloseReason, description?: unknown): void;
}

/** One way in which a client without a library is connected: plain WebSocket, or a stream of events. */
export interface OpenTransport {
  readonly name: string;
  /** Whether the client reads as fast as it is sent to. */
  readonly writable: boolean;
  /** Bytes that may wait for the client to read, or behind a blob that is still read. */
  readonly maxQueued: number;
  receiver: OpenReceiver;
  /** Takes an event or an acknowledgement, in the form that it needs. */
  send(forms: OpenForms): void;
  /** Takes a notice. @param position what the client says when it comes back. */
  tell(notice: Notice, data: object, position?: string): void;
  /** Delivers what was taken, then ends. */
  close(): void;
}

const UNHEARD: OpenHandler = { message() {}, upgraded() {}, closed() {}, receive() {} };

/** A client without a library, as sockets and the application see its connection. */
export class OpenSession implements OpenClientSession, OpenReceiver {
  readonly id: string;
  readonly upgrading = false;
  readonly congested = false;
  handler: OpenHandler = UNHEARD;
  readonly #transport: OpenTransport;
  /** Forgotten when the client knows it. */
  #secret: string | undefined;
  #observer: SessionObserver | undefined = undefined;
  #order: SendOrder | undefined = undefined;
  #closed = false;

  /** @param secret of a stream: who knows it may emit in the client's name. */
  constructor(id: string, transport: OpenTransport, secret?: string) {
    this.id = id;
    this.#transport = transport;
    this.#secret = secret;
    transport.receiver = this;
  }

  welcome({ socket, rooms, position }: Welcome): void {
    const told = { id: this.id, socket, rooms, secret: this.#secret };
    this.#secret = undefined;
    this.#transport.tell("open", told, position);
  }

  miss(gaps: readonly RoomGap[], position: string | undefined): void {
    this.#transport.tell("gap", { rooms: gaps }, position);
  }

  get transportName(): string {
    return this.#transport.name;
  }

  get writable(): boolean {
    return !this.#closed && this.#transport.writable;
  }

  get closed(): boolean {
    return this.#closed;
  }

  observe(observer: SessionObserver): void {
    this.#observer = observer;
  }

  send(outgoing: Outgoing): void {
    if (this.#closed) return;
    if (this.#order === undefined && !outgoing.held) {
      this.#deliver(outgoing);
      return;
    }
    this.#order ??= new SendOrder((next) => this.#deliver(next));
    this.#order.push(outgoing);
    const { maxQueued } = this.#transport;
    if (this.#order.size <= maxQueued) return;
    this.#order.clear();
    this.#transport.close();
    this.ended("transport error", `more than ${maxQueued} bytes wait behind a blob`);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#transport.close();
    this.handler.closed("forced close");
  }

  receive(message: ClientMessage): void {
    if (!this.#closed) this.handler.receive(message);
  }

  drained(): void {
    this.#observer?.drained();
  }

  ended(reason: SessionCloseReason, description?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.handler.closed(reason, description);
  }

  #deliver(outgoing: Outgoing): void {
    if (this.#closed) return;
    const forms = OpenForms.of(outgoing);
    const { type } = forms.packet;
    // The client was welcomed.
    if (type === PacketType.CONNECT) return;
    if (type === PacketType.DISCONNECT) {
      this.#transport.tell("close", { reason: "server namespace disconnect" });
    } else {
      this.#transport.send(forms);
    }
    this.#observer?.sent(outgoing);
  }
}
