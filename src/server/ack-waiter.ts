import type { Cancel, Clock } from "../clock.ts";

/** What waits for the acknowledgement of one event by one socket. */
export interface AckWaiter {
  /** The acknowledgement came, with these arguments. */
  answered(args: readonly unknown[]): void;
  /** The socket disconnected: no acknowledgement will come. */
  lost(): void;
}

/** The callback of an acknowledgement, as the application gave it. */
export type AckCallback = (...args: unknown[]) => void;

/** The error that an acknowledgement brings when it did not come in time; its words are documented. */
export const timedOut = (): Error => new Error("operation has timed out");

/** Calls back with what the client answered; hears nothing of a client that disconnects. */
export class PlainAck implements AckWaiter {
  readonly #callback: AckCallback;
  readonly #cancel: Cancel | undefined;

  /** @param cancel stops the timer after which nobody waits any more, where there is one. */
  constructor(callback: AckCallback, cancel?: Cancel) {
    this.#callback = callback;
    this.#cancel = cancel;
  }

  answered(args: readonly unknown[]): void {
    this.#cancel?.();
    this.#callback(...args);
  }

  lost(): void {
    this.#cancel?.();
  }
}

/** Calls back with an error first: `null`, or why no answer came. */
export class FallibleAck implements AckWaiter {
  readonly #callback: AckCallback;
  readonly #cancel: Cancel | undefined;

  /**
   * @param timeout milliseconds to wait; `undefined` for as long as the socket is connected.
   * @param expired called when they are over, before the callback.
   */
  constructor(callback: AckCallback, clock: Clock, timeout: number | undefined, expired: () => void) {
    this.#callback = callback;
    if (timeout === undefined) return;
    this.#cancel = clock.after(timeout, () => {
      expired();
      callback(timedOut());
    });
  }

  answered(args: readonly unknown[]): void {
    this.#cancel?.();
    this.#callback(null, ...args);
  }

  lost(): void {
    this.#cancel?.();
    this.#callback(new Error("socket has been disconnected"));
  }
}
