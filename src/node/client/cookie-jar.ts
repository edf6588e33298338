/** Cookies of one server, their characters together, and those of one: as much as servers may count on (RFC 6265, section 6.1). */
const MAX_COOKIES = 50;
const MAX_LENGTH = 8_192;
const MAX_COOKIE_LENGTH = 4_096;

/** A name, a value, and attributes; without what no header may carry. */
const SET_COOKIE = /^[ \t]*([^=;\p{Cc}]+)=([^;\p{Cc}]*)(?:;(.*))?$/u;

interface Cookie {
  readonly value: string;
  /** As `Date.now()` counts. */
  readonly expires: number;
}

/**
 * What a server set by `Set-Cookie`, for the requests that follow: a load balancer finds the session's server by it. All
 * requests go to one path of one host, so domain, path and the rest do not count; only the end of each cookie does.
 */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie>();

  /** Takes the headers of a response. What is no cookie, or too long, is passed over. */
  receive(headers: readonly string[] = []): void {
    for (const header of headers) {
      const [, name = "", value = "", attributes = ""] = SET_COOKIE.exec(header) ?? [];
      const key = name.trim();
      if (key === "" || key.length + value.length > MAX_COOKIE_LENGTH) continue;
      // The one that was set last stands last: the oldest go first.
      this.#cookies.delete(key);
      this.#cookies.set(key, { value: value.trim(), expires: expiry(attributes) });
    }
    while (this.#cookies.size > MAX_COOKIES || this.header.length > MAX_LENGTH) {
      for (const oldest of this.#cookies.keys()) {
        this.#cookies.delete(oldest);
        break;
      }
    }
  }

  /** The value of `Cookie`; empty without cookies. */
  get header(): string {
    const now = Date.now();
    for (const [name, { expires }] of this.#cookies) if (expires <= now) this.#cookies.delete(name);
    return [...this.#cookies].map(([name, { value }]) => `${name}=${value}`).join("; ");
  }

  /** Adds the cookies to the headers of a request, behind those that the program sends. */
  addTo(headers: Readonly<Record<string, string>>): Record<string, string> {
    const { header } = this;
    const [name = "cookie", own] =
      Object.entries(headers).find(([each]) => each.toLowerCase() === "cookie") ?? [];
    const all = [own, header].filter(Boolean).join("; ");
    return all === "" ? { ...headers } : { ...headers, [name]: all };
  }
}

/** `Max-Age` counts before `Expires` (RFC 6265, section 5.3). */
function expiry(attributes: string): number {
  const age = /(?:^|;)\s*max-age\s*=\s*(-?\d+)/i.exec(attributes)?.[1];
  if (age !== undefined) return Date.now() + Number(age) * 1_000;
  const date = Date.parse(/(?:^|;)\s*expires\s*=\s*([^;]+)/i.exec(attributes)?.[1] ?? "");
  return Number.isNaN(date) ? Number.POSITIVE_INFINITY : date;
}
