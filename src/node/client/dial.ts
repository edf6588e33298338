import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from "node:http";
import type { RequestOptions } from "node:https";
import type { Duplex } from "node:stream";
import { BaroError, ERR_OPTION } from "../../errors.ts";
import type { Deflate } from "../../websocket/deflate.ts";
import { areProtocols, checkAccept, createKey, requestHeaders } from "../../websocket/handshake.ts";
import type { PerMessageDeflate } from "../../websocket/permessage-deflate.ts";
import { holdSocket } from "../websocket/upgrade.ts";
import { type DialTarget, dialTarget, redirectOptions } from "./dial-target.ts";

/** How a WebSocket is dialled. */
export interface DialOptions {
  /** Subprotocols to offer, the best first. */
  readonly protocols?: readonly string[];
  /** Headers besides those of the handshake, which win. */
  readonly headers?: OutgoingHttpHeaders;
  /** Milliseconds from a request to the server's answer; 0 for no bound. Default 30,000. */
  readonly handshakeTimeout?: number;
  /** Redirects to follow at most; 0, the default, for none. */
  readonly maxRedirects?: number;
  /** Handed to `node:http` and `node:https`: the agent, and of TLS `ca`, `cert`, `key`, `servername` and so on. */
  readonly request?: RequestOptions;
  /** Compression to offer; none by default. */
  readonly deflate?: PerMessageDeflate | undefined;
  readonly hooks?: DialHooks;
}

/** The extensions that the server agreed to. */
export interface AgreedExtensions {
  /** As they stand in its answer; `""` for none. */
  readonly header: string;
  readonly deflate: Deflate | undefined;
}

/** What an owner may see and change on the way. */
export interface DialHooks {
  /** Sends `request`, by `request.end()`. It goes to `url` by a redirect, where there is one. */
  send?(request: ClientRequest, url: string | undefined): void;
  /** The server's 101, before it is checked. */
  upgraded?(response: IncomingMessage): void;
  /** An answer that is no 101. True takes it over: `fail` is not called. */
  refused?(request: ClientRequest, response: IncomingMessage): boolean;
}

/** Why there is no WebSocket: the server answered something else. Faults of the network come as Node has them. */
export class DialError extends Error {
  /** The status of the answer. */
  readonly status: number;
  /** Its header `Retry-After`. */
  readonly retryAfter: string | undefined;

