import type { TransportClass as TransportClassOf } from "../engine/client-transport.ts";
import type { Parser } from "../socketio/parser.ts";

/** A transport that `transports` names by its class: `SSE` of `baro/client`, for one. */
export type TransportClass = TransportClassOf<ResolvedOptions>;

/** The credentials of a socket: an object, or a function that gives one at each connection. */
export type Auth = Record<string, unknown> | ((give: (data: object) => void) => void);

/** The options of one socket. */
export interface SocketOptions {
  /** Sent when the socket asks for its namespace; none by default. */
  auth?: Auth;
  /** How often an event is sent again that the server does not acknowledge in time; such events go one by one. */
  retries?: number;
  /** Milliseconds for an acknowledgement, where `timeout()` says nothing; no limit by default. */
  ackTimeout?: number;
  /** Events that may wait for the connection; no limit by default, 1,000 is a good one. Over it `emit` throws. */
  maxBuffered?: number;
  /** Bytes of them; no limit by default, 4 MiB is a good one. */
  maxBufferedBytes?: number;
  /** Events that are kept until a server of ours is known to have taken them; 1,000 by default. The rest is sent once. */
  maxRetained?: number;
  /** Bytes of them; 4 MiB by default. */
  maxRetainedBytes?: number;
}

/** The options of the low-level connection. */
export interface EngineOptions {
  /** The path on the server; `/socket.io` by default. */
  path: string;
  /** Whether `path` gets a slash at its end; true by default. */
  addTrailingSlash: boolean;
  /** Parameters of every URL; none by default. */
  query: Record<string, unknown>;
  /**
   * The transports, by names or by classes, the first one to begin with; `["polling", "websocket"]` by default. Where a
   * script has a class only by importing it, as a page's has `SSE`, the name alone does not do.
   */
  transports: readonly (string | TransportClass)[];
  /** Whether to move from polling to WebSocket; true by default. */
  upgrade: boolean;
  /** Whether to begin with WebSocket after it once worked; false by default. */
  rememberUpgrade: boolean;
  /**
   * Whether the next transport is tried when one fails to open, or takes longer than its share of `timeout`; by default
   * unless the first one is polling. The one that worked is the first one from then on.
   */
  tryAllTransports: boolean;
  /** Whether the URLs of polling differ each time, against caches; true by default. */
  timestampRequests: boolean;
  /** The parameter of that; `"t"` by default. */
  timestampParam: string;
  /** Milliseconds for one request of polling, 0 (the default) for no limit. */
  requestTimeout: number;
  /** Whether cookies go to other origins too; in Node, whether they are kept and sent at all. False by default. */
  withCredentials: boolean;
  /** Headers of every request; none by default. Browsers send them with polling only. */
  extraHeaders: Record<string, string>;
  /** Whether binary data goes as base64 over WebSocket, too, as it does over polling; false by default. */
  forceBase64: boolean;
  /** Subprotocols of the WebSocket; none by default. */
  protocols: string | string[];
  /** Whether to close when the page is left, without waiting for the browser to do so; false by default. */
  closeOnBeforeunload: boolean;
  /** Options for one transport alone, by its name. */
  transportOptions: Record<string, Partial<EngineOptions>>;
  /** Bytes that may wait while the connection takes none; 64 MiB by default. Over it the connection ends. */
  maxQueuedBytes: number;

  // Node only.
  /** Whether the program may end though it is connected, or tries to be; false by default. */
  autoUnref: boolean;
  /** Where cookies are kept, which the client makes itself. Clients with the same one share them. */
  cookies: unknown;
  /** The `http.Agent` or `https.Agent` of every request; Node's own by default. */
  agent: unknown;
  /** TLS, as in `tls.connect`: certificates of authorities to trust. */
  ca: unknown;
  /** TLS: the client's certificate. */
  cert: unknown;
  /** TLS: the key of the client's certificate. */
  key: unknown;
  /** TLS: certificate and key as PFX or PKCS12. */
  pfx: unknown;
  /** TLS: the passphrase of `key` or `pfx`. */
  passphrase: string;
  /** TLS: the ciphers to use. */
  ciphers: string;
  /** TLS: whether the server's certificate must be trusted; true by default. */
  rejectUnauthorized: boolean;
}

/** The options of a connection and of how it is kept. */
export interface ManagerOptions extends EngineOptions {
  /** Whether a connection of its own is made; false by default. */
  forceNew: boolean;
  /** Whether namespaces share one connection; true by default. */
  multiplex: boolean;
  /** Whether to connect at once; true by default. */
  autoConnect: boolean;
  /** Whether to reconnect; true by default. */
  reconnection: boolean;
  /** Attempts before giving up; `Infinity` by default. */
  reconnectionAttempts: number;
  /** Milliseconds before the first attempt; 1,000 by default. */
  reconnectionDelay: number;
  /** The longest delay between attempts in milliseconds; 5,000 by default. */
  reconnectionDelayMax: number;
  /** By which share a delay is shorter or longer, by chance; 0.5 by default. */
  randomizationFactor: number;
  /** Another form of the packets than Socket.IO's own: a module with two classes, the same as the server's. */
  parser: Parser;
  /** Milliseconds for one attempt to connect, `false` for no limit; 20,000 by default. */
  timeout: number | false;
}

/** What holds where a program says nothing. What is not here is off, or none. */
export const DEFAULTS = {
  path: "/socket.io",
  addTrailingSlash: true,
  transports: ["polling", "websocket"],
  upgrade: true,
  timestampRequests: true,
  timestampParam: "t",
  maxQueuedBytes: 64 * 1024 * 1024,
  autoConnect: true,
  reconnection: true,
  reconnectionAttempts: Number.POSITIVE_INFINITY,
  reconnectionDelay: 1_000,
  reconnectionDelayMax: 5_000,
  randomizationFactor: 0.5,
  timeout: 20_000,
} satisfies Partial<ManagerOptions>;

/** Options with the defaults filled in. */
export type ResolvedOptions = Partial<ManagerOptions> & Pick<ManagerOptions, keyof typeof DEFAULTS>;

/** Fills in the defaults. An option that is `undefined` counts as not given. */
export function resolveOptions(options: Partial<ManagerOptions>): ResolvedOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...DEFAULTS, ...Object.fromEntries(given) };
}
