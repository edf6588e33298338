import type { Cancel, Clock } from "../clock.ts";
import { type Callback, call } from "../report.ts";

/** One acknowledgement that a program waits for. */
interface PendingAck {
  readonly callback: Callback;
  /** Whether the callback takes an error first: only such a one hears that no answer will come. */
  readonly withError: boolean;
  cancelTimer?: Cancel;
}

/** The acknowledgements that one socket waits for, with their timeouts. */
export class PendingAcks {
  readonly #clock: Clock;
  readonly #acks = new Map<number, PendingAck>();
  #next = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps `callback`, and gives the id for its event. `expired` is told the id when `timeout` milliseconds are over. */
  add(callback: Callback, withError: boolean, timeout?: number, expired?: (id: number) => void): number {
    const ack: PendingAck = { callback, withError };
    const id = this.#next++;
    this.#acks.set(id, ack);
    if (timeout !== undefined) {
      ack.cancelTimer = this.#clock.after(timeout, () => {
        this.#acks.delete(id);
        expired?.(id);
        call(callback, [new Error("operation has timed out")], this.#clock);
      });
    }
    return id;
  }

  /** Whether `id` is waited for. */
  has(id: number): boolean {
    return this.#acks.has(id);
  }

  /** The server's answer. One that nobody waits for, or no more, is dropped. */
  settle(id: number, data: readonly unknown[]): void {
    const ack = this.#acks.get(id);
    if (!ack) return;
    this.#acks.delete(id);
    ack.cancelTimer?.();
    call(ack.callback, ack.withError ? [null, ...data] : data, this.#clock);
  }

  /** Forgets those that `which` names at once, and gives what tells them that no answer will come. */
  forget(which: (id: number) => boolean): () => void {
    const forgotten = [...this.#acks].filter(([id]) => which(id) && this.#acks.delete(id));
    for (const [, { cancelTimer }] of forgotten) cancelTimer?.();
    return () => {
      for (const [, { callback, withError }] of forgotten) {
        if (withError) call(callback, [new Error("socket has been disconnected")], this.#clock);
      }
    };
  }
}
