import type { Clock } from "../clock.ts";
import type { ExtendedError } from "./middleware.ts";

/**
 * Decides about new credentials of a client that is connected. What it throws, or what its promise is rejected
 * with, refuses them; the client gets the `message` of the error, and its `data`.
 */
export type RefreshAuth<Someone> = (
  socket: Someone,
  // biome-ignore lint/suspicious/noExplicitAny: the application knows its credentials, as in Socket.IO's types
  auth: { [key: string]: any },
) => void | PromiseLike<void>;

/** Asks the application; `done` is called once, after `timeout` milliseconds at the latest. */
export function askToRefresh(
  ask: () => void | PromiseLike<void>,
  clock: Clock,
  timeout: number,
  done: (error?: ExtendedError) => void,
): void {
  let asking = true;
  const cancel = clock.after(timeout, () => answer(new Error("The credentials were not checked in time.")));
  const answer = (error?: ExtendedError): void => {
    if (!asking) return;
    asking = false;
    cancel();
    done(error);
  };
  const refuse = (error: unknown): void => answer(error instanceof Error ? error : new Error(String(error)));
  try {
    const later = ask();
    if (later === undefined) answer();
    else later.then(() => answer(), refuse);
  } catch (error) {
    refuse(error);
  }
}
