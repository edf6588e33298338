import { createLookup } from "../client/lookup.ts";
import { Manager as ManagerOf } from "../client/manager.ts";
import type { ManagerOptions } from "../client/options.ts";
import type { Platform } from "../client/platform.ts";
import type { DefaultEventsMap, EventsMap } from "../emitter.ts";
import { base64 } from "../web/base64.ts";
import { clock } from "../web/clock.ts";
import { createFetchExchange } from "../web/fetch.ts";
import { PollingTransport } from "../web/polling.ts";
import { onUnload } from "../web/unload.ts";
import { WebSocketTransport } from "../web/websocket.ts";

const platform: Platform = {
  clock,
  page: typeof location === "undefined" ? undefined : location,
  random: Math.random,
  onUnload,
  createTransport(name, url, options) {
    if (name === "websocket" && typeof WebSocket === "function") {
      return new WebSocketTransport(() => new WebSocket(url, options.protocols), clock);
    }
    if (name !== "polling") return undefined;
    const { timestampRequests, timestampParam, extraHeaders = {}, withCredentials, requestTimeout } = options;
    const exchange = createFetchExchange({ headers: extraHeaders, withCredentials, timeout: requestTimeout });
    return new PollingTransport({
      url,
      timestampParam: timestampRequests ? timestampParam : undefined,
      exchange,
      base64,
      clock,
    });
  },
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

/** Gives the socket of the namespace that a URL names, and connects: `io("https://example.com/admin")`. */
export const io = createLookup(platform, (url, options) => new Manager(url, options));

export type { ConnectOptions, Lookup } from "../client/lookup.ts";
export { type ManagerEvents, protocol } from "../client/manager.ts";
export type { ManagerOptions, SocketOptions } from "../client/options.ts";
export { Socket } from "../client/socket.ts";
export type { DisconnectReason, ExtendedError, SocketEvents } from "../client/socket-events.ts";
export { BaroError } from "../errors.ts";
export { io as connect, io as default, io as lookup };
