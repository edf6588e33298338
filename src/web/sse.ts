import { base64 } from "./base64.ts";
import { clock } from "./clock.ts";
import { createFetchExchange, type FetchOptions, requestInit } from "./fetch.ts";
import { PollingTransport } from "./polling.ts";
import { createStreamExchange, type OpenStream } from "./stream-exchange.ts";

/**
 * A stream of events down, by a `fetch` whose response is read as it comes, and POSTs up: for where WebSocket is blocked
 * and polling is slow. Only Baro's server has it.
 */
export class SSE extends PollingTransport {
  static readonly transport: string = "sse";

  constructor(url: string, options: FetchOptions) {
    const exchange = createStreamExchange(createFetchStream(options), createFetchExchange(options));
    super({ ...options, url, exchange, base64, clock }, SSE.transport);
  }
}

/** Responses of `fetch` that are read as they come; the body of a refusal is not read. */
function createFetchStream(options: FetchOptions): OpenStream {
  return (request, sink) => {
    const controller = new AbortController();
    let cancelled = false;
    const read = async (): Promise<Response> => {
      const response = await fetch(request.url, requestInit(request, options, controller.signal));
      const reader = response.status === 200 ? response.body?.getReader() : undefined;
      for (;;) {
        const chunk = await reader?.read();
        if (chunk?.value === undefined) return response;
        if (!sink.chunk(chunk.value)) controller.abort();
      }
    };
    const end = (status: number, retryAfter?: string | null): void => {
      if (!cancelled) sink.end(status, retryAfter);
      // Whatever is left of it is not wanted.
      controller.abort();
    };
    read().then(
      ({ status, headers }) => end(status, headers.get("retry-after")),
      () => end(0),
    );
    return () => {
      cancelled = true;
      controller.abort();
    };
  };
}
