import { useEffect, useInsertionEffect, useRef } from "react";
import type { Socket } from "../client/socket.ts";
import type { SocketEvents } from "../client/socket-events.ts";
import type { EventName, EventsMap, ListenerOf } from "../emitter.ts";

/**
 * Calls `handler` at each event of this name, from when the component is mounted until it is unmounted. It is always
 * the handler of the newest rendering, and takes the place of the one before without a moment between them.
 */
export function useEvent<
  ListenEvents extends EventsMap,
  EmitEvents extends EventsMap,
  Name extends EventName<ListenEvents> | EventName<SocketEvents>,
>(
  socket: Socket<ListenEvents, EmitEvents>,
  event: Name,
  handler: ListenerOf<ListenEvents, SocketEvents, Name>,
): void {
  const newest = useRef(handler);
  // Before all other effects, which may cause events.
  useInsertionEffect(() => {
    newest.current = handler;
  }, [handler]);
  useEffect(() => {
    const listener = ((...args: unknown[]) => newest.current(...args)) as typeof handler;
    socket.on(event, listener);
    return () => {
      socket.off(event, listener);
    };
  }, [socket, event]);
}
