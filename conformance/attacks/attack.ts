import type { Round, Target } from "./arena.ts";

/** One attack of the catalogue. */
export interface Attack {
  /** Ids of the catalogue. */
  readonly ids: readonly string[];
  /** What exactly is sent. */
  readonly name: string;
  readonly start: () => Promise<Target>;
  /** Carries it out once, and holds the answer to what it must be. */
  readonly run: (round: Round) => Promise<void>;
  /** Rounds, where the usual five would take long. */
  readonly rounds?: number;
}

/** Ids whose tests stand elsewhere in the repository, beside what they test. */
export interface Elsewhere {
  readonly id: string;
  readonly file: string;
  /** A piece of the test's name. */
  readonly name: string;
}
