import type { Cancel } from "../clock.ts";
import { Allowance } from "../rate.ts";
import { clock } from "./process.ts";

/** How much one client may send. */
export interface ReadingRates {
  /** Messages in a second; 0 for any number. */
  readonly messageRate: number;
  /** Bytes in a second; 0 for any number. */
  readonly byteRate: number;
  /** How many times as much at once, after a rest. */
  readonly burst: number;
}

/** What one client has sent of late. Made when it sends something: most only listen. */
export class Reading {
  /** Ends a rest before its time. */
  cancelRest: Cancel | undefined = undefined;
  readonly #messages: Allowance | undefined;
  readonly #bytes: Allowance | undefined;

  constructor({ messageRate, byteRate, burst }: ReadingRates) {
    const now = clock.now();
    this.#messages = messageRate === 0 ? undefined : new Allowance(messageRate, messageRate * burst, now);
    this.#bytes = byteRate === 0 ? undefined : new Allowance(byteRate, byteRate * burst, now);
  }

  /** Counts messages that came. Gives how many milliseconds the client has to rest: 0 for none. */
  receive(bytes: number, messages = 1): number {
    const now = clock.now();
    return Math.max(this.#messages?.take(messages, now) ?? 0, this.#bytes?.take(bytes, now) ?? 0);
  }
}

/** What clients are held to, where they are held to anything. */
export function toReadingRates(rates: ReadingRates): ReadingRates | undefined {
  return rates.messageRate === 0 && rates.byteRate === 0 ? undefined : rates;
}
