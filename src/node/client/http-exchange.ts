import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Exchange, PollingRequest } from "../../web/exchange.ts";
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
  return (request, { signal }) =>
    new Promise((resolve, reject) => {
      const contentType = request.body === undefined ? {} : { "content-type": "text/plain;charset=UTF-8" };
      const outgoing = send(request, requests, contentType, signal);
      const timer = timeout > 0 ? setTimeout(() => outgoing.destroy(), timeout) : undefined;
      if (requests.unref) timer?.unref();
      outgoing.on("error", reject);
      outgoing.on("close", () => {
        clearTimeout(timer);
        reject(new Error("The response is not whole."));
      });
      outgoing.on("response", (response) => {
        const { statusCode: status = 0, headers } = response;
        read(response, (text) => resolve([status, text, headers["retry-after"]]));
      });
      outgoing.end(request.body);
    });
}

/** Requests whose response is read as it comes. */
export function createHttpStream(requests: ClientRequests): OpenStream {
  return (request, { signal }, receive) =>
    new Promise((resolve, reject) => {
      const outgoing = send(request, requests, { accept: "text/event-stream" }, signal);
      outgoing.on("error", reject);
      outgoing.on("close", () => reject(new Error("The stream has ended.")));
      outgoing.on("response", (response) => {
        const { statusCode: status = 0, headers } = response;
        const end = (): void => {
          resolve([status, "", headers["retry-after"]]);
          outgoing.destroy();
        };
        response.on("error", end);
        if (status !== 200) end();
        response.on("data", (chunk: Buffer) => {
          if (!receive(chunk)) end();
        });
      });
      outgoing.end();
    });
}

function send(
  { url, body }: PollingRequest,
  { request, headers, cookies, unref }: ClientRequests,
  more: Record<string, string>,
  signal: AbortSignal,
): ClientRequest {
  const make = url.startsWith("https:") ? requestHttps : requestHttp;
  const all = { ...more, ...headers };
  const method = body === undefined ? "GET" : "POST";
  const outgoing = make(url, { ...request, method, headers: cookies?.addTo(all) ?? all, signal });
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
