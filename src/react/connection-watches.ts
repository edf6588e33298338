import type { Socket } from "../client/socket.ts";
import type { EventsMap } from "../emitter.ts";
import { ConnectionWatch } from "./connection-watch.ts";

/** The watches of all sockets, made when they are asked for. They live as long as their sockets. */
export class ConnectionWatches {
  readonly #watches = new WeakMap<object, ConnectionWatch>();

  of<ListenEvents extends EventsMap, EmitEvents extends EventsMap>(
    socket: Socket<ListenEvents, EmitEvents>,
  ): ConnectionWatch {
    let watch = this.#watches.get(socket);
    if (watch === undefined) {
      // Whatever its events are, the watch hears those of every socket only.
      watch = new ConnectionWatch(socket as unknown as Socket);
      this.#watches.set(socket, watch);
    }
    return watch;
  }
}
