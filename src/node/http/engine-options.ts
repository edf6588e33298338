import type { IncomingMessage, ServerResponse } from "node:http";
import type { Binary } from "../../binary.ts";
import { BaroError, ERR_OPTION } from "../../errors.ts";
import { SLOW_READER_DEFAULTS } from "../slow-readers.ts";
import type { PooledDeflateOptions } from "../websocket/per-message-deflate.ts";
import type { CorsDelegate, CorsOptions } from "./cors.ts";
import { refuseForeignOptions } from "./foreign-options.ts";
import type { HttpCompressionOptions } from "./http-compression.ts";
import type { TrustProxy } from "./proxies.ts";
import type { CookieOptions } from "./session-cookie.ts";

/** Says by `callback(error, success)` whether a request may open a session; an error's text goes to the client. */
export type AllowRequest = (
  request: IncomingMessage,
  callback: (error: string | null | undefined, success: boolean) => void,
) => void;

/** Where an engine answers on an HTTP server. */
export interface AttachOptions {
  /** Default `"/engine.io"`. */
  path?: string;
  /** Whether a slash belongs to the end of the path. Default true. */
  addTrailingSlash?: boolean;
  /** Whether an upgrade that nobody on the HTTP server takes is ended. Default true. */
  destroyUpgrade?: boolean;
  /** How long the others have for taking it. Default 1,000. */
  destroyUpgradeTimeout?: number;
}

/** The options of an {@link EngineServer}. Times are in milliseconds, sizes in bytes. */
export interface EngineOptions extends AttachOptions {
  /** From one ping to the next. Default 25,000. */
  pingInterval?: number;
  /** From a ping to the moment when a peer without an answer is gone: half-open connections. Default 20,000. */
  pingTimeout?: number;
  /** From the opening of an upgrade to the moment when it is given up. Default 10,000. */
  upgradeTimeout?: number;
  /** The largest POST and the largest WebSocket message; larger ones are refused before they are held. Default 1,000,000. */
  maxHttpBufferSize?: number;
  /** The most that waits for a peer that does not read; above it the session ends. Default 16 MiB. */
  maxQueued?: number;
  /** The most that may wait for longer than `slowTime`. Default 1 MiB: bursts of some megabytes pass. */
  softQueued?: number;
  /** How long more than `softQueued` may wait. Default 10,000. */
  slowTime?: number;
  /**
   * What becomes of a client for which more than `softQueued` waits: `"close"` ends its connection after `slowTime`
   * (1013); it comes back, and recovers where `connectionStateRecovery` is on. `"drop"` leaves out its events until it
   * has read the others. Default `"close"`. Above `maxQueued` the connection ends in any case.
   */
  slowConsumer?: "close" | "drop";
  /**
   * Messages, and bytes, that one client may send in a second; 0, the default, for any number. Over it, it is not read
   * for a while: an honest client feels a delay, and loses nothing.
   */
  messageRate?: number;
  byteRate?: number;
  /**
   * Clients that may connect in a second, in all and from one address or one /64 of IPv6; 0, the default, for any
   * number. Over it: 503 with `Retry-After`.
   */
  connectRate?: number;
  connectRatePerAddress?: number;
  /** How many times as much of each rate there is at once, after a rest. Default 4. */
  burst?: number;
  /**
   * Connections at a time, in all and from one address or one /64 of IPv6; 0, the default, for any number. Over it: 503
   * with `Retry-After`.
   */
  maxConnections?: number;
  maxConnectionsPerAddress?: number;
  /**
   * Default all. `"sse"` is for Baro's own client: packets as Server-Sent Events down, POST up, where WebSocket is
   * blocked and polling is slow.
   */
  transports?: readonly ("polling" | "websocket" | "sse")[];
  /** Whether a session that polls may move to WebSocket. Default true. */
  allowUpgrades?: boolean;
  /** Asked before each session. */
  allowRequest?: AllowRequest;
  /**
   * How long `allowRequest`, `cors`, `engine.generateId` and the middlewares of `engine.use` may take; then the
   * request is answered with 503. Default 30,000. Stops hooks that hang, and keep each request.
   */
  hookTimeout?: number;
  /**
   * Which proxies before the server may say who the client is; see {@link TrustProxy}. Default none: anybody can write
   * `X-Forwarded-For`.
   */
  trustProxy?: TrustProxy;
  /** Which pages of other origins may use the server, or a function that says so for each request. Default none. */
  cors?: CorsOptions | CorsDelegate;
  /** Answers the preflights of browsers, where `cors` does not. */
  handlePreflightRequest?: (request: IncomingMessage, response: ServerResponse) => void;
  /** Whether long-polling sessions get a cookie with their id, for load balancers. Default false. */
  cookie?: CookieOptions | boolean;
  /** Whether answers of long-polling are compressed, from 1,024 bytes on. Default true. */
  httpCompression?: HttpCompressionOptions | boolean;
  /**
   * Whether WebSocket messages are compressed, and how; the names are those of `ws`. Default false. `true` means from
   * 1,024 bytes on, without context takeover, and with windows of 4 KiB: zlib's own would take 300 KB of a connection.
   */
  perMessageDeflate?: PooledDeflateOptions | boolean;
  /** A message that each session gets right behind its handshake. */
  initialPacket?: string | Binary;
  /**
   * Whether a page of another origin is refused unless `cors.origin` names it or `allowRequest` let it in. Default
   * true: without it, any page could use the cookies of its visitor over WebSocket, which knows no CORS.
   */
  checkOrigin?: boolean;
}

