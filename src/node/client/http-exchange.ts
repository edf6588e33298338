import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Exchange, PollingRequest, PollingResponse } from "../../web/exchange.ts";
import type { OpenStream } from "../../web/stream-exchange.ts";
import type { ClientRequests } from "./request-options.ts";

/** As much as a WebSocket takes in one message. A response without end must not fill the memory. */
const MAX_RESPONSE_LENGTH = 100 * 1024 * 1024;

/**
 * Requests by `node:http`: unlike `fetch`, it takes the agent and the TLS options that the WebSocket takes too.
 *
 * @param timeout milliseconds; 0 for no limit.
 */
export function createHttpExchange(requests: ClientRequests, timeout = 0): Exchange {
  return (request, done) => {
    const contentType = request.body === null ? {} : { "content-type": "text/plain;charset=UTF-8" };
    const outgoing = send(request, requests, contentType);
    let isOver = false;
    const timer = timeout > 0 ? setTimeout(() => outgoing.destroy(), timeout) : undefined;
    if (requests.unref) timer?.unref();
    const finish: PollingResponse = (...answer) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      done(...answer);
    };
    outgoing.on("error", () => finish(0, ""));
    outgoing.on("close", () => finish(0, ""));
    outgoing.on("response", (response) => {
      const { statusCode = 0, headers } = response;
      read(response, (text) => finish(statusCode, text, headers["retry-after"]));
    });
    outgoing.end(request.body);
    return () => {
      isOver = true;
      clearTimeout(timer);
      outgoing.destroy();
    };
  };
}

/** Requests whose response is read as it comes. */
export function createHttpStream(requests: ClientRequests): OpenStream {
  return (request, sink) => {
    const outgoing = send(request, requests, { accept: "text/event-stream" });
    let isOver = false;
    let status = 0;
    let retryAfter: string | undefined;
    const finish = (): void => {
      if (isOver) return;
      isOver = true;
      outgoing.destroy();
      sink.end(status, retryAfter);
    };
    outgoing.on("error", finish);
    outgoing.on("close", finish);
    outgoing.on("response", (response) => {
      status = response.statusCode ?? 0;
      retryAfter = response.headers["retry-after"];
      response.on("error", finish);
      if (status !== 200) finish();
      response.on("data", (chunk: Buffer) => {
        if (!isOver && !sink.chunk(chunk)) finish();
      });
    });
    outgoing.end();
    return () => {
      isOver = true;
      outgoing.destroy();
    };
  };
}

function send(
  { url, method }: PollingRequest,
  { request, headers, cookies, unref }: ClientRequests,
  more: Record<string, string>,
): ClientRequest {
  const make = url.startsWith("https:") ? requestHttps : requestHttp;
  const all = { ...more, ...headers };
  const outgoing = make(url, { ...request, method, headers: cookies?.addTo(all) ?? all });
  if (unref) outgoing.on("socket", (socket) => socket.unref());
  outgoing.on("response", (response) => cookies?.receive(response.headers["set-cookie"]));
  return outgoing;
}

function read(response: IncomingMessage, done: (text: string) => void): void {
  let text = "";
  response.setEncoding("utf8");
  response.on("data", (chunk: string) => {
    text += chunk;
    if (text.length > MAX_RESPONSE_LENGTH) response.destroy();
  });
  // `close` of the request follows, which says that there was no whole response.
  response.on("error", () => {});
  response.on("end", () => done(text));
}
