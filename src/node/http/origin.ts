/** Says whether an origin may read answers, as the `cors` package has it. */
export type OriginRule =
  | boolean
  | string
  | RegExp
  | readonly (boolean | string | RegExp)[]
  | ((
      origin: string | undefined,
      callback: (error: Error | null, allow?: Exclude<OriginRule, (...args: never) => unknown>) => void,
    ) => void);

/** A rule that needs no callback any more. */
export type SettledOriginRule = Exclude<OriginRule, (...args: never) => unknown>;

/** Whether `rule` names `origin`. `"*"` and `true` name every one, a browser's `null` included. */
export function matchesOrigin(origin: string, rule: SettledOriginRule): boolean {
  if (typeof rule === "boolean") return rule;
  if (typeof rule === "string") return rule === "*" || rule === origin;
  if (rule instanceof RegExp) {
    // A rule with the flags `g` or `y` remembers where it stopped.
    rule.lastIndex = 0;
    return rule.test(origin);
  }
  return rule.some((each) => matchesOrigin(origin, each));
}

/**
 * Whether a page of `origin` belongs to the server that answers as `host`. Browsers send the origin with each
 * WebSocket handshake but ask nobody for leave, so that without this check any page could use the cookies of its
 * visitor (cross-site WebSocket hijacking). Both are parsed: comparing text lets `good.example.evil.example` in.
 */
export function isSameSite(origin: string, host: string | undefined, encrypted: boolean): boolean {
  if (host === undefined) return false;
  const page = parseUrl(origin);
  // An origin is scheme, host and port, and nothing else (RFC 6454, section 6.2).
  if (page === undefined || page.href !== `${page.origin}/`) return false;
  if (page.protocol !== "https:" && page.protocol !== "http:") return false;
  // Not the other way round: behind a proxy that ends TLS, pages are https and the connection is not.
  if (encrypted && page.protocol === "http:") return false;
  // By way of the page's scheme, so that its default port may be named or not.
  return page.host === parseUrl(`${page.protocol}//${host}`)?.host;
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
