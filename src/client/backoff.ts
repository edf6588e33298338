import type { ManagerOptions } from "./options.ts";

/** The longest delay in milliseconds that a server may ask for. */
const MAX_ADVISED = 600_000;

/** By which a server closes the WebSockets of all its clients: going away, service restart, try again later. */
const RESTART_CODES: unknown[] = [1001, 1012, 1013];

/** What the end of a connection may say about the next one; whatever the server sent. */
interface Farewell {
  readonly retryIn?: unknown;
  readonly context?: { readonly code?: unknown };
}

/** How the delays between attempts grow. */
export type BackoffOptions = Pick<
  ManagerOptions,
  "reconnectionDelay" | "reconnectionDelayMax" | "randomizationFactor"
>;

/** Delays that double from one attempt to the next, each with some chance in it. */
export interface Backoff {
  /** How many delays were given since the connection stood. */
  readonly attempts: number;
  /** Whether the delay that was given last is the server's wish. */
  readonly isAdvised: boolean;
  /** Milliseconds until the next attempt; counts it. */
  next(options: BackoffOptions): number;
  /**
   * Heeds what a server said when it ended, or refused, a connection: `cause` is what is told of that. The delay that it
   * asks for in `retryIn`, in milliseconds, is the next one. It has spread its clients; they spread the ones after it.
   */
  heed(cause: unknown): void;
  /** The connection stands. */
  opened(now: number): void;
  /** The connection is over. Was it shorter than the delay before it, then the delays go on growing. */
  lost(now: number): void;
  /** Begins again at the first delay. */
  reset(): void;
}

/** @param random gives numbers from 0 to below 1. */
export function createBackoff(random: () => number): Backoff {
  let doublings = 0;
  /** The delay that was given last, and since when the connection stands that came of it. */
  let last = 0;
  let since = 0;
  /** Whether many clients lost their connections at once: chance decides about all of the delay then. */
  let spread = false;
  let advice: number | undefined;
  const backoff = {
    attempts: 0,
    isAdvised: false,
    next({ reconnectionDelay, reconnectionDelayMax, randomizationFactor }: BackoffOptions): number {
      const chance = random();
      const base = Math.min(reconnectionDelay * 2 ** doublings, reconnectionDelayMax);
      // Clients that fell together come back apart.
      const factor = spread ? chance : 1 + (2 * chance - 1) * randomizationFactor;
      last = Math.min(base * factor, reconnectionDelayMax);
      // A server that accepts, advises haste and closes gets it once only.
      const wait = doublings === 0 ? (advice ?? last) : Math.max(advice ?? 0, last);
      backoff.attempts += 1;
      doublings += 1;
      backoff.isAdvised = advice !== undefined;
      advice = undefined;
      return Math.round(wait);
    },
    heed(cause: unknown): void {
      const { retryIn, context } = (cause ?? {}) as Farewell;
      spread ||= retryIn !== undefined || RESTART_CODES.includes(context?.code);
      // Not what is no number.
      if ((retryIn as number) >= 0) advice = Math.min(retryIn as number, MAX_ADVISED);
    },
    opened(now: number): void {
      since = now;
      backoff.attempts = 0;
      advice = undefined;
      spread = false;
    },
    lost(now: number): void {
      if (now - since > last) doublings = 0;
    },
    reset(): void {
      backoff.attempts = doublings = 0;
    },
  };
  return backoff;
}
