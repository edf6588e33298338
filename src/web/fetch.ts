import type { Exchange } from "./exchange.ts";

/** Browsers refuse the requests that outlive a page when their bodies together pass 64 KiB. */
const MAX_KEEPALIVE_LENGTH = 16_384;

/** How a page's requests are made. */
export interface FetchOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Whether cookies go to other origins too. */
  readonly withCredentials: boolean;
  /** Milliseconds; 0 for no limit. */
  readonly timeout: number;
}

/** Requests by `fetch`. */
export function createFetchExchange({ headers, withCredentials, timeout }: FetchOptions): Exchange {
  return ({ method, url, body, last }, done) => {
    const controller = new AbortController();
    let cancelled = false;
    const timer = timeout > 0 ? setTimeout(() => controller.abort(), timeout) : undefined;
    const finish = (status: number, text: string): void => {
      clearTimeout(timer);
      if (!cancelled) done(status, text);
    };
    fetch(url, {
      method,
      headers: body === undefined ? headers : { "content-type": "text/plain;charset=UTF-8", ...headers },
      body: body ?? null,
      cache: "no-store",
      credentials: withCredentials ? "include" : "same-origin",
      keepalive: last && (body?.length ?? 0) < MAX_KEEPALIVE_LENGTH,
      signal: controller.signal,
    })
      .then(async (response) => ({ status: response.status, text: await response.text() }))
      .then(
        ({ status, text }) => finish(status, text),
        () => finish(0, ""),
      );
    return () => {
      cancelled = true;
      clearTimeout(timer);
      controller.abort();
    };
  };
}
