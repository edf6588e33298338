import { base64 } from "./base64.ts";
import { clock } from "./clock.ts";
import type { Exchange, PollingRequest, PollingResponse } from "./exchange.ts";
import { PollingTransport } from "./polling.ts";

/** Browsers refuse the requests that outlive a page when their bodies together pass 64 KiB. */
const MAX_KEEPALIVE_LENGTH = 16_384;

/** The longest that a timer can wait: for ever, as far as a poll goes. */
const MAX_DELAY = 2 ** 31 - 1;

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
  return (request, done) => {
    const controller = new AbortController();
    let cancelled = false;
    const timer = setTimeout(() => controller.abort(), options.requestTimeout || MAX_DELAY);
    const finish: PollingResponse = (...response) => {
      clearTimeout(timer);
      if (!cancelled) done(...response);
    };
    fetch(request.url, requestInit(request, options, controller.signal))
      .then(async (response) => [response, await response.text()] as const)
      .then(
        ([{ status, headers }, text]) => finish(status, text, headers.get("retry-after")),
        () => finish(0, ""),
      );
    return () => {
      cancelled = true;
      clearTimeout(timer);
      controller.abort();
    };
  };
}

/** A request of long-polling as `fetch` takes it. */
export function requestInit(
  { method, body, last }: PollingRequest,
  { extraHeaders, withCredentials }: FetchOptions,
  signal: AbortSignal,
): RequestInit {
  return {
    method,
    headers: extraHeaders ?? {},
    body,
    cache: "no-store",
    credentials: withCredentials ? "include" : "same-origin",
    keepalive: last && (body?.length ?? 0) < MAX_KEEPALIVE_LENGTH,
    signal,
  };
}
