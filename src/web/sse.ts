import { base64 } from "./base64.ts";
import { clock } from "./clock.ts";
import { createFetchExchange, type FetchOptions, fetchRequest } from "./fetch.ts";
import { PollingTransport } from "./polling.ts";
import { createStreamExchange, type OpenStream } from "./stream-exchange.ts";

/**
 * A stream of events down, by a `fetch` whose response is read as it comes, and POSTs up: for where WebSocket is blocked
 * and polling is slow. Only Baro's server has it.
 */
export class SSE extends PollingTransport {
  static readonly transport: string = "sse";
  override readonly name = "sse";

  constructor(url: string, options: FetchOptions) {
    const exchange = createStreamExchange(createFetchStream(options), createFetchExchange(options));
    super({ ...options, url, exchange, base64, clock });
  }
}

/** Responses of `fetch` that are read as they come; the body of a refusal is not read. */
function createFetchStream(options: FetchOptions): OpenStream {
  return async (request, requests, receive) => {
    const { status, headers, body } = await fetchRequest(request, options, requests);
    const reader = body?.getReader();
    while (status === 200) {
      const chunk = await reader?.read();
      if (!chunk?.value || !receive(chunk.value)) break;
    }
    // Whatever is left of it is not wanted.
    await reader?.cancel();
    return [status, "", headers.get("retry-after")];
  };
}
