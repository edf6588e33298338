import { Allowance } from "../../../rate.ts";
import { clock } from "../../process.ts";
import type { OpenSettings } from "./options.ts";

/** What one client may send. Made when it sends something: most only listen. */
export class Reading {
  readonly #messages: Allowance;
  readonly #bytes: Allowance;

  constructor({ messageRate, byteRate, burst }: OpenSettings) {
    const now = clock.now();
    this.#messages = new Allowance(messageRate, messageRate * burst, now);
    this.#bytes = new Allowance(byteRate, byteRate * burst, now);
  }

  /** Counts a message. Gives how many milliseconds the client has to rest: 0 for none. */
  receive(bytes: number): number {
    const now = clock.now();
    return Math.max(this.#messages.take(1, now), this.#bytes.take(bytes, now));
  }
}
