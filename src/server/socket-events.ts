import type { DisconnectReason } from "./disconnect-reason.ts";

/** An event as middleware sees it: its name, then its arguments. It may change them. */
// biome-ignore lint/suspicious/noExplicitAny: the arguments are the application's, as in Socket.IO's types
export type Event = [event: string, ...args: any[]];

/** The events that a socket itself tells. */
export interface SocketReservedEvents {
  /** The socket is about to leave its rooms: they are still there. */
  disconnecting: (reason: DisconnectReason, description?: unknown) => void;
  /** The socket left. */
  disconnect: (reason: DisconnectReason, description?: unknown) => void;
  /** Middleware of this socket refused an event. */
  error: (error: Error) => void;
}
