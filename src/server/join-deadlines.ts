import type { Clock } from "../clock.ts";
import type { DisconnectReason } from "./disconnect-reason.ts";

/** One who has to join a namespace in time. */
export interface Joining {
  close(reason: DisconnectReason): void;
}

/**
 * Closes the clients that have not joined a namespace in time. One timer for all who wait, which goes on when nobody does:
 * most clients join at once, and to set and cancel a timer for each would be a twentieth of what it takes to accept one.
 */
export class JoinDeadlines {
  readonly #clock: Clock;
  readonly #timeout: number;
  /** With the moment when their time is over. All have the same time, so the first one is the next. */
  readonly #waiting = new Map<Joining, number>();
  #isArmed = false;

  /**
   * @param clock whose timers keep no process alive: one may be set for a while when nobody waits any more.
   * @param timeout milliseconds that each client has.
   */
  constructor(clock: Clock, timeout: number) {
    this.#clock = clock;
    this.#timeout = timeout;
  }

  add(client: Joining): void {
    this.#waiting.set(client, this.#clock.now() + this.#timeout);
    if (!this.#isArmed) this.#arm(this.#timeout);
  }

  /** The client has joined a namespace, or is over. */
  delete(client: Joining): void {
    this.#waiting.delete(client);
  }

  #arm(milliseconds: number): void {
    this.#isArmed = true;
    this.#clock.after(milliseconds, () => this.#expire());
  }

  #expire(): void {
    this.#isArmed = false;
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
