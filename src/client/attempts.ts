import type { Clock } from "../clock.ts";
import { type Callback, call } from "../report.ts";
import type { EventPacket } from "../socketio/packet.ts";
import type { Delivery } from "./delivery.ts";
import type { SocketOptions } from "./options.ts";

/** An event that is sent until it is acknowledged. */
interface Attempt {
  readonly data: EventPacket["data"];
  /** Milliseconds for the acknowledgement. */
  readonly timeout: number | undefined;
  readonly callback: Callback | undefined;
}

/** Sends an event; `done` hears of its acknowledgement, an error first. Throws what `emit` throws. */
type Send = (data: EventPacket["data"], timeout: number | undefined, done: Callback) => void;

/** The option `retries`: one event after the other is sent, each until it is acknowledged or was sent often enough. */
export class Attempts {
  readonly #retries: number;
  readonly #socket: { readonly connected: boolean };
  readonly #delivery: Pick<Delivery, "agreed" | "keeps">;
  readonly #clock: Clock;
  readonly #send: Send;
  readonly #waiting: Attempt[] = [];
  #tries = 0;
  #isUnderWay = false;

  constructor(
    { retries = 0 }: SocketOptions,
    socket: { readonly connected: boolean },
    delivery: Pick<Delivery, "agreed" | "keeps">,
    clock: Clock,
    send: Send,
  ) {
    this.#retries = retries;
    this.#socket = socket;
    this.#delivery = delivery;
    this.#clock = clock;
    this.#send = send;
  }

  /** How many wait. */
  get count(): number {
    return this.#waiting.length;
  }

  /** Sends an event when its turn comes. */
  add(attempt: Attempt): void {
    this.#waiting.push(attempt);
    this.next();
  }

  /** Sends the first that waits, unless that is under way or there is no connection. */
  next(): void {
    const first = this.#waiting[0];
    if (!first || this.#isUnderWay || !this.#socket.connected) return;
    // What is kept for a server that agreed reaches it: to send it again would be to do it twice.
    const { agreed } = this.#delivery;
    const done: Callback = (error, ...values) => {
      this.#isUnderWay = false;
      if (!error || this.#tries > this.#retries || (agreed && this.#delivery.keeps)) {
        this.#waiting.shift();
        this.#tries = 0;
        if (first.callback) call(first.callback, [error, ...values], this.#clock);
      }
      this.next();
    };
    this.#isUnderWay = true;
    this.#tries += 1;
    const { timeout } = first;
    try {
      this.#send(first.data, timeout && timeout * (agreed ? this.#retries + 1 : 1), done);
    } catch (error) {
      this.#tries = Number.POSITIVE_INFINITY;
      done(error);
    }
  }
}
