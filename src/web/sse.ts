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

/** Responses of `fetch` that are read as they come. */
function createFetchStream(options: FetchOptions): OpenStream {
  return (request, sink) => {
    const controller = new AbortController();
    read(fetch(request.url, requestInit(request, options, controller.signal)), (bytes) => {
      const wanted = sink.chunk(bytes);
      if (!wanted) controller.abort();
    }).then(
      ({ status, headers }) => end(status, headers.get("retry-after")),
      () => end(0),
    );
    const end: typeof sink.end = (...how) => {
      if (!cancelled) sink.end(...how);
    };
    let cancelled = false;
    return () => {
      cancelled = true;
      controller.abort();
    };
  };
}

/** Gives the response once its body has ended; that of a refusal is not read. */
async function read(fetched: Promise<Response>, take: (bytes: Uint8Array) => void): Promise<Response> {
  const response = await fetched;
  if (response.status !== 200) {
    await response.body?.cancel();
    return response;
  }
  const reader = response.body?.getReader();
  for (;;) {
    const chunk = await reader?.read();
    if (chunk?.value === undefined) return response;
    take(chunk.value);
  }
}
