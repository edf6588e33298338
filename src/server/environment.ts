import type { Clock } from "../clock.ts";

/** What the policy cannot do by itself: handed in by the entry, and by tests. */
export interface Environment {
  readonly clock: Clock;
  /** A new id that nobody can guess, of at least 96 random bits. */
  generateId(): string;
}
