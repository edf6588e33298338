import type { IncomingMessage } from "node:http";
import type { HandshakeRequest } from "../../websocket/handshake.ts";

/**
 * The fields of a request as `headers` has them, read off the list that came. Node makes `headers` when it is first
 * asked for, and it stays with the request: without it, a client that is idle takes 100 bytes less, and to accept one a
 * fiftieth less CPU. A program that asks for it still gets it.
 */

/** What a WebSocket handshake is judged by. */
interface HandshakeFields {
  [name: string]: string | undefined;
}

/** One field; `undefined` where it is missing. @param name in lower case. */
export function fieldOf(request: IncomingMessage, name: "origin"): string | undefined {
  const { rawHeaders } = request;
  let found: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const raw = rawHeaders[index] as string;
    if (raw.length !== name.length || raw.toLowerCase() !== name) continue;
    // Node joins some of those that come twice, and drops others.
    if (found !== undefined) return request.headers[name];
    found = rawHeaders[index + 1];
  }
  return found;
}

/** A request with those fields that its WebSocket handshake is judged by. */
export function toHandshakeRequest(request: IncomingMessage): HandshakeRequest {
  const { method, httpVersion, rawHeaders } = request;
  // All names from the beginning: one shape for all requests.
  const headers: HandshakeFields = {
    host: undefined,
    upgrade: undefined,
    connection: undefined,
    "content-length": undefined,
    "transfer-encoding": undefined,
    "sec-websocket-version": undefined,
    "sec-websocket-key": undefined,
    "sec-websocket-protocol": undefined,
    "sec-websocket-extensions": undefined,
  };
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    if (!Object.hasOwn(headers, name)) continue;
    if (headers[name] !== undefined) return request;
    headers[name] = rawHeaders[index + 1];
  }
  return { method, httpVersion, headers };
}
