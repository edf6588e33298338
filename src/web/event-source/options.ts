import { BaroError, ERR_OPTION } from "../../errors.ts";

/** `fetch`, as far as an `EventSource` uses it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What an `EventSource` is made with. All but `withCredentials` is beyond the standard. */
export interface EventSourceInit {
  /** Whether cookies go along to other origins, for a `fetch` that keeps cookies; that of Node keeps none. */
  readonly withCredentials?: boolean | undefined;
  /**
   * More headers for each request, `Authorization` for one. After a redirect to another origin they are left out:
   * what they say is not meant for it.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Makes the requests, in place of the global `fetch`: for an agent, a certificate, cookies. Redirects must come back
   * as they are (`redirect: "manual"`), as with Node's own.
   */
  readonly fetch?: Fetch | undefined;
  /** Characters that one event may have; 16 Mi by default. Above, the connection fails. */
  readonly maxEvent?: number | undefined;
  /** Milliseconds that are waited at least before it connects again, whatever the server asks for; 500 by default. */
  readonly minRetry?: number | undefined;
  /** Milliseconds that the server can ask it to wait at most; an hour by default. */
  readonly maxRetry?: number | undefined;
}

/** The same, complete. */
export interface EventSourceSettings {
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials: "include" | "same-origin";
  readonly fetch: Fetch;
  readonly maxEvent: number;
  readonly minRetry: number;
  readonly maxRetry: number;
}

const DEFAULTS = { maxEvent: 16 * 1024 * 1024, minRetry: 500, maxRetry: 3_600_000 };
/** Half of what a timer can wait: a longer one would run at once, and chance makes waits longer by half. */
const LONGEST = 2 ** 30;

/** Fills in the defaults. @throws BaroError `BARO_OPTION` for a value that makes no sense. */
export function settleEventSource({
  withCredentials,
  headers = {},
  fetch = (url, init) => globalThis.fetch(url, init),
  ...bounds
}: EventSourceInit): EventSourceSettings {
  if (typeof fetch !== "function")
    throw new BaroError(ERR_OPTION, "fetch must be a function, as the global one is.");
  try {
    new Headers(headers);
  } catch (cause) {
    throw new BaroError(ERR_OPTION, "headers has a name or a value that no HTTP header can have.", { cause });
  }
  const settings: EventSourceSettings = {
    headers: { ...headers },
    credentials: withCredentials === true ? "include" : "same-origin",
    fetch,
    maxEvent: bound("maxEvent", bounds.maxEvent),
    minRetry: bound("minRetry", bounds.minRetry),
    maxRetry: bound("maxRetry", bounds.maxRetry),
  };
  if (settings.minRetry <= settings.maxRetry) return settings;
  throw new BaroError(ERR_OPTION, "minRetry must not be more than maxRetry.");
}

function bound(name: keyof typeof DEFAULTS, value: number = DEFAULTS[name]): number {
  if (Number.isSafeInteger(value) && value > 0 && value <= LONGEST) return value;
  throw new BaroError(
    ERR_OPTION,
    `${name} must be a whole number from 1 to ${LONGEST}, and is ${String(value)}.`,
  );
}
