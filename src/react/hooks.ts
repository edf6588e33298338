import { useEffect, useSyncExternalStore } from "react";
import type { ConnectOptions } from "../client/lookup.ts";
import type { Socket } from "../client/socket.ts";
import type { DefaultEventsMap, EventsMap } from "../emitter.ts";
import { BaroError, ERR_OPTION } from "../errors.ts";
import { type ConnectionState, ON_SERVER } from "./connection-state.ts";
import { ConnectionWatches } from "./connection-watches.ts";
import { SharedSockets, type Surroundings } from "./shared-sockets.ts";

/** The options of `useSocket`: those of `io`, and one of its own. */
export interface UseSocketOptions extends ConnectOptions {
  /** Milliseconds for which the connection is kept after the last component is unmounted; 1,000 by default. */
  closeDelay?: number;
}

/**
 * Gives the socket of the namespace that a URL names. All components with the same URL and options share one; it
 * connects when the first of them is mounted, and closes a moment after the last one is unmounted. On the server it
 * never connects.
 *
 * Options may be written anew at each rendering: they are compared by what they say. When they change, there is
 * another socket. Of `auth` as a function the newest is asked, at each connection.
 *
 * @throws BaroError `BARO_OPTION` when `url` is none, or `closeDelay` no number of milliseconds.
 */
export interface UseSocket {
  <ListenEvents extends EventsMap = DefaultEventsMap, EmitEvents extends EventsMap = ListenEvents>(
    options?: UseSocketOptions,
  ): Socket<ListenEvents, EmitEvents>;
  <ListenEvents extends EventsMap = DefaultEventsMap, EmitEvents extends EventsMap = ListenEvents>(
    url?: string,
    options?: UseSocketOptions,
  ): Socket<ListenEvents, EmitEvents>;
}

/** Gives the state of a socket's connection, and renders the component again when it changes. */
export type UseConnectionState = <ListenEvents extends EventsMap, EmitEvents extends EventsMap>(
  socket: Socket<ListenEvents, EmitEvents>,
) => ConnectionState;

/** As much as the timers of all platforms take. */
const MAX_CLOSE_DELAY = 2 ** 31 - 1;

/** Makes the hooks that know of each other: which sockets there are, and in which state. An entry does so once. */
export function createHooks(surroundings: Surroundings): {
  useSocket: UseSocket;
  useConnectionState: UseConnectionState;
} {
  const watches = new ConnectionWatches();
  const sockets = new SharedSockets(surroundings, watches);

  function useSocket(first?: string | UseSocketOptions, second: UseSocketOptions = {}): Socket {
    const [url, { closeDelay = 1_000, ...options }] =
      typeof first === "object" ? [undefined, first] : [first, second];
    const { auth, autoConnect = true } = options;
    if (!(closeDelay >= 0 && closeDelay <= MAX_CLOSE_DELAY)) {
      throw new BaroError(
        ERR_OPTION,
        `closeDelay is ${closeDelay}; give milliseconds from 0 to ${MAX_CLOSE_DELAY}.`,
      );
    }
    const shared = sockets.get(url, options);
    shared.expect(autoConnect);
    useEffect(() => shared.setAuth(auth), [shared, auth]);
    useEffect(() => shared.hold({ autoConnect, closeDelay }), [shared, autoConnect, closeDelay]);
    return shared.socket;
  }

  function useConnectionState(socket: Parameters<UseConnectionState>[0]): ConnectionState {
    const watch = watches.of(socket);
    return useSyncExternalStore(watch.subscribe, watch.read, () => ON_SERVER);
  }

  // Of which events a socket is, the program says, as it does of `io`.
  return { useSocket: useSocket as UseSocket, useConnectionState };
}
