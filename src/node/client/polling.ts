import type { ResolvedOptions } from "../../client/options.ts";
import type { ClientTransport } from "../../engine/client-transport.ts";
import { createPolling } from "../../web/polling.ts";
import { createStreamExchange } from "../../web/stream-exchange.ts";
import { transportClass } from "../../web/transport-class.ts";
import { base64 } from "../base64.ts";
import { clock } from "../process.ts";
import { createHttpExchange, createHttpStream } from "./http-exchange.ts";
import { clientRequests } from "./request-options.ts";

/** Long-polling by `node:http`. */
export const NodeXHR = transportClass("polling", createXHR);

function createXHR(url: string, options: ResolvedOptions): ClientTransport {
  const exchange = createHttpExchange(clientRequests(options), options.requestTimeout);
  return createPolling({ ...options, url, exchange, base64, clock });
}

/** A stream of events down and POSTs up, by `node:http`: see {@link createPolling}. Only Baro's server has it. */
export const SSE = transportClass("sse", createSSE);

function createSSE(url: string, options: ResolvedOptions): ClientTransport {
  const requests = clientRequests(options);
  const exchange = createStreamExchange(
    createHttpStream(requests),
    createHttpExchange(requests, options.requestTimeout),
  );
  return createPolling({ ...options, url, exchange, base64, clock }, "sse");
}
