import { request as requestHttp } from "node:http";
import { type RequestOptions, request as requestHttps } from "node:https";
import { urlToHttpOptions } from "node:url";
import { BaroError, ERR_OPTION } from "../../errors.ts";

/** Where a WebSocket is dialled, and how one asks there. */
export interface DialTarget {
  readonly url: URL;
  readonly isEncrypted: boolean;
  /** The host and port, or the socket of the file system: what credentials are meant for. */
  readonly authority: string;
  readonly send: typeof requestHttp;
  readonly options: RequestOptions;
}

/** @throws BaroError for another scheme than `ws:`, `wss:`, `http:`, `https:` and `ws+unix:`. TypeError for no URL. */
export function dialTarget(url: string | URL): DialTarget {
  const target = new URL(url);
  if (target.protocol === "ws+unix:") return ipcTarget(target);
  if (target.protocol === "ws:") target.protocol = "http:";
  else if (target.protocol === "wss:") target.protocol = "https:";
  else if (target.protocol !== "http:" && target.protocol !== "https:") {
    throw new BaroError(ERR_OPTION, `A WebSocket needs ws:, wss:, http: or https:, not ${target.protocol}`);
  }
  const isEncrypted = target.protocol === "https:";
  return {
    url: target,
    isEncrypted,
    authority: target.host,
    send: isEncrypted ? requestHttps : requestHttp,
    options: urlToHttpOptions(target),
  };
}

/** `ws+unix:/path/of/the/socket:/path?query`. */
function ipcTarget(url: URL): DialTarget {
  const [socketPath = "", path = "/"] = decodeURI(url.pathname).split(":");
  if (socketPath === "") throw new BaroError(ERR_OPTION, "A ws+unix: URL needs the path of a socket.");
  return {
    url,
    isEncrypted: false,
    authority: socketPath,
    send: requestHttp,
    options: { hostname: "localhost", socketPath, path: path + url.search },
  };
}

/** What proves to a server who the client is. */
const SECRET_HEADERS = /^(?:authorization|cookie|proxy-authorization)$/i;
const SECRET_OPTIONS = ["auth", "cert", "key", "pfx", "passphrase"] as const;
/** What holds for one host only. */
const HOST_OPTIONS = ["socketPath", "servername"] as const;

/**
 * The options of the request that follows a redirect. Credentials never go to another host, nor to the same one
 * without its encryption: whoever can make a server redirect would get them.
 */
export function redirectOptions(
  from: DialTarget,
  to: DialTarget,
  { headers = {}, ...options }: RequestOptions,
): RequestOptions {
  const kept: RequestOptions = { ...options, headers };
  if (from.authority === to.authority && (to.isEncrypted || !from.isEncrypted)) return kept;
  for (const name of [...SECRET_OPTIONS, ...HOST_OPTIONS]) delete kept[name];
  kept.headers = Object.fromEntries(
    Object.entries(headers).filter(([name]) => !SECRET_HEADERS.test(name) && name.toLowerCase() !== "host"),
  );
  return kept;
}
