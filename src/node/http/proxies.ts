import type { IncomingMessage } from "node:http";
import proxyAddr from "proxy-addr";
import { BaroError, ERR_OPTION } from "../../errors.ts";
import { fieldOf } from "./raw-fields.ts";

/**
 * Which proxies before the server are believed when they name the client; the values are those of Express's setting
 * `trust proxy`: `true` for all, a number of hops, addresses and subnets (`"loopback"`, `"linklocal"`, `"uniquelocal"`
 * and CIDR), one in a string with commas or in a list, or a function that is asked for each address.
 */
export type TrustProxy =
  | boolean
  | number
  | string
  | readonly string[]
  | ((address: string, hop: number) => boolean);

type Trusts = (address: string, hop: number) => boolean;

/** What the proxies before a server say of a request, as far as they are believed. */
export class Proxies {
  readonly #trusts: Trusts | undefined;

  /** @throws BaroError `BARO_OPTION` for what is no address and no number of hops. */
  constructor(trust: TrustProxy = false) {
    this.#trusts = trust === false || trust === 0 ? undefined : compile(trust);
  }

  /** The address of the client: Express's `request.ip` under the same setting. `""` when its socket is gone. */
  addressOf(request: IncomingMessage): string {
    // Without proxies nothing is looked at, whatever a client writes into its headers.
    if (this.#trusts === undefined) return request.socket.remoteAddress ?? "";
    return proxyAddr(request, this.#trusts) ?? "";
  }

  /** The host and port that the client asked for. */
  hostOf(request: IncomingMessage): string | undefined {
    const forwarded = this.#forwarded(request, "x-forwarded-host");
    // Over HTTP/2 it is `:authority`, and a Host beside it counts for nothing (RFC 9113, section 8.3.1).
    return forwarded ?? fieldOf(request, ":authority") ?? fieldOf(request, "host");
  }

  /** Whether the client's own connection is known to be encrypted. */
  isEncrypted(request: IncomingMessage): boolean {
    const scheme = this.#forwarded(request, "x-forwarded-proto");
    return scheme === undefined ? "encrypted" in request.socket : scheme.toLowerCase() === "https";
  }

  /** The first value of a header that the nearest proxy sets, if that one is believed. */
  #forwarded(request: IncomingMessage, name: "x-forwarded-host" | "x-forwarded-proto"): string | undefined {
    if (this.#trusts?.(request.socket.remoteAddress ?? "", 0) !== true) return undefined;
    const value = request.headers[name];
    const first = typeof value === "string" ? value.split(",", 1)[0]?.trim() : undefined;
    return first === "" ? undefined : first;
  }
}

function compile(trust: Exclude<TrustProxy, false>): Trusts {
  if (typeof trust === "function") return trust;
  if (trust === true) return () => true;
  if (typeof trust === "number" && Number.isInteger(trust) && trust > 0)
    return (_address, hop) => hop < trust;
  const list = typeof trust === "string" ? trust.split(",").map((each) => each.trim()) : trust;
  try {
    return proxyAddr.compile(list as string[]);
  } catch (cause) {
    const sentence = `trustProxy must be what Express's "trust proxy" may be, and is ${String(trust)}.`;
    throw new BaroError(ERR_OPTION, sentence, { cause });
  }
}
