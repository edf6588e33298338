import type { Socket } from "../client/socket.ts";
import { type ConnectionState, type ConnectionStatus, ON_SERVER } from "./connection-state.ts";

/**
 * The state of one socket as a store that `useSyncExternalStore` can read: it can be read at any time, and the object is
 * the same until something changes.
 */
export class ConnectionWatch {
  /** Whether the socket, which does nothing yet, is about to connect: its component is rendered, and not mounted. */
  expected = false;
  readonly #socket: Socket;
  readonly #subscribers = new Set<() => void>();
  #listening = false;
  /** Whether the connection that is under way takes the place of one that was lost. */
  #lost = false;
  /** Whether the manager tries no more, though the socket still wants its connection. */
  #over = false;
  #state = ON_SERVER;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Calls `changed` when the state may be another, until the function that it gives is called. */
  readonly subscribe = (changed: () => void): (() => void) => {
    this.#listen();
    this.#subscribers.add(changed);
    return () => {
      this.#subscribers.delete(changed);
    };
  };

  /** The state of this moment. */
  readonly read = (): ConnectionState => {
    // What the program does to the socket, no event tells: `connect()`, and `disconnect()` before it was connected.
    const status = this.#status();
    if (status !== this.#state.status) this.#state = { ...this.#state, status };
    return this.#state;
  };

  /** Brings the state up to date, and has the subscribers look at it. */
  update({ error, reason }: Pick<ConnectionState, "error" | "reason"> = this.#state): void {
    const before = this.#state;
    const status = this.#status();
    if (status !== before.status || error !== before.error || reason !== before.reason) {
      this.#state = { status, error, reason };
    }
    // All of them at any rate: one may have read the new state before, and another one shows the old.
    for (const changed of this.#subscribers) changed();
  }

  #status(): ConnectionStatus {
    const { connected, active } = this.#socket;
    if (connected) return "connected";
    if (this.expected && !active) return "connecting";
    if (!active || this.#over) return "disconnected";
    return this.#lost ? "reconnecting" : "connecting";
  }

  // At the first subscriber and for good: who subscribes later wants to know the error of before, too.
  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    const socket = this.#socket;
    const { io: manager } = socket;
    socket.on("connect", () => {
      this.#lost = false;
      this.#over = false;
      this.update({ error: undefined, reason: undefined });
    });
    socket.on("disconnect", (reason) => {
      this.#lost = socket.active;
      this.#over = !manager.reconnection();
      this.update({ error: undefined, reason });
    });
    socket.on("connect_error", (error) => {
      this.#over = !manager.reconnection();
      this.update({ error, reason: this.#state.reason });
    });
    manager.on("open", () => {
      this.#over = false;
      this.update();
    });
    manager.on("reconnect_failed", () => {
      this.#over = true;
      this.update();
    });
  }
}
