import type { EventSourceSettings } from "./options.ts";

/** Up to where the wait doubles with each attempt that brings nothing. */
const MAX_BACKOFF = 30_000;

/**
 * Milliseconds to wait before a lost connection is taken up again (HTML standard, section 9.2.3): what the server asked
 * for, within bounds, and longer after attempts that brought nothing.
 *
 * @param asked by the server; any number from 0, also `Infinity`.
 * @param failures attempts that brought nothing, one after the other.
 * @param random from 0 to 1.
 */
export function reconnectionDelay(
  asked: number,
  failures: number,
  { minRetry, maxRetry }: Pick<EventSourceSettings, "minRetry" | "maxRetry">,
  random: number,
): number {
  const retry = Math.min(Math.max(asked, minRetry), maxRetry);
  const backoff = Math.min(retry * 2 ** failures, Math.max(retry, MAX_BACKOFF));
  // A crowd that lost its server together must not come back together.
  return backoff * (1 + random / 2);
}
