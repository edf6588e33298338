/** Stops a timer before it runs; does nothing when it has run. */
export type Cancel = () => void;

/** The time and the timers of a policy layer, handed in so that tests can hold them. */
export interface Clock {
  /** Milliseconds on a monotonic clock: only differences mean something. */
  now(): number;
  /** Calls `run` once, `milliseconds` from now. */
  after(milliseconds: number, run: () => void): Cancel;
}
