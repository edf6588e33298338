import type { Clock } from "../clock.ts";
import { call } from "./report.ts";

/** Hears every event: its name, then its arguments. */
// biome-ignore lint/suspicious/noExplicitAny: untyped programs must compile unchanged
export type AnyListener = (...args: any[]) => void;

/** The listeners that hear every event of one direction. */
export class AnyListeners {
  // Replaced, never changed, so that a call can walk it without a copy.
  #listeners: readonly AnyListener[] = [];

  /** Whether there are none: then the arguments need not be put together. */
  get isEmpty(): boolean {
    return this.#listeners.length === 0;
  }

  /** A copy, in the order in which they are called. */
  get all(): AnyListener[] {
    return [...this.#listeners];
  }

  /** Adds `listener` as the last one. */
  append(listener: AnyListener): void {
    this.#listeners = [...this.#listeners, listener];
  }

  /** Adds `listener` as the first one. */
  prepend(listener: AnyListener): void {
    this.#listeners = [listener, ...this.#listeners];
  }

  /** Removes `listener` once, or all there are. */
  remove(listener: AnyListener | undefined): void {
    const index = listener === undefined ? -1 : this.#listeners.indexOf(listener);
    if (listener === undefined) this.#listeners = [];
    else if (index !== -1) this.#listeners = this.#listeners.toSpliced(index, 1);
  }

  /** Calls them all. */
  call(args: readonly unknown[], clock: Clock): void {
    for (const listener of this.#listeners) call(listener, args, clock);
  }
}
