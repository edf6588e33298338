import type { Outgoing } from "../../../engine/outgoing.ts";
import type { ObservableSession, SessionCloseReason, SessionObserver } from "../../../engine/session.ts";
import type { ClientMessage } from "../../../plain/message.ts";
import type { OpenHandler } from "../../../server/open-client.ts";
import { PacketType } from "../../../socketio/packet.ts";
import { OpenForms } from "./open-forms.ts";
import { SendOrder } from "./send-order.ts";

/** What a server says besides events and acknowledgements. */
export type Notice = "open" | "close" | "gap";

/** What a client is told when it opens. */
export interface Welcome {
  /** What it was granted. */
  readonly rooms: readonly string[];
  /** Of a stream: whoever knows it may emit in its name. */
  readonly secret: string | undefined;
}

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
  receiver: OpenReceiver;
  /** Takes an event or an acknowledgement, in the form that it needs. */
  send(forms: OpenForms): void;
  /** Takes a notice. */
  tell(notice: Notice, data: object): void;
  /** Delivers what was taken, then ends. */
  close(): void;
}

const UNHEARD: OpenHandler = { message() {}, upgraded() {}, closed() {}, receive() {} };

/** A client without a library, as sockets and the application see its connection. */
export class OpenSession implements ObservableSession, OpenReceiver {
  readonly id: string;
  readonly upgrading = false;
  handler: OpenHandler = UNHEARD;
  /** What the client is told when it opens, besides its ids. */
  welcome: Welcome | undefined = undefined;
  readonly #transport: OpenTransport;
  #observer: SessionObserver | undefined = undefined;
  #order: SendOrder | undefined = undefined;
  #closed = false;

  constructor(id: string, transport: OpenTransport) {
    this.id = id;
    this.#transport = transport;
    transport.receiver = this;
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
    const { type, json } = forms.packet;
    if (type === PacketType.CONNECT) {
      this.#transport.tell("open", { id: this.id, socket: JSON.parse(json).sid, ...this.welcome });
      this.welcome = undefined;
    } else if (type === PacketType.DISCONNECT) {
      this.#transport.tell("close", { reason: "server namespace disconnect" });
    } else {
      this.#transport.send(forms);
    }
    this.#observer?.sent(outgoing);
  }
}
