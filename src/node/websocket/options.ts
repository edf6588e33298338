import type { ClientRequest, Server as HttpServer, IncomingMessage, OutgoingHttpHeaders } from "node:http";
import type { Server as HttpsServer, RequestOptions } from "node:https";
import type { ZlibOptions } from "node:zlib";
import { BaroError, ERR_OPTION } from "../../errors.ts";
import type { ConnectionCapOptions } from "../connection-caps.ts";
import type { SettledOriginRule } from "../http/origin.ts";
import { SHELL_DEFAULTS, type ShellOptions } from "./shell-options.ts";
import type { WebSocket } from "./websocket.ts";

/** Pings on the one timer that all connections share. */
export interface HeartbeatOptions {
  /** Milliseconds between two pings; 30,000 by default. */
  interval?: number | undefined;
  /** Milliseconds that the peer has for any sign of life after a ping; 10,000 by default. Then it is cut off. */
  timeout?: number | undefined;
}

/** What becomes of a peer that reads too slowly; see {@link ConnectionOptions.maxQueued}. */
export type SlowConsumerPolicy = "close" | "drop" | "metric";

/** The options of permessage-deflate, RFC 7692, with the names and defaults of `ws`. */
export interface PerMessageDeflateOptions {
  /** Whether the server compresses each message without reference to those before it. */
  serverNoContextTakeover?: boolean | undefined;
  /** The same of the client. */
  clientNoContextTakeover?: boolean | undefined;
  /** The base-2 logarithm of the server's window, 8 to 15. */
  serverMaxWindowBits?: number | undefined;
  /** The same of the client. */
  clientMaxWindowBits?: number | undefined;
  /** How `node:zlib` compresses: `level`, `memLevel` and `strategy` count. */
  zlibDeflateOptions?: ZlibOptions | undefined;
  /** Taken and not needed. */
  zlibInflateOptions?: ZlibOptions | undefined;
  /** Bytes from which on a message is compressed; 1,024 by default. */
  threshold?: number | undefined;
  /** Long messages that are compressed or decompressed at a time; 10 by default. */
  concurrencyLimit?: number | undefined;
}

/** What client and server have in common. */
export interface ConnectionOptions {
  /** Whether more than one `message`, `ping` or `pong` may come in one tick; true by default. */
  allowSynchronousEvents?: boolean | undefined;
  /** Whether pings are answered; true by default. */
  autoPong?: boolean | undefined;
  /** Milliseconds that the peer has for its answer to our close frame; 30,000 by default. Then it is cut off. */
  closeTimeout?: number | undefined;
  /**
   * Taken and not needed: chunks that wait for the rest of a message are joined as they come, so that a message in
   * small pieces holds hardly more than its own length.
   */
  maxBufferedChunks?: number | undefined;
  /** Frames per message; 524,288 by default. A message in millions of empty frames costs work and never ends. */
  maxFragments?: number | undefined;
  /** Taken and not needed: a peer that does not read has one pong at most waiting for it. */
  maxPendingAutoPongs?: number | undefined;
  /** Bytes of the largest message that is taken; 100 MiB by default, 0 for what a `Buffer` holds. */
  maxPayload?: number | undefined;
  /** Whether compression is agreed to: `true`, or its options. */
  perMessageDeflate?: boolean | PerMessageDeflateOptions | undefined;
  /**
   * Beyond `ws`: pings and pongs that the peer may send in a second; 0, the default, for no bound. Above, it is closed
   * with 1008: each ping costs an answer, and says nothing.
   */
  maxControlFrames?: number | undefined;
  /** Whether text is taken as UTF-8 unseen; false by default. Only for peers that one trusts. */
  skipUTF8Validation?: boolean | undefined;
  /** Beyond `ws`: pings the peer, and cuts it off when it is dead. `true` for the defaults; off by default. */
  heartbeat?: boolean | HeartbeatOptions | undefined;
  /** Beyond `ws`: bytes that may wait for a peer that reads too slowly; 0, the default, for no bound. */
  maxQueued?: number | undefined;
  /**
   * Beyond `ws`: what happens above `maxQueued`. `metric`, the default: nothing, `bufferedAmount` tells. `drop`:
   * messages are dropped until the peer reads, `droppedMessages` counts them. `close`: a close with code 1013.
   */
  slowConsumer?: SlowConsumerPolicy | undefined;
}

/** The options of a client: its own, and those of `http.request` and `https.request`, TLS and `agent` among them. */
export interface ClientOptions extends ConnectionOptions, Omit<RequestOptions, "timeout"> {
  /** May alter the request; it is then sent by `request.end()` and not before. */
  finishRequest?: FinishRequestCallback | undefined;
  /** Whether redirects are followed; false by default. Credentials stay behind where the host changes. */
  followRedirects?: boolean | undefined;
  /** Fills the masking key of a frame, 4 bytes. The default is random, as RFC 6455 section 10.3 demands. */
  generateMask?: ((mask: Buffer) => void) | undefined;
  /** Milliseconds for the answer to the handshake, and to each one after a redirect; no bound by default. */
  handshakeTimeout?: number | undefined;
  /** 10 by default. */
  maxRedirects?: number | undefined;
  /** The `Origin` header. */
  origin?: string | undefined;
  /** 13 is the only one. */
  protocolVersion?: number | undefined;
}

