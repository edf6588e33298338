import type { ClientOutgoing } from "./client-outgoing.ts";
import type { Handshake } from "./handshake.ts";
import type { Transport, TransportReceiver } from "./transport.ts";

/** The HTTP response that a transport failed by, under the names that an `XMLHttpRequest` has for it. */
export interface ResponseContext {
  readonly status: number;
  readonly responseText: string;
}

/** Why a transport failed; it reaches the user as the error of `connect_error`, or as the details of `disconnect`. */
export interface TransportError extends Error {
  readonly type: "TransportError";
  /** More about the reason: the status of the HTTP response, where there was one. */
  readonly description: unknown;
  /** Of an HTTP response: its status, and in its body the server's own words. */
  readonly context?: ResponseContext | undefined;
  /** Milliseconds after which the server wants to be asked again, where it said so. */
  readonly retryIn?: number | undefined;
}

/** Says why a transport failed; `details` are what else is known. */
export function transportError(
  message: string,
  description?: unknown,
  details?: Partial<Pick<TransportError, "cause" | "context" | "retryIn">>,
): TransportError {
  return Object.assign(new Error(message), { type: "TransportError" as const, description, ...details });
}

/** A transport of the side that dials. */
export interface ClientTransport extends Omit<Transport, "receiver" | "send"> {
  /**
   * Begins to connect. Packets arrive once it has; `drained` says that `send` may be called.
   *
   * @param receiver hears this transport from when `open` has returned until it has ended or was closed.
   */
  open(receiver: TransportReceiver): void;
  /** Accepts `outgoing`, as {@link Transport.send} does. */
  send(outgoing: ClientOutgoing): void;
  /** The session stands: from now on every request names it, and stays within the server's bounds. */
  opened(handshake: Handshake): void;
  /**
   * Sends what was accepted, hears out the request under way, begins no other, and then calls `paused`. Nothing is
   * lost that way when the session moves to another transport. Nothing more may be sent. Once `paused` was called, `close`
   * ends this transport, and no session with it. It is not called any more after `close`.
   */
  pause(paused: () => void): void;
  /** Takes up again after {@link pause}: then `paused` will not be called. */
  resume(): void;
}

/** Makes one of the session's transports by its name, for the session `sid` or for a new one. */
export type CreateTransport = (name: string, sid?: string) => ClientTransport;

/** A transport that programs name by its class: `transports: [Fetch, WebSocket]`. */
export interface TransportClass<Options> {
  /** What it is called on the wire. */
  readonly transport: string;
  /** Made by the client, for each connection and each upgrade. */
  new (url: string, options: Options): ClientTransport;
}
