import { createLookup } from "../client/lookup.ts";
import { Manager as ManagerOf, protocol } from "../client/manager.ts";
import type { ManagerOptions } from "../client/options.ts";
import type { Platform } from "../client/platform.ts";
import { Socket } from "../client/socket.ts";
import type { DefaultEventsMap, EventsMap } from "../emitter.ts";
import { BaroError } from "../errors.ts";
import { base64 } from "../node/base64.ts";
import { createHttpExchange, createHttpStream } from "../node/client/http-exchange.ts";
import { requestOptions } from "../node/client/request-options.ts";
import { WebSocketTransport } from "../node/client/websocket-transport.ts";
import { clock } from "../node/process.ts";
import { PollingTransport } from "../web/polling.ts";
import { createStreamExchange } from "../web/stream-exchange.ts";

const platform: Platform = {
  clock,
  page: undefined,
  random: Math.random,
  onUnload: () => () => {},
  createTransport(name, url, options) {
    const { timestampRequests, timestampParam, requestTimeout, extraHeaders = {}, protocols = [] } = options;
    const request = requestOptions(options);
    if (name === "websocket") {
      // The manager bounds the time.
      return new WebSocketTransport(url, {
        request,
        headers: extraHeaders,
        protocols: [protocols].flat(),
        handshakeTimeout: 0,
      });
    }
    if (name !== "polling" && name !== "sse") return undefined;
    const http = { headers: extraHeaders, timeout: requestTimeout, request };
    const exchange = createHttpExchange(http);
    return new PollingTransport(
      {
        url,
        timestampParam: timestampRequests ? timestampParam : undefined,
        exchange: name === "sse" ? createStreamExchange(createHttpStream(http), exchange) : exchange,
        base64,
        clock,
      },
      name,
    );
  },
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
  constructor(url?: string | Partial<ManagerOptions>, options?: Partial<ManagerOptions>) {
    super(platform, url, options);
  }
}

/** Gives the socket of the namespace that a URL names, and connects: `io("https://example.com/admin")`. */
export const io = createLookup(platform, (url, options) => new Manager(url, options));

export type { ConnectOptions, Lookup } from "../client/lookup.ts";
export type { ManagerEvents } from "../client/manager.ts";
export type { ManagerOptions, SocketOptions } from "../client/options.ts";
export type { DisconnectReason, ExtendedError, SocketEvents } from "../client/socket-events.ts";
export { BaroError, io as connect, io as default, io as lookup, protocol, Socket };

// What `require("baro/client")` gives is the function, with the rest on it.
const callable = Object.assign(io, {
  default: io,
  io,
  connect: io,
  lookup: io,
  Manager,
  Socket,
  protocol,
  BaroError,
});

export { callable as "module.exports" };
