import { type IncomingMessage, request as requestHttp } from "node:http";
import { type RequestOptions, request as requestHttps } from "node:https";
import type { Exchange } from "../../web/exchange.ts";
import type { OpenStream } from "../../web/stream-exchange.ts";

/** As much as a WebSocket takes in one message. A response without end must not fill the memory. */
const MAX_RESPONSE_LENGTH = 100 * 1024 * 1024;

/** How a client's requests are made. */
export interface HttpExchangeOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds; 0 for no limit. */
  readonly timeout: number;
  /** The agent and TLS. */
  readonly request: RequestOptions;
}

/** Requests by `node:http`: unlike `fetch`, it takes the agent and the TLS options that the WebSocket takes too. */
export function createHttpExchange({ headers, timeout, request }: HttpExchangeOptions): Exchange {
  return ({ method, url, body }, done) => {
    const send = url.startsWith("https:") ? requestHttps : requestHttp;
    const contentType = body === undefined ? {} : { "content-type": "text/plain;charset=UTF-8" };
    const outgoing = send(url, { ...request, method, headers: { ...contentType, ...headers } });
    let isOver = false;
    const timer = timeout > 0 ? setTimeout(() => outgoing.destroy(), timeout) : undefined;
    const finish = (status: number, text: string): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      done(status, text);
    };
    outgoing.on("error", () => finish(0, ""));
    outgoing.on("close", () => finish(0, ""));
    outgoing.on("response", (response) => read(response, (text) => finish(response.statusCode ?? 0, text)));
    outgoing.end(body);
    return () => {
      isOver = true;
      clearTimeout(timer);
      outgoing.destroy();
    };
  };
}

/** Requests whose response is read as it comes. */
export function createHttpStream({ headers, request }: HttpExchangeOptions): OpenStream {
  return ({ method, url }, sink) => {
    const send = url.startsWith("https:") ? requestHttps : requestHttp;
    const accept = { accept: "text/event-stream" };
    const outgoing = send(url, { ...request, method, headers: { ...accept, ...headers } });
    let isOver = false;
    let status = 0;
    const finish = (): void => {
      if (isOver) return;
      isOver = true;
      outgoing.destroy();
      sink.end(status);
    };
    outgoing.on("error", finish);
    outgoing.on("close", finish);
    outgoing.on("response", (response) => {
      status = response.statusCode ?? 0;
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
