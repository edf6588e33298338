import type { Clock } from "./clock.ts";

/** A function of the program. */
export type Callback = (...args: unknown[]) => void;

/**
 * Throws by itself, later, what the program's own code threw: it is reported as uncaught, and nothing here is left
 * half done. The program's fault is not the connection's.
 */
export function throwLater(error: unknown, clock: Clock): void {
  clock.after(0, () => {
    throw error;
  });
}

/** Calls a function of the program; what it throws, {@link throwLater} throws. */
export function call<Args extends unknown[]>(
  clock: Clock,
  callback: ((...args: Args) => unknown) | undefined,
  ...args: Args
): void {
  try {
    callback?.(...args);
  } catch (error) {
    throwLater(error, clock);
  }
}
