import { randomBytes } from "node:crypto";
import { type ConnectOptions, findSocket, type Lookup, type SharedManagers } from "../client/lookup.ts";
import { Manager as ManagerOf, protocol } from "../client/manager.ts";
import type { ManagerOptions } from "../client/options.ts";
import type { Platform } from "../client/platform.ts";
import { Socket } from "../client/socket.ts";
import type { DefaultEventsMap, EventsMap } from "../emitter.ts";
import { BaroError } from "../errors.ts";
import { NodeXHR, SSE } from "../node/client/polling.ts";
import { withCookies } from "../node/client/request-options.ts";
import { WebSocketTransport } from "../node/client/websocket-transport.ts";
import { clock, unrefClock } from "../node/process.ts";
import { WebTransport } from "../web/web-transport.ts";

const platform: Platform = {
  clock,
  page: undefined,
  randomNumber: Math.random,
  randomId: () => randomBytes(16).toString("base64url"),
  onPage: () => () => {},
  transports: { polling: NodeXHR, websocket: WebSocketTransport, sse: SSE },
};

/** The connection to a server; see `client/manager.ts`. */
export class Manager<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
> extends ManagerOf<ListenEvents, EmitEvents> {
  /**
   * @param url where the server is; `http://localhost` by default.
   * @throws BaroError `BARO_OPTION` when `url` is none.
   */
  constructor(url?: string | Partial<ManagerOptions>, options: Partial<ManagerOptions> = {}) {
    const [address, given] = typeof url === "object" ? [undefined, url] : [url, options];
    super(given.autoUnref ? { ...platform, clock: unrefClock } : platform, address, withCookies(given));
  }
}

const managers: SharedManagers = new Map();

const lookup: Lookup = (url?: string | ConnectOptions, options: ConnectOptions = {}) =>
  findSocket(managers, platform, Manager, url, options);

/**
 * Gives the socket of the namespace that a URL names, and connects: `io("https://example.com/admin")`. The function holds
 * the rest: `io.Manager`.
 */
export const io = Object.assign(lookup, {
  default: lookup,
  io: lookup,
  connect: lookup,
  lookup,
  Manager,
  Socket,
  protocol,
  BaroError,
  Fetch: NodeXHR,
  NodeXHR,
  XHR: NodeXHR,
  NodeWebSocket: WebSocketTransport,
  WebSocket: WebSocketTransport,
  SSE,
  WebTransport,
});

export type { ConnectOptions, Lookup } from "../client/lookup.ts";
export type { ManagerEvents, ManagerEvents as ManagerReservedEvents } from "../client/manager.ts";
export type { ManagerOptions, SocketOptions, TransportClass } from "../client/options.ts";
export type {
  DisconnectDescription,
  DisconnectReason,
  ExtendedError,
  SocketEvents,
  SocketEvents as SocketReservedEvents,
} from "../client/socket-events.ts";
export {
  BaroError,
  io as connect,
  io as default,
  // What `require("baro/client")` gives.
  io as "module.exports",
  lookup,
  NodeXHR,
  NodeXHR as Fetch,
  NodeXHR as XHR,
  protocol,
  Socket,
  SSE,
  WebSocketTransport as NodeWebSocket,
  WebSocketTransport as WebSocket,
  WebTransport,
};
