import type { JsonObject } from "../socketio/packet.ts";
import type { DisconnectReason } from "./disconnect-reason.ts";
import type { EventData } from "./member.ts";

/** What a client needs of a socket in one of its namespaces. */
export interface ClientSocket {
  readonly connected: boolean;
  /** Whether an acknowledgement is owed, by the client or to it. */
  readonly isBusy: boolean;
  opened(): void;
  closed(reason: DisconnectReason, description?: unknown): void;
  receiveEvent(id: number | undefined, data: EventData): void;
  receiveAck(id: number, args: readonly unknown[]): boolean;
}

/** Answers an event: its arguments are those of the acknowledgement. */
export type Acknowledge = (...args: unknown[]) => void;

/** The same socket, for who stands between it and the client. */
export interface InnerSocket extends ClientSocket {
  /** @param answer goes to the client beside the socket's id. */
  opened(answer?: JsonObject): void;
  /**
   * An event of the client, and the function that acknowledges it, where it asks for that.
   * @param isTaken whether the client will not send it again, whatever becomes of the connection.
   */
  deliver(data: EventData, acknowledge: Acknowledge | undefined, isTaken: boolean): void;
  /** The client has new credentials. */
  refreshed(auth: Record<string, unknown>): void;
}
