import type { Binary } from "../binary.ts";
import type { Outgoing } from "./outgoing.ts";
import type { PacketType } from "./packet.ts";
import type { SessionObserver } from "./session.ts";
import type { ServerTransport, TransportCloseReason, TransportReceiver } from "./transport.ts";

/**
 * A transport that tells an observer of each packet. It stands in the place of the transport itself, so that a
 * session that nobody observes, which is nearly all of them, asks nobody.
 */
export class ObservedTransport implements ServerTransport, TransportReceiver {
  receiver: TransportReceiver;
  readonly #transport: ServerTransport;
  readonly #observer: SessionObserver;

  constructor(transport: ServerTransport, observer: SessionObserver) {
    this.#transport = transport;
    this.#observer = observer;
    this.receiver = transport.receiver;
    transport.receiver = this;
  }

  get name(): string {
    return this.#transport.name;
  }

  get writable(): boolean {
    return this.#transport.writable;
  }

  get mayClose(): boolean {
    return this.#transport.mayClose;
  }

  get queued(): number {
    return this.#transport.queued;
  }

  get resting(): boolean {
    return this.#transport.resting;
  }

  send(outgoing: Outgoing): void {
    this.#transport.send(outgoing);
    this.#observer.sent(outgoing);
  }

  close(): void {
    this.#transport.close();
  }

  shed(): void {
    this.#transport.shed();
  }

  packet(type: PacketType, data: string | Binary): void {
    this.#observer.received(type, data);
    this.receiver.packet(type, data);
  }

  drained(): void {
    this.receiver.drained();
    this.#observer.drained();
  }

  filled(): void {
    this.receiver.filled?.();
  }

  closed(reason: TransportCloseReason, description?: unknown): void {
    this.receiver.closed(reason, description);
  }
}
