import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { abortUpgrade } from "../websocket/upgrade.ts";

/** Why a request is not served, in the codes that Engine.IO clients know, and the HTTP status that says so. */
export interface Refusal {
  readonly status: number;
  readonly code: number | string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** For the operator alone: what the refusal is about. */
  readonly context?: Readonly<Record<string, unknown>>;
}

export const UNKNOWN_TRANSPORT: Refusal = { status: 400, code: 0, message: "Transport unknown" };
export const UNKNOWN_SID: Refusal = { status: 400, code: 1, message: "Session ID unknown" };
export const BAD_HANDSHAKE_METHOD: Refusal = { status: 400, code: 2, message: "Bad handshake method" };
export const BAD_REQUEST: Refusal = { status: 400, code: 3, message: "Bad request" };
export const FORBIDDEN: Refusal = { status: 403, code: 4, message: "Forbidden" };
export const UNSUPPORTED_PROTOCOL: Refusal = {
  status: 400,
  code: 5,
  message: "Unsupported protocol version",
};
/** Baro's own, for a server that closes or a hook that never answers; clients see a failed request. */
export const UNAVAILABLE: Refusal = { status: 503, code: 4, message: "Service unavailable" };

/** The same, with the seconds after which the client may ask again. Pages of other origins may read that, too. */
export function unavailableFor(retryAfter: number): Refusal {
  const headers = {
    "Retry-After": String(Math.ceil(retryAfter)),
    "Access-Control-Expose-Headers": "Retry-After",
  };
  return { ...UNAVAILABLE, headers };
}

/** For a client that connects too soon, or finds no room. @param wait seconds until it may ask again. */
export function tooMany(wait: number): Refusal {
  return { ...unavailableFor(wait), context: { name: "CONNECT_LIMIT" } };
}

/** A body over `maxHttpBufferSize`. */
export const PAYLOAD_TOO_LARGE: Refusal = {
  status: 413,
  code: 3,
  message: "Payload too large",
  headers: { Connection: "close" },
};

/** Answers a request that is not served. Does nothing when it has an answer, or when the peer is gone. */
export function refuse(response: ServerResponse, refusal: Refusal): void {
  if (response.headersSent || response.destroyed) return;
  const body = bodyOf(refusal);
  response.writeHead(refusal.status, { ...headersOf(refusal), "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}

/** Answers an upgrade that is not served, and ends the connection. */
export function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  abortUpgrade(socket, refusal.status, headersOf(refusal), bodyOf(refusal));
}

function bodyOf({ code, message }: Refusal): string {
  return JSON.stringify({ code, message });
}

function headersOf({ headers }: Refusal): Record<string, string> {
  return { ...headers, "Content-Type": "application/json", "Cache-Control": "no-store" };
}