/** The options of a server. One of `port`, `server` and `noServer` it must have. */
export interface ServerOptions<
  Client extends typeof WebSocket = typeof WebSocket,
  Request extends typeof IncomingMessage = typeof IncomingMessage,
> extends ConnectionOptions,
    ConnectionCapOptions {
  host?: string | undefined;
  /** Makes an HTTP server that listens there. */
  port?: number | undefined;
  backlog?: number | undefined;
  /** An HTTP server of the application, which starts and closes it. */
  server?: HttpServer<Request> | HttpsServer<Request> | undefined;
  /** No HTTP server at all: the application calls `handleUpgrade`. */
  noServer?: boolean | undefined;
  /** Takes only requests with this path, without their query; all by default. */
  path?: string | undefined;
  /** Says who may connect. With two parameters it answers by its callback. */
  verifyClient?:
    | VerifyClientCallbackAsync<InstanceType<Request>>
    | VerifyClientCallbackSync<InstanceType<Request>>
    | undefined;
  /** Chooses a subprotocol of those that the client offers; by default the first. */
  handleProtocols?: ((protocols: Set<string>, request: InstanceType<Request>) => string | false) | undefined;
  /** Whether `clients` is kept; true by default. */
  clientTracking?: boolean | undefined;
  /** The class of the sockets. */
  WebSocket?: Client | undefined;
  /**
   * Beyond `ws`: whether pages of other origins are refused with 403. `true`: only those of this host may; a string,
   * a pattern or a list: those too. A browser asks nobody before it opens a WebSocket with the cookies of its user.
   */
  checkOrigin?: SettledOriginRule | undefined;
}

/** A message as `MessageEvent` hands it out. */
export type Data = string | Buffer | ArrayBuffer | Buffer[];
/** A certificate or a key. */
export type CertMeta = string | string[] | Buffer | Buffer[];

/** What a `verifyClient` is told. */
export interface VerifyClientInfo<Request extends IncomingMessage = IncomingMessage> {
  origin: string;
  secure: boolean;
  req: Request;
}
export type VerifyClientCallbackSync<Request extends IncomingMessage = IncomingMessage> = (
  info: VerifyClientInfo<Request>,
) => boolean;
/** The callback takes the status of a refusal, 401 by default, its text and its headers. */
export type VerifyClientCallbackAsync<Request extends IncomingMessage = IncomingMessage> = (
  info: VerifyClientInfo<Request>,
  callback: (result: boolean, code?: number, message?: string, headers?: OutgoingHttpHeaders) => void,
) => void;
export type FinishRequestCallback = (request: ClientRequest, websocket: WebSocket) => void;

/** {@link HeartbeatOptions} with their defaults. */
export interface SettledHeartbeat {
  readonly interval: number;
  readonly timeout: number;
}

/** The options of one connection, settled. One object serves all connections of a server. */
export interface WebSocketShellOptions extends ShellOptions {
  readonly slowConsumer: SlowConsumerPolicy;
  readonly heartbeat: SettledHeartbeat | undefined;
}

/** @throws BaroError for an option outside its bounds. */
export function settleConnection(options: ConnectionOptions): WebSocketShellOptions {
  const count = (name: keyof ConnectionOptions, fallback: number): number => {
    const value = options[name] ?? fallback;
    if (typeof value === "number" && value >= 0) return value;
    throw new BaroError(ERR_OPTION, `${name} must be a number of 0 or more.`);
  };
  const { allowSynchronousEvents = true, autoPong = true, skipUTF8Validation = false } = options;
  return {
    ...SHELL_DEFAULTS,
    messageTimeout: 0,
    maxPayload: count("maxPayload", SHELL_DEFAULTS.maxPayload),
    maxFragments: count("maxFragments", SHELL_DEFAULTS.maxFragments) || Number.POSITIVE_INFINITY,
    closeTimeout: count("closeTimeout", SHELL_DEFAULTS.closeTimeout),
    autoPong,
    skipUtf8Validation: skipUTF8Validation,
    // With one frame per turn no two events come in one tick.
    ...(allowSynchronousEvents ? {} : { frameBudget: 1 }),
    // What ws does not have is off by default: a program that sends 16 MB in one go must work.
    maxQueued: count("maxQueued", 0),
    maxControlFrames: count("maxControlFrames", 0),
    slowConsumer: options.slowConsumer ?? "metric",
    heartbeat: settleHeartbeat(options.heartbeat),
  };
}

function settleHeartbeat(heartbeat: ConnectionOptions["heartbeat"]): SettledHeartbeat | undefined {
  if (heartbeat === undefined || heartbeat === false) return undefined;
  const { interval = 30_000, timeout = 10_000 } = heartbeat === true ? {} : heartbeat;
  if (interval > 0 && timeout > 0) return { interval, timeout };
  throw new BaroError(ERR_OPTION, "A heartbeat needs an interval and a timeout above 0.");
}
