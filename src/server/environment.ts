import type { Clock } from "../clock.ts";
import type { Diagnostics } from "../diagnostics.ts";
import type { IncomingMessage } from "./request.ts";

/** What the policy cannot do by itself: handed in by the entry, and by tests. */
export interface Environment {
  readonly clock: Clock;
  /** The same time, with timers that keep no process alive. */
  readonly unrefClock: Clock;
  /** What the server tells of itself. */
  readonly diagnostics: Diagnostics;
  /** A new id that nobody can guess, of at least 96 random bits. */
  generateId(): string;
  /** The address of the client that sent `request`, or of the proxy before it that is not believed; `""` for none. */
  addressOf(request: IncomingMessage): string;
  /** Gives `request` what programs find there beside what it came with: called before one sees it, as often as it does. */
  describe(request: IncomingMessage): void;
}
