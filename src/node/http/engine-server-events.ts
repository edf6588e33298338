import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";

/** What a `connection_error` listener gets. */
export interface ConnectionError {
  readonly req: IncomingMessage;
  /** The code of Engine.IO that the client got. */
  readonly code: number;
  readonly message: string;
  /** What the refusal is about: the `transport`, `sid` or `protocol` that was asked for, or a `name`. */
  readonly context: Readonly<Record<string, unknown>>;
}

/** The events of {@link EngineServer}. None of them is per message. */
export interface EngineServerEvents<Connection = unknown> {
  /** A session is there: the connection that its sockets have as `socket.conn`. Told by who made the server. */
  connection: [connection: Connection];
  /** The first answer to a client is about to leave; the headers may be changed. Before `headers`. */
  initial_headers: [headers: OutgoingHttpHeaders, request: IncomingMessage];
  /** An answer of a session is about to leave, or the answer to an upgrade; the headers may be changed. */
  headers: [headers: OutgoingHttpHeaders, request: IncomingMessage];
  /** A request was refused. */
  connection_error: [error: ConnectionError];
}
