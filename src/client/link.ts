import type { ClientOutgoing } from "../engine/client-outgoing.ts";
import type { Packet } from "../socketio/packet.ts";
import type { Platform } from "./platform.ts";

/** What a manager is to its sockets, which have its engine, too. */
export interface Link {
  readonly platform: Platform;
  /** Whether the server of this connection speaks more than Socket.IO. */
  readonly isOffered: boolean;
  /** The socket wants its namespace: connects unless that is under way, and keeps the connection from now on. */
  attach(port: Port): void;
  /** A socket is done. The connection ends with the last one. */
  detach(): void;
  /**
   * Gives what was sent, so that another connection can send it again.
   *
   * @throws BaroError `BARO_DATA` when the data cannot be sent as JSON.
   */
  send(packet: Packet): ClientOutgoing;
  /** Heeds what the server says of the next attempt, whatever it sent: see `Backoff`. */
  heed(advice: unknown): void;
}

/** What a socket is to its manager. */
export interface Port {
  /** The low-level connection stands: the namespace can be asked for. */
  opened(): void;
  /** The server sent a packet to this namespace. */
  receive(packet: Packet): void;
  /** An attempt to connect failed. */
  failed(error: Error): void;
  /** The low-level connection is over. */
  closed(reason: string, description: unknown): void;
  /** No more attempts to connect are made. */
  abandoned(): void;
}
