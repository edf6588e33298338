import type { Cancel, Clock } from "../clock.ts";
import type { DisconnectReason } from "./disconnect-reason.ts";

/** One who has to join a namespace in time. */
export interface Joining {
  close(reason: DisconnectReason): void;
}

/**
 * Closes the clients that have not joined a namespace in time. One timer for all who wait: one for each client, with its
 * closures, would be 300 bytes that are made and dropped with each that comes.
 */
export class JoinDeadlines {
  readonly #clock: Clock;
  readonly #timeout: number;
  /** With the moment when their time is over. All have the same time, so the first one is the next. */
  readonly #waiting = new Map<Joining, number>();
  #cancel: Cancel | undefined;

  /** @param timeout milliseconds that each client has. */
  constructor(clock: Clock, timeout: number) {
    this.#clock = clock;
    this.#timeout = timeout;
  }

  add(client: Joining): void {
    this.#waiting.set(client, this.#clock.now() + this.#timeout);
    if (this.#cancel === undefined) this.#arm(this.#timeout);
  }

  /** The client has joined a namespace, or is over. */
  delete(client: Joining): void {
    if (!this.#waiting.delete(client) || this.#waiting.size > 0) return;
    // A timer would keep the process alive.
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(milliseconds: number): void {
    this.#cancel = this.#clock.after(milliseconds, () => this.#expire());
  }

  #expire(): void {
    this.#cancel = undefined;
    const now = this.#clock.now();
    for (const [client, deadline] of this.#waiting) {
      if (deadline > now) {
        this.#arm(deadline - now);
        return;
      }
      this.#waiting.delete(client);
      client.close("forced server close");
    }
  }
}
