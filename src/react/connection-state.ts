import type { DisconnectReason, ExtendedError } from "../client/socket-events.ts";

/**
 * - `connecting`: the first connection is under way, or about to be.
 * - `connected`: the namespace is granted.
 * - `reconnecting`: the connection was lost, and is made anew.
 * - `disconnected`: nobody tries. It was ended by either side, refused, or given up.
 */
export type ConnectionStatus = "connecting" | "connected" | "reconnecting" | "disconnected";

/** What `useConnectionState` gives. It is replaced when something of it changes, and never written to. */
export interface ConnectionState {
  readonly status: ConnectionStatus;
  /** Why the last attempt failed, or why the server refused; `undefined` again once it is connected. */
  readonly error: ExtendedError | undefined;
  /** Why the last connection ended; `undefined` again once it is connected. */
  readonly reason: DisconnectReason | undefined;
}

/** What is shown where nothing can be known: on the server, and until the page has taken over what came from there. */
export const ON_SERVER: ConnectionState = { status: "connecting", error: undefined, reason: undefined };
