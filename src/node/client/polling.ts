import type { ResolvedOptions } from "../../client/options.ts";
import { PollingTransport } from "../../web/polling.ts";
import { createStreamExchange } from "../../web/stream-exchange.ts";
import { base64 } from "../base64.ts";
import { clock } from "../process.ts";
import { createHttpExchange, createHttpStream } from "./http-exchange.ts";
import { clientRequests } from "./request-options.ts";

/** Long-polling by `node:http`. */
export class NodeXHR extends PollingTransport {
  static readonly transport: string = "polling";

  constructor(url: string, options: ResolvedOptions) {
    const exchange = createHttpExchange(clientRequests(options), options.requestTimeout);
    super({ ...options, url, exchange, base64, clock });
  }
}

/** A stream of events down and POSTs up, by `node:http`: see {@link PollingTransport}. Only Baro's server has it. */
export class SSE extends PollingTransport {
  static readonly transport: string = "sse";
  override readonly name = "sse";

  constructor(url: string, options: ResolvedOptions) {
    const requests = clientRequests(options);
    const exchange = createStreamExchange(
      createHttpStream(requests),
      createHttpExchange(requests, options.requestTimeout),
    );
    super({ ...options, url, exchange, base64, clock });
  }
}
