import { base64 } from "./base64.ts";
import { clock } from "./clock.ts";
import type { Exchange, PollingRequest } from "./exchange.ts";
import { PollingTransport } from "./polling.ts";

/** Browsers refuse the requests that outlive a page when their bodies together pass 64 KiB. */
const MAX_KEEPALIVE_LENGTH = 16_384;

/** How a page's requests are made. */
export interface FetchOptions {
  readonly extraHeaders?: Readonly<Record<string, string>>;
  /** Whether cookies go to other origins too. */
  readonly withCredentials?: boolean;
  /** Milliseconds; 0 for no limit. */
  readonly requestTimeout?: number;
  readonly timestampRequests?: boolean;
  readonly timestampParam?: string;
}

/** Long-polling by `fetch`. */
export class Fetch extends PollingTransport {
  static readonly transport: string = "polling";

  constructor(url: string, options: FetchOptions) {
    super({ ...options, url, exchange: createFetchExchange(options), base64, clock });
  }
}

/** Requests by `fetch`. */
export function createFetchExchange(options: FetchOptions): Exchange {
  const { requestTimeout } = options;
  return async (request, requests) => {
    const cancel = requestTimeout ? clock.after(requestTimeout, () => requests.abort()) : undefined;
    const response = await fetchRequest(request, options, requests);
    const text = await response.text();
    cancel?.();
    return [response.status, text, response.headers.get("retry-after")];
  };
}

/** Makes a request of long-polling. */
export function fetchRequest(
  { url, body = "", last }: PollingRequest,
  { extraHeaders = {}, withCredentials }: FetchOptions,
  { signal }: AbortController,
): Promise<Response> {
  return fetch(url, {
    method: body ? "POST" : "GET",
    headers: extraHeaders,
    body: body || null,
    cache: "no-store",
    keepalive: last && body.length < MAX_KEEPALIVE_LENGTH,
    signal,
    ...(withCredentials && { credentials: "include" }),
  });
}