  constructor(message: string, status: number, retryAfter?: string) {
    super(message);
    this.name = "DialError";
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** Takes the socket, which it owns, what followed the handshake, the chosen subprotocol or `""`, and the extensions. */
export type Accept = (socket: Duplex, head: Buffer, protocol: string, extensions: AgreedExtensions) => void;

/**
 * Opens a WebSocket as a client, RFC 6455 section 4.1. Exactly one of `accept` and `fail` is called, later, unless
 * the call is cancelled before, or a hook takes over.
 *
 * @param url `ws:`, `wss:`, `http:`, `https:`, or `ws+unix:` with the path of a socket and, behind a colon, of the
 *   request. Name and password in it become basic authentication.
 * @returns cancels: neither is called any more. Does nothing after the end.
 * @throws BaroError for another scheme of `url`, or a subprotocol that is no token or is there twice.
 */
export function dial(
  url: string | URL,
  options: DialOptions,
  accept: Accept,
  fail: (error: Error) => void,
): () => void {
  const call = new Call(options, accept, fail);
  call.request(dialTarget(url), { ...options.request, headers: options.headers ?? {} });
  return () => call.finish();
}

class Call {
  readonly #options: DialOptions;
  readonly #protocols: readonly string[];
  readonly #key = createKey();
  readonly #accept: Accept;
  readonly #fail: (error: Error) => void;
  readonly #timer: NodeJS.Timeout | undefined;
  #request: ClientRequest | undefined;
  #redirects = 0;
  #isOver = false;

  constructor(options: DialOptions, accept: Accept, fail: (error: Error) => void) {
    this.#options = options;
    this.#protocols = options.protocols ?? [];
    this.#accept = accept;
    this.#fail = fail;
    if (!areProtocols(this.#protocols)) {
      throw new BaroError(ERR_OPTION, "Subprotocols must be tokens, each once.");
    }
    const { handshakeTimeout = 30_000 } = options;
    if (handshakeTimeout === 0) return;
    // In the words that programs for ws match on.
    const expired = (): void => this.finish(new Error("Opening handshake has timed out"));
    this.#timer = setTimeout(expired, handshakeTimeout);
  }

  /** @param location where a redirect leads. */
  request(target: DialTarget, options: RequestOptions, location?: string): void {
    const { hooks, deflate } = this.#options;
    const ofHandshake = requestHeaders(this.#key, this.#protocols, deflate?.offer());
    const request = target.send({
      ...options,
      ...target.options,
      method: "GET",
      headers: { ...options.headers, ...ofHandshake } as OutgoingHttpHeaders,
    });
    this.#request = request;
    // Stays for good: `destroy` makes a request that has no answer yet say so.
    request.on("error", (error) => {
      if (request === this.#request) this.finish(error);
    });
    request.on("response", (response) => this.#receiveResponse(target, options, request, response));
    request.on("upgrade", (response, socket, head) => this.#receiveUpgrade(response, socket, head));
    if (hooks?.send === undefined) request.end();
    else hooks.send(request, location);
  }

  finish(error?: Error): void {
    if (this.#isOver) return;
    this.#end();
    this.#request?.destroy();
    if (error !== undefined) this.#fail(error);
  }

  #end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #receiveResponse(
    target: DialTarget,
    options: RequestOptions,
    request: ClientRequest,
    response: IncomingMessage,
  ): void {
    if (this.#isOver) return;
    const { statusCode: status = 0, headers } = response;
    const { maxRedirects = 0, hooks } = this.#options;
    if (maxRedirects > 0 && status >= 300 && status < 400 && headers.location !== undefined) {
      this.#redirect(target, options, headers.location);
    } else if (hooks?.refused?.(request, response) === true) {
      this.#end();
    } else {
      const message = `Unexpected server response: ${status}`;
      this.finish(new DialError(message, status, headers["retry-after"]));
    }
  }

  #redirect(from: DialTarget, options: RequestOptions, location: string): void {
    this.#redirects += 1;
    if (this.#redirects > (this.#options.maxRedirects ?? 0)) {
      this.finish(new Error("Maximum redirects exceeded"));
      return;
    }
    this.#timer?.refresh();
    const before = this.#request;
    try {
      const url = new URL(location, from.url);
      const to = dialTarget(url);
      this.request(to, redirectOptions(from, to, options), url.href);
    } catch (cause) {
      // The server's fault: a place that is none for a WebSocket, or not for the agent.
      this.finish(new Error(`The redirect to ${location} cannot be followed.`, { cause }));
    }
    before?.destroy();
  }

  #receiveUpgrade(response: IncomingMessage, socket: Duplex, head: Buffer): void {
    holdSocket(socket);
    this.#options.hooks?.upgraded?.(response);
    if (this.#isOver) {
      socket.destroy();
      return;
    }
    const { deflate } = this.#options;
    const { headers } = response;
    const answer =
      response.statusCode === 101
        ? checkAccept(this.#key, this.#protocols, headers, deflate)
        : { fault: `Unexpected server response: ${response.statusCode}` };
    if ("fault" in answer) {
      socket.destroy();
      this.finish(new DialError(answer.fault, 101));
      return;
    }
    this.#end();
    this.#accept(socket, head, answer.protocol, {
      header: headers["sec-websocket-extensions"] ?? "",
      deflate: answer.deflate && deflate?.open("client", answer.deflate),
    });
  }
}
