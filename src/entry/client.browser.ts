import { type ConnectOptions, findSocket, type Lookup, type SharedManagers } from "../client/lookup.ts";
import { Manager as ManagerOf, protocol } from "../client/manager.ts";
import type { ManagerOptions } from "../client/options.ts";
import type { Platform } from "../client/platform.ts";
import { Socket } from "../client/socket.ts";
import type { DefaultEventsMap, EventsMap } from "../emitter.ts";
import { base64 } from "../web/base64.ts";
import { clock } from "../web/clock.ts";
import { Fetch } from "../web/fetch.ts";
import { onPage } from "../web/page.ts";
import { WebSocketTransport } from "../web/websocket.ts";

const platform: Platform = {
  clock,
  get page() {
    return globalThis.location;
  },
  randomNumber: Math.random,
  randomId: () => base64.encode(crypto.getRandomValues(new Uint8Array(16))),
  onPage,
  transports: { polling: Fetch, websocket: WebSocketTransport },
};

/** The connection to a server; see `client/manager.ts`. */
export class Manager<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
> extends ManagerOf<ListenEvents, EmitEvents> {
  /**
   * @param url where the server is; where the page is by default.
   * @throws BaroError `BARO_OPTION` when `url` is none.
   */
  constructor(url?: string | Partial<ManagerOptions>, options?: Partial<ManagerOptions>) {
    super(platform, url, options);
  }
}

const managers: SharedManagers = new Map();

const lookup: Lookup = (url?: string | ConnectOptions, options: ConnectOptions = {}) =>
  findSocket(managers, platform, Manager, url, options);

/**
 * Gives the socket of the namespace that a URL names, and connects: `io("https://example.com/admin")`. The function holds
 * the rest: `io.Manager`.
 */
export const io = /* @__PURE__ */ Object.assign(lookup, {
  io: lookup,
  connect: lookup,
  Manager,
  Socket,
  protocol,
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
export { BaroError } from "../errors.ts";
export { SSE } from "../web/sse.ts";
export { WebTransport } from "../web/web-transport.ts";
export {
  Fetch,
  Fetch as NodeXHR,
  Fetch as XHR,
  io as connect,
  io as default,
  // What `require("baro/client")` gives.
  io as "module.exports",
  lookup,
  protocol,
  Socket,
  WebSocketTransport as NodeWebSocket,
  WebSocketTransport as WebSocket,
};
