import type { Auth } from "../client/options.ts";
import type { Socket } from "../client/socket.ts";
import type { Cancel, Clock } from "../clock.ts";
import type { ConnectionWatch } from "./connection-watch.ts";

/** How a component holds a socket. */
export interface Hold {
  /** Whether the socket connects for this component. */
  readonly autoConnect: boolean;
  /** Milliseconds for which the connection is kept, should this be the last component that lets go. */
  readonly closeDelay: number;
}

/** One socket, and the count of the components that hold it. */
export class SharedSocket {
  readonly socket: Socket;
  readonly #watch: ConnectionWatch;
  readonly #clock: Clock;
  readonly #held: Set<SharedSocket>;
  #holders = 0;
  /** Whether a component had it connected. What the program ends after that, no other component begins again. */
  #opened = false;
  #cancelClose: Cancel | undefined;

  /** @param held where it stands for as long as it must not be forgotten. */
  constructor(socket: Socket, watch: ConnectionWatch, clock: Clock, held: Set<SharedSocket>) {
    this.socket = socket;
    this.#watch = watch;
    this.#clock = clock;
    this.#held = held;
  }

  /** A component is rendered that will hold it, unless React throws the rendering away. */
  expect(autoConnect: boolean): void {
    if (this.#holders === 0) this.#watch.expected = autoConnect;
  }

  /** The newest function that gives credentials: the socket asks it at each connection. */
  setAuth(auth: Auth | undefined): void {
    if (typeof auth === "function") this.socket.auth = auth;
  }

  /** A component is mounted. It lets go by the function that it gets. */
  hold({ autoConnect, closeDelay }: Hold): () => void {
    this.#cancelClose?.();
    this.#held.add(this);
    this.#holders += 1;
    if (autoConnect && !this.#opened) {
      this.#opened = true;
      if (!this.socket.active) this.socket.connect();
    }
    this.#watch.expected = false;
    this.#watch.update();
    return () => this.#release(closeDelay);
  }

  #release(closeDelay: number): void {
    this.#holders -= 1;
    if (this.#holders > 0) return;
    this.#opened = false;
    // Strict mode unmounts and mounts again at once, a change of route nearly so.
    this.#cancelClose = this.#clock.after(closeDelay, () => {
      this.#held.delete(this);
      this.socket.disconnect();
    });
  }
}
