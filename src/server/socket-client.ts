import type { ObservableSession } from "../engine/session.ts";
import type { DisconnectReason } from "./disconnect-reason.ts";
import type { EngineSocket } from "./engine-socket.ts";
import type { IncomingMessage } from "./request.ts";

/** What a socket needs of the connection that carries it, whatever the client speaks. */
export interface SocketClient {
  /** The id of the connection, which is not the id of any socket. */
  readonly id: string;
  /** The first request. */
  readonly request: IncomingMessage;
  /** The address of the client, or of the proxy before it. */
  readonly remoteAddress: string;
  /** The connection as the documentation shows it. */
  readonly conn: EngineSocket;
  /** @internal */
  readonly session: ObservableSession;
  /** @internal Milliseconds for acknowledgements without a time limit of their own; absent for as long as it takes. */
  readonly ackTimeout?: number;
  /** @internal How many acknowledgements may be awaited of one socket: the oldest goes. Absent for any number. */
  readonly maxAcks?: number;
  /** @internal Whether the client can take up a lost session: those of Socket.IO. */
  readonly recovers?: boolean;
  /** @internal A socket was let in, and is given what it missed: that may take longer than a client has to join. */
  granted?(): void;
  /** @internal Ends the connection; its sockets disconnect with `reason`. */
  close(reason: DisconnectReason, description?: unknown): void;
  /** @internal Disconnects all sockets, tells the client so, and ends the connection. */
  disconnect(): void;
  /** @internal The socket of this namespace is over. */
  left(namespace: string): void;
  /** @internal Runs code of the application: what it throws surfaces later, as an uncaught exception. */
  guard(run: () => void): void;
}
