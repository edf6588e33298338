import { type IncomingMessage, type OutgoingHttpHeaders, request as requestHttp } from "node:http";
import { type RequestOptions, request as requestHttps } from "node:https";
import type { Duplex } from "node:stream";
import { BaroError, ERR_OPTION } from "../../errors.ts";
import { areProtocols, checkAccept, createKey, requestHeaders } from "../../websocket/handshake.ts";
import { holdSocket } from "../websocket/upgrade.ts";

/** How a WebSocket is dialled. */
export interface DialOptions {
  /** Subprotocols to offer, the best first. */
  readonly protocols?: readonly string[];
  /** Headers besides those of the handshake, which win. */
  readonly headers?: OutgoingHttpHeaders;
  /** Milliseconds from the call to the server's 101; 0 for no bound. Default 30,000. */
  readonly handshakeTimeout?: number;
  /** Handed to `node:http` and `node:https`: the agent, and of TLS `ca`, `cert`, `key`, `servername` and so on. */
  readonly request?: RequestOptions;
}

/** Why there is no WebSocket: the server answered something else. Faults of the network come as Node has them. */
export class DialError extends Error {
  /** The status of the answer. */
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.name = "DialError";
    this.status = status;
  }
}

/**
 * Opens a WebSocket as a client, RFC 6455 section 4.1. Exactly one of `accept` and `fail` is called, later, unless
 * the call is cancelled before. Redirects are not followed.
 *
 * @param url `ws:`, `wss:`, `http:` or `https:`.
 * @param accept is given the socket, which it owns, what followed the handshake, and the chosen subprotocol or `""`.
 * @returns cancels: neither is called any more. Does nothing after the end.
 * @throws BaroError for another scheme of `url`, or a subprotocol that is no token or is there twice.
 */
export function dial(
  url: string | URL,
  options: DialOptions,
  accept: (socket: Duplex, head: Buffer, protocol: string) => void,
  fail: (error: Error) => void,
): () => void {
  const target = httpUrl(url);
  const protocols = options.protocols ?? [];
  if (!areProtocols(protocols)) throw new BaroError(ERR_OPTION, "Subprotocols must be tokens, each once.");
  const key = createKey();
  const send = target.protocol === "https:" ? requestHttps : requestHttp;
  const request = send(target, {
    ...options.request,
    method: "GET",
    headers: { ...options.headers, ...requestHeaders(key, protocols) },
  });

  let isOver = false;
  const timeout = options.handshakeTimeout ?? 30_000;
  const timer =
    timeout === 0
      ? undefined
      : setTimeout(() => finish(new Error(`No WebSocket handshake within ${timeout} ms.`)), timeout);
  function finish(error?: Error): void {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    request.destroy();
    if (error !== undefined) fail(error);
  }

  // Stays for good: `destroy` makes a request that has no answer yet say so.
  request.on("error", finish);
  request.on("response", (response: IncomingMessage) => {
    const status = response.statusCode ?? 0;
    finish(new DialError(`The server answered ${status} instead of a WebSocket.`, status));
  });
  request.on("upgrade", (response: IncomingMessage, socket: Duplex, head: Buffer) => {
    holdSocket(socket);
    const answer =
      response.statusCode === 101 ? checkAccept(key, protocols, response.headers) : { fault: "no 101" };
    if ("fault" in answer) {
      socket.destroy();
      finish(new DialError(`The server's handshake has ${answer.fault}.`, 101));
      return;
    }
    isOver = true;
    clearTimeout(timer);
    accept(socket, head, answer.protocol);
  });
  request.end();
  return finish;
}

function httpUrl(url: string | URL): URL {
  const target = new URL(url);
  if (target.protocol === "ws:") target.protocol = "http:";
  else if (target.protocol === "wss:") target.protocol = "https:";
  else if (target.protocol !== "http:" && target.protocol !== "https:") {
    throw new BaroError(ERR_OPTION, `A WebSocket needs ws:, wss:, http: or https:, not ${target.protocol}`);
  }
  return target;
}