type Optional = "allowRequest" | "trustProxy" | "cors" | "handlePreflightRequest" | "initialPacket";
/** The options with their defaults. */
export type EngineSettings = Required<Omit<EngineOptions, Optional>> & Pick<EngineOptions, Optional>;

const DEFAULTS: EngineSettings = {
  path: "/engine.io",
  addTrailingSlash: true,
  pingInterval: 25_000,
  pingTimeout: 20_000,
  upgradeTimeout: 10_000,
  maxHttpBufferSize: 1_000_000,
  ...SLOW_READER_DEFAULTS,
  slowConsumer: "close",
  messageRate: 0,
  byteRate: 0,
  connectRate: 0,
  connectRatePerAddress: 0,
  burst: 4,
  maxConnections: 0,
  maxConnectionsPerAddress: 0,
  transports: ["polling", "websocket", "sse"],
  allowUpgrades: true,
  hookTimeout: 30_000,
  cookie: false,
  perMessageDeflate: false,
  httpCompression: true,
  checkOrigin: true,
  destroyUpgrade: true,
  destroyUpgradeTimeout: 1000,
};

const NUMBERS = [
  "pingInterval",
  "pingTimeout",
  "upgradeTimeout",
  "maxHttpBufferSize",
  "maxQueued",
  "softQueued",
  "slowTime",
  "hookTimeout",
  "destroyUpgradeTimeout",
  "burst",
] as const;
const RATES = ["messageRate", "byteRate", "connectRate", "connectRatePerAddress"] as const;

/** Fills in the defaults. @throws BaroError `BARO_OPTION` for a value that makes no sense. */
export function settleOptions(options: EngineOptions): EngineSettings {
  refuseForeignOptions(options);
  // An option that is there but undefined is not given.
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const settings: EngineSettings = { ...DEFAULTS, ...given };
  for (const name of NUMBERS) {
    if (typeof settings[name] !== "number" || !(settings[name] > 0)) {
      throw new BaroError(ERR_OPTION, `${name} must be a number above 0, and is ${settings[name]}.`);
    }
  }
  for (const name of RATES) {
    if (typeof settings[name] !== "number" || !(settings[name] >= 0)) {
      throw new BaroError(ERR_OPTION, `${name} must be a number, 0 for no limit, and is ${settings[name]}.`);
    }
  }
  for (const name of ["maxConnections", "maxConnectionsPerAddress"] as const) {
    if (!Number.isInteger(settings[name]) || settings[name] < 0) {
      throw new BaroError(
        ERR_OPTION,
        `${name} must be an integer, 0 for no limit, and is ${settings[name]}.`,
      );
    }
  }
  if (settings.slowConsumer === "drop" && "connectionStateRecovery" in given) {
    // A client that comes back names the last event that it has: those that were left out before it are not missed.
    throw new BaroError(
      ERR_OPTION,
      'slowConsumer: "drop" leaves out events that connectionStateRecovery promises: choose one of them.',
    );
  }
  if (settings.slowConsumer !== "close" && settings.slowConsumer !== "drop") {
    throw new BaroError(
      ERR_OPTION,
      `slowConsumer may be "close" or "drop", and not ${String(settings.slowConsumer)}.`,
    );
  }
  for (const name of settings.transports) {
    if (name !== "polling" && name !== "websocket" && name !== "sse") {
      throw new BaroError(
        ERR_OPTION,
        `transports may name "polling", "websocket" and "sse", and not "${name}".`,
      );
    }
  }
  return { ...settings, path: settlePath(settings.path, settings.addTrailingSlash) };
}

/** The path as requests have it. @throws BaroError `BARO_OPTION` for one that is no path. */
function settlePath(path: string, addTrailingSlash: boolean): string {
  if (!path.startsWith("/")) {
    throw new BaroError(ERR_OPTION, `path must begin with "/", and is "${path}".`);
  }
  const bare = path.replace(/\/$/, "");
  return addTrailingSlash ? `${bare}/` : bare || "/";
}
