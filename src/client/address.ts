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
  readonly authority: string;
  /** The path of the URL: a namespace, not a path on the server. */
  readonly namespace: string;
  readonly query: Readonly<Record<string, string>>;
}

/** Scheme, host, path and query; none of them has to be there. */
const URL_PATTERN =
  /^(?:(?:(https?|wss?):)?\/\/(?=[^/?#]))?([^/?#]*[^/?#:])?(\/[^?#]*)?(?:\?([^#]*))?(?![^#])/i;

/**
 * Parses the URL of a server. Without a host it is the one of the page; without a scheme the page's, or `https`;
 * without a URL and a page it is `http://localhost`.
 *
 * @throws BaroError `BARO_OPTION` when the scheme is none of http, https, ws and wss.
 */
export function parseAddress(url = "", page?: Page): Address {
  const match = URL_PATTERN.exec(url);
  if (!match) throw new BaroError(ERR_OPTION, `"${url}" is no URL of http or ws.`);
  const [, scheme, name, namespace = "/", query = ""] = match;
  const { protocol = name ? "https:" : "http:", host = "localhost" } = page ?? {};
  // Of the four schemes, these two end so: https and wss.
  const secure = /[ps]s:?$/i.test(scheme ?? protocol);
  return {
    secure,
    authority: (name ?? host).toLowerCase().replace(secure ? /:443$/ : /:80$/, ""),
    namespace,
    // A plus stands for itself, as in the rest of a URL.
    query: Object.fromEntries(new URLSearchParams(query.replaceAll("+", "%2B"))),
  };
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
  const query = { ...endpoint.query, EIO: 4, transport: name, baro: 1, ...(sid && { sid }) };
  // Whatever the values are, they are written as text.
  const parameters = new URLSearchParams(query as unknown as Record<string, string>);
  return `${scheme}://${address.authority}${path}?${parameters}`;
}
