import { BaroError, ERR_OPTION } from "../errors.ts";

/** Where a page stands: what its location says. */
export interface Page {
  /** `"http:"` or `"https:"`. */
  readonly protocol: string;
  /** With the port, where it is no default. */
  readonly host: string;
}

/** A server and a namespace, as the URL of `io(url)` names them. */
export interface Address {
  readonly secure: boolean;
  /** With the port, where it is no default. */
  readonly host: string;
  /** The path of the URL: a namespace, not a path on the server. */
  readonly namespace: string;
  readonly query: Readonly<Record<string, string>>;
}

const URL_PATTERN = /^(https?|wss?):\/\/([^/?#]+)([^?#]*)\??([^#]*)/i;

/**
 * Parses the URL of a server. Without a host it is the one of the page; without a scheme the page's, or `https`;
 * without a URL and a page it is `http://localhost`.
 *
 * @throws BaroError `BARO_OPTION` when the scheme is none of http, https, ws and wss.
 */
export function parseAddress(url: string | undefined, page: Page | undefined): Address {
  const match = URL_PATTERN.exec(complete(url ?? "/", page));
  if (match === null) {
    throw new BaroError(ERR_OPTION, `"${url}" is no URL of http, https, ws or wss.`);
  }
  const [, scheme = "", host = "", path = "", query = ""] = match;
  const secure = /^(https|wss)$/i.test(scheme);
  return {
    secure,
    host: host.toLowerCase().replace(secure ? /:443$/ : /:80$/, ""),
    namespace: path || "/",
    query: parseQuery(query),
  };
}

function complete(url: string, page: Page | undefined): string {
  if (url.startsWith("//")) return (page?.protocol ?? "https:") + url;
  if (url.startsWith("/")) return `${page?.protocol ?? "http:"}//${page?.host ?? "localhost"}${url}`;
  if (/^[a-z]+:\/\//i.test(url)) return url;
  return `${page?.protocol ?? "https:"}//${url}`;
}

function parseQuery(query: string): Record<string, string> {
  const pairs = query.split("&").filter((pair) => pair !== "");
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = "", ...value] = pair.split("=");
      return [decode(name), decode(value.join("="))];
    }),
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What a session's URL is made of. */
export interface Endpoint {
  readonly path: string;
  readonly addTrailingSlash: boolean;
  readonly query: Readonly<Record<string, unknown>>;
}

/** The URL at which a transport reaches a server (Engine.IO 4, "Protocol": EIO, transport and sid). */
export function transportUrl(address: Address, endpoint: Endpoint, name: string, sid?: string): string {
  const scheme = (name === "websocket" ? "ws" : "http") + (address.secure ? "s" : "");
  const path = endpoint.path.replace(/\/$/, "") + (endpoint.addTrailingSlash ? "/" : "");
  // The protocol's own parameters stand last: no parameter of the program takes their place.
  const parameters = Object.entries({ ...endpoint.query, EIO: 4, transport: name, ...(sid && { sid }) });
  const query = parameters.map(
    ([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`,
  );
  return `${scheme}://${address.host}${path}?${query.join("&")}`;
}
