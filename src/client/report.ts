import type { Clock } from "../clock.ts";

/** A function of the program. */
export type Callback = (...args: unknown[]) => void;

/**
 * Calls a function of the program. What it throws is thrown by itself, later: it is reported as uncaught, and nothing
 * here is left half done. The program's fault is not the connection's.
 */
export function call(callback: Callback, args: readonly unknown[], clock: Clock): void {
  try {
    callback(...args);
  } catch (error) {
    clock.after(0, () => {
      throw error;
    });
  }
}
