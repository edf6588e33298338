import type { Cancel } from "../clock.ts";

/** One HTTP request of long-polling. */
export interface PollingRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  /** Nothing for a GET. */
  readonly body: string | null;
  /** Whether it must get through even when the page goes away. */
  readonly last: boolean;
}

/** What came back: `status` is 0 where there was no response. `retryAfter` is the header, where there is one. */
export type PollingResponse = (status: number, text: string, retryAfter?: string | null) => void;

/** Makes a request as the platform can. `done` is called once, later, and never after the cancel. */
export type Exchange = (request: PollingRequest, done: PollingResponse) => Cancel;
