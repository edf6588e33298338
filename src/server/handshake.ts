import type { IncomingMessage } from "./request.ts";

/** What was known when the client connected. */
export interface Handshake {
  /** The headers of the first request. */
  readonly headers: IncomingMessage["headers"];
  /** When the namespace was asked for, as text. */
  readonly time: string;
  /** The address of the client, or of the proxy before it. */
  readonly address: string;
  /** Whether the first request came from a page, with an `Origin`. */
  readonly xdomain: boolean;
  /** Whether the first request came over TLS. */
  readonly secure: boolean;
  /** When the namespace was asked for, in milliseconds since 1970. */
  readonly issued: number;
  /** The path and the query of the first request. */
  readonly url: string;
  /** The query of the first request; a name that stands more than once has an array. */
  readonly query: { [name: string]: string | string[] | undefined };
  /** The credentials that the client sent with its CONNECT. */
  // biome-ignore lint/suspicious/noExplicitAny: the application knows its credentials, as in Socket.IO's types
  readonly auth: { [key: string]: any };
}

/** Those of a client that sent none: one object for all. Whoever may change its credentials gets another one. */
export const NO_CREDENTIALS: Handshake["auth"] = Object.freeze({});

/** Gathers the handshake of one socket. */
export function toHandshake(
  request: IncomingMessage,
  address: string,
  issued: number,
  auth: Handshake["auth"],
): Handshake {
  const url = request.url ?? "";
  return {
    headers: request.headers,
    time: new Date(issued).toString(),
    address,
    xdomain: request.headers.origin !== undefined,
    secure: "encrypted" in request.socket && request.socket.encrypted === true,
    issued,
    url,
    query: parseQuery(url),
    auth: auth === NO_CREDENTIALS ? {} : auth,
  };
}

function parseQuery(url: string): Handshake["query"] {
  // No prototype: a parameter named "__proto__" is one like any other.
  const query: Handshake["query"] = Object.create(null);
  const start = url.indexOf("?");
  if (start === -1) return query;
  for (const [name, value] of new URLSearchParams(url.slice(start))) {
    const before = query[name];
    query[name] = before === undefined ? value : [before, value].flat();
  }
  return query;
}
