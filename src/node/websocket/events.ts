import type { ClientRequest, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

/** A message as `message` hands it out; where `binaryType` is `blob`, a Blob, which `@types/ws` does not know. */
export type RawData = Buffer | ArrayBuffer | Buffer[];

/** The events of a `WebSocket` and their arguments. */
export interface WebSocketEvents {
  /** The connection is over. 1005 stands for a close frame without a code, 1006 for none. */
  close: [code: number, reason: Buffer];
  /** The handshake failed, or the peer broke the protocol; `close` follows. */
  error: [error: Error];
  /** The server's 101 is here; a client only. */
  upgrade: [response: IncomingMessage];
  /**
   * A message; text comes as a `Buffer`, too. As with `ws` it may be a view of all that was received with it: keep
   * a copy of a short one that is kept for long.
   */
  message: [data: RawData, isBinary: boolean];
  /** The handshake of a client is over. */
  open: [];
  /** A ping; unless `autoPong` is off, it has been answered. */
  ping: [data: Buffer];
  pong: [data: Buffer];
  /** A redirect is about to be followed; the request may be altered. */
  redirect: [url: string, request: ClientRequest];
  /** The answer is no WebSocket. A listener takes it over: no `error` follows. */
  "unexpected-response": [request: ClientRequest, response: IncomingMessage];
  /** Beyond `ws`: a peer that read too slowly has caught up. */
  drain: [];
}

/** The events of a `WebSocketServer` and their arguments. */
export interface WebSocketServerEvents<Client, Request> {
  /** A handshake is over. */
  connection: [socket: Client, request: Request];
  /** The lines of the 101 before they leave, which may be altered; the status line is the first. */
  headers: [lines: string[], request: Request];
  listening: [];
  /** The server and all its connections have closed. */
  close: [];
  /** Of the HTTP server. */
  error: [error: Error];
  /** A handshake is none. A listener answers it, and closes the socket; otherwise it is answered with 4xx. */
  wsClientError: [error: Error, socket: Duplex, request: Request];
}

/** A listener for an event with known arguments. */
export type Listener<Self, Args extends unknown[]> = (this: Self, ...args: Args) => void;
/** A listener for an event of the program's own. */
// biome-ignore lint/suspicious/noExplicitAny: it has any arguments
export type AnyListener<Self> = (this: Self, ...args: any[]) => void;
