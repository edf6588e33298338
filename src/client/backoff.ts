import type { ManagerOptions } from "./options.ts";

/** The longest delay in milliseconds that a server may ask for. */
const MAX_ADVISED = 600_000;

/** By which a server closes the WebSockets of all its clients: going away, service restart, try again later. */
const RESTART_CODES: unknown[] = [1001, 1012, 1013];

/** What the end of a connection may say about the next one. */
interface Farewell {
  readonly retryIn?: number;
  readonly context?: { readonly code?: unknown };
}

/** How the delays between attempts grow. */
export type BackoffOptions = Pick<
  ManagerOptions,
  "reconnectionDelay" | "reconnectionDelayMax" | "randomizationFactor"
>;

/** Delays that double from one attempt to the next, each with some chance in it. */
export class Backoff {
  readonly #random: () => number;
  #attempts = 0;
  #doublings = 0;
  /** The delay that was given last, and since when the connection stands that came of it. */
  #last = 0;
  #since = 0;
  /** Whether many clients lost their connections at once: chance decides about all of the delay then. */
  #spread = false;
  #advice: number | undefined;
  #advised = false;

  /** @param random gives numbers from 0 to below 1. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** How many delays were given since the connection stood. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Whether the delay that was given last is the server's wish. */
  get advised(): boolean {
    return this.#advised;
  }

  /** Milliseconds until the next attempt; counts it. */
  next({ reconnectionDelay, reconnectionDelayMax, randomizationFactor }: BackoffOptions): number {
    const advice = this.#advice;
    const chance = this.#random();
    const base = Math.min(reconnectionDelay * 2 ** this.#doublings, reconnectionDelayMax);
    // Clients that fell together come back apart.
    const factor = this.#spread ? chance : 1 + (2 * chance - 1) * randomizationFactor;
    this.#last = Math.min(base * factor, reconnectionDelayMax);
    // A server that accepts, advises haste and closes gets it once only.
    const wait = this.#doublings === 0 ? (advice ?? this.#last) : Math.max(advice ?? 0, this.#last);
    this.#attempts += 1;
    this.#doublings += 1;
    this.#advised = advice !== undefined;
    this.#advice = undefined;
    return Math.round(wait);
  }

  /** The server asks for a delay: the next one, in milliseconds. It has spread its clients; they spread the ones after it. */
  advise(delay: number): void {
    this.#spread = true;
    // Not what is no number.
    if (delay >= 0) this.#advice = Math.min(delay, MAX_ADVISED);
  }

  /** Heeds what a server said when it ended, or refused, a connection: `cause` is what is told of that. */
  heed(cause: unknown): void {
    const { retryIn, context } = (cause ?? {}) as Farewell;
    if (retryIn !== undefined) this.advise(retryIn);
    if (RESTART_CODES.includes(context?.code)) this.#spread = true;
  }

  /** The connection stands. */
  opened(now: number): void {
    this.#since = now;
    this.#attempts = 0;
    this.#advice = undefined;
    this.#spread = false;
  }

  /** The connection is over. Was it shorter than the delay before it, then the delays go on growing. */
  lost(now: number): void {
    if (now - this.#since > this.#last) this.#doublings = 0;
  }

  /** Begins again at the first delay. */
  reset(): void {
    this.#attempts = 0;
    this.#doublings = 0;
  }
}
