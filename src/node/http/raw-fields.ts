import type { IncomingMessage } from "node:http";
import type { HandshakeRequest } from "../../websocket/handshake.ts";

/**
 * The fields of a request as `headers` has them, read off the list that came. Node makes `headers` when it is first
 * asked for, and it stays with the request: without it, a client that is idle takes 100 bytes less, and to accept one a
 * fiftieth less CPU. A program that asks for it still gets it.
 */

/** Those fields that Node has as one string each, also where they came twice. */
type FieldName =
  | "origin"
  | "host"
  | ":authority"
  | "upgrade"
  | "connection"
  | "content-length"
  | "transfer-encoding"
  | "last-event-id"
  | `sec-websocket-${"version" | "key" | "protocol" | "extensions"}`;

/** One field; `undefined` where it is missing. @param name in lower case. */
export function fieldOf(request: IncomingMessage, name: FieldName): string | undefined {
  const { rawHeaders } = request;
  let found: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const raw = rawHeaders[index] as string;
    if (raw.length !== name.length || raw.toLowerCase() !== name) continue;
    // Node joins some of those that come twice, and drops others.
    if (found !== undefined) return request.headers[name] as string | undefined;
    found = rawHeaders[index + 1];
  }
  return found;
}

/**
 * A request with those fields that its WebSocket handshake is judged by. To look through the list once for each of them
 * takes half the time of one walk that looks each name up.
 */
export function toHandshakeRequest(request: IncomingMessage): HandshakeRequest {
  const headers = {
    host: fieldOf(request, "host"),
    upgrade: fieldOf(request, "upgrade"),
    connection: fieldOf(request, "connection"),
    "content-length": fieldOf(request, "content-length"),
    "transfer-encoding": fieldOf(request, "transfer-encoding"),
    "sec-websocket-version": fieldOf(request, "sec-websocket-version"),
    "sec-websocket-key": fieldOf(request, "sec-websocket-key"),
    "sec-websocket-protocol": fieldOf(request, "sec-websocket-protocol"),
    "sec-websocket-extensions": fieldOf(request, "sec-websocket-extensions"),
  };
  return { method: request.method, httpVersion: request.httpVersion, headers };
}
