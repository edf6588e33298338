import type { Clock } from "../clock.ts";
import type { Outgoing } from "../engine/outgoing.ts";
import type { Packet } from "../socketio/packet.ts";

/** What a manager is to its sockets. */
export interface Link {
  readonly clock: Clock;
  /** Whether what is sent now goes out at once. */
  isWritable(): boolean;
  /** The socket wants its namespace: connects unless that is under way, and keeps the connection from now on. */
  attach(port: Port): void;
  /** A socket is done. The connection ends with the last one. */
  detach(): void;
  /**
   * Gives what was sent, for {@link sendAgain}.
   *
   * @throws BaroError `BARO_DATA` when the data cannot be sent as JSON.
   */
  send(packet: Packet): Outgoing;
  /** Sends what was sent on another connection. */
  sendAgain(outgoing: Outgoing): void;
  /** Whether the server of this connection speaks more than Socket.IO. */
  isOffered(): boolean;
  /** 128 bits that nobody can guess, as text. */
  randomId(): string;
  /** The server asks to wait so many milliseconds before the next attempt; whatever it sent. */
  advise(retryIn: unknown): void;
}

/** What a socket is to its manager. */
export interface Port {
  readonly namespace: string;
  /** Whether the socket wants the connection. One that is done still hears of what it had asked for. */
  isActive(): boolean;
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
