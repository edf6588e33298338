import type { Binary } from "../binary.ts";
import type { Outgoing } from "./outgoing.ts";
import type { PacketType } from "./packet.ts";

/** Why a transport ended, in the words that Socket.IO documents for `disconnect`. */
export type TransportCloseReason = "transport close" | "transport error" | "parse error";

/** What a transport tells the session above it. */
export interface TransportReceiver {
  /** A packet arrived. */
  packet(type: PacketType, data: string | Binary): void;
  /** `writable` became true. */
  drained(): void;
  /** `writable` is false because the peer reads too slowly. Said in a flush: nothing may be ended now. */
  filled?(): void;
  /** The transport ended, by the peer or by a fault; said once, and not after `close()`. */
  closed(reason: TransportCloseReason, description?: unknown): void;
}

/** A {@link Transport} on the server's side. */
export interface ServerTransport extends Transport {
  /**
   * Whether CLOSE may be sent now. It may not share a payload with messages: clients handle the end of the session
   * before the messages that stand in front of it, and take a farewell for a broken connection.
   */
  readonly mayClose: boolean;
  /** Bytes that were accepted and wait because the peer reads too slowly. */
  readonly queued: number;
  /** Whether it is us who do not read, because the peer has sent more than it may: its pong waits, too. */
  readonly resting: boolean;
  /** Ends because of that: what was accepted may be lost. The receiver hears no more. */
  shed(): void;
}

/**
 * One way of carrying packets: WebSocket, long-polling, SSE. Nobody above asks which it is.
 * An implementation belongs to an I/O folder, and passes the contract suite of `test/support/`.
 */
export interface Transport {
  readonly name: string;
  /** Whether `send` may be called: false while a queue is full, or while no poll waits. */
  readonly writable: boolean;
  /** Whoever hears this transport now; an upgrade replaces it. */
  receiver: TransportReceiver;
  /**
   * Accepts `outgoing`. Everything accepted in one turn of the event loop leaves in one write. Nothing that was
   * accepted is given back: it is delivered, or the transport says `closed`.
   */
  send(outgoing: Outgoing): void;
  /** Delivers what was accepted, then ends. The receiver hears no more. */
  close(): void;
}
