import type { ClientTransport } from "../engine/client-transport.ts";
import { base64 } from "./base64.ts";
import { clock } from "./clock.ts";
import { createFetchExchange, type FetchOptions } from "./fetch.ts";
import { createPolling } from "./polling.ts";
import { createStreamExchange, type OpenStream } from "./stream-exchange.ts";
import { transportClass } from "./transport-class.ts";

/**
 * A stream of events down, by a `fetch` whose response is read as it comes, and POSTs up: for where WebSocket is blocked
 * and polling is slow. Only Baro's server has it.
 */
export const SSE = /* @__PURE__ */ transportClass("sse", createSSE);

function createSSE(url: string, options: FetchOptions): ClientTransport {
  const exchange = createStreamExchange(createFetchStream(options), createFetchExchange(options));
  return createPolling({ ...options, url, exchange, base64, clock }, "sse");
}

/** Responses of `fetch` that are read as they come, for as long as they last. */
function createFetchStream(options: FetchOptions): OpenStream {
  return (request, requests, receive) => {
    const read = async ({ status, body }: Response): Promise<string> => {
      const reader = body?.getReader();
      while (status === 200) {
        const chunk = await reader?.read();
        if (!chunk?.value || !receive(chunk.value)) break;
      }
      // Whatever is left of it is not wanted.
      await reader?.cancel();
      return "";
    };
    return createFetchExchange({ ...options, requestTimeout: 0 }, read)(request, requests);
  };
}
