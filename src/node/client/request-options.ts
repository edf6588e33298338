import type { RequestOptions } from "node:https";
import type { EngineOptions } from "../../client/options.ts";
import { CookieJar } from "./cookie-jar.ts";

const TLS = ["ca", "cert", "key", "pfx", "passphrase", "ciphers", "rejectUnauthorized"] as const;

/** How a client's requests are made. */
export interface ClientRequests {
  readonly headers: Readonly<Record<string, string>>;
  /** Where cookies are kept; `undefined` for nowhere. */
  readonly cookies: CookieJar | undefined;
  /** Whether a program may end while a request, or its connection, is open. */
  readonly unref: boolean;
  /** The agent and TLS. */
  readonly request: RequestOptions;
}

/**
 * What `node:http` and `node:https` are told of a client's options: the same for polling and for WebSocket. Without an
 * agent it is Node's own, which keeps connections alive and no process.
 */
export function clientRequests(options: Partial<EngineOptions>): ClientRequests {
  const given = TLS.filter((name) => options[name] !== undefined);
  const request = Object.fromEntries(given.map((name) => [name, options[name]])) as RequestOptions;
  // `false` is Socket.IO's way to write that there is none.
  if (options.agent) request.agent = options.agent as NonNullable<RequestOptions["agent"]>;
  return {
    headers: options.extraHeaders ?? {},
    cookies: options.cookies instanceof CookieJar ? options.cookies : undefined,
    unref: options.autoUnref === true,
    request,
  };
}

/** Gives each client a jar of its own for its cookies, where it is to keep some. */
export function withCookies<Options extends Partial<EngineOptions>>(options: Options): Options {
  return options.withCredentials ? { cookies: new CookieJar(), ...options } : options;
}
