import type { JsonObject } from "../socketio/packet.ts";

/** Why a socket was disconnected. After the first two it does not come back by itself. */
export type DisconnectReason =
  | "io server disconnect"
  | "io client disconnect"
  | "ping timeout"
  | "transport close"
  | "transport error"
  | "parse error"
  | "forced close";

/** What is known of why a connection was lost. */
export type DisconnectDescription = Error | { description: string; context?: unknown };

/** An error with the details that a middleware of the server gave it. */
export interface ExtendedError extends Error {
  // biome-ignore lint/suspicious/noExplicitAny: what it is, the server's program decides
  data?: any;
}

/** The error that a server tells of. */
export function toError(told: JsonObject | string): ExtendedError {
  const { message, data } = typeof told === "string" ? ({ message: told } as JsonObject) : told;
  return Object.assign(new Error(typeof message === "string" ? message : ""), { data });
}

/** The events of {@link Socket} that are not the server's. */
export interface SocketEvents {
  /** The namespace is granted. */
  connect: () => void;
  /** The server could not be reached, and is tried again, or refused the namespace. `active` tells which. */
  connect_error: (error: ExtendedError) => void;
  /** The socket is connected no more. */
  disconnect: (reason: DisconnectReason, description?: DisconnectDescription) => void;
}
