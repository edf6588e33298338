import type { ClientTransport } from "../engine/client-transport.ts";
import { base64 } from "./base64.ts";
import { clock } from "./clock.ts";
import type { Exchange } from "./exchange.ts";
import { createPolling } from "./polling.ts";
import { transportClass } from "./transport-class.ts";

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
export const Fetch = /* @__PURE__ */ transportClass("polling", createFetch);

function createFetch(url: string, options: FetchOptions): ClientTransport {
  return createPolling({ ...options, url, exchange: createFetchExchange(options), base64, clock });
}

/**
 * Requests by `fetch`.
 *
 * @param read gives the text of a response.
 */
export function createFetchExchange(
  { extraHeaders = {}, withCredentials, requestTimeout }: FetchOptions,
  read = (response: Response): Promise<string> => response.text(),
): Exchange {
  return async ({ url, body = "", last }, requests) => {
    const cancel = requestTimeout ? clock.after(requestTimeout, () => requests.abort()) : undefined;
    const response = await fetch(url, {
      method: body ? "POST" : "GET",
      headers: extraHeaders,
      body: body || null,
      cache: "no-store",
      keepalive: last && body.length < MAX_KEEPALIVE_LENGTH,
      signal: requests.signal,
      ...(withCredentials && { credentials: "include" }),
    });
    const text = await read(response);
    cancel?.();
    return [response.status, text, response.headers.get("retry-after")];
  };
}
