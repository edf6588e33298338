/** One HTTP request of long-polling. */
export interface PollingRequest {
  readonly url: string;
  /** Of a POST; a GET has none. */
  readonly body: string | undefined;
  /** Whether it must get through even when the page goes away. */
  readonly last: boolean;
}

/** What came back; `retryAfter` is the header, where there is one. */
export type PollingResponse = readonly [status: number, text: string, retryAfter?: string | null | undefined];

/** What stands for an answer where there was none. */
export const NO_RESPONSE: PollingResponse = [0, ""];

/**
 * Makes a request as the platform can. Rejects where there is no whole response, and when `requests` are aborted; one that
 * takes too long aborts them all.
 */
export type Exchange = (request: PollingRequest, requests: AbortController) => Promise<PollingResponse>;
