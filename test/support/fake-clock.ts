import type { Cancel, Clock } from "../../src/clock.ts";

interface Timer {
  readonly at: number;
  readonly run: () => void;
  /** Whether it would keep a process alive. */
  readonly isRef: boolean;
}

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #now = 0;
  #timers: Timer[] = [];

  /** The same clock, for timers that keep no process alive. */
  readonly unref: Clock = {
    now: () => this.#now,
    after: (milliseconds, run) => this.#set(milliseconds, run, false),
  };

  /** How many timers are set that would keep a process alive. */
  get pending(): number {
    return this.#timers.filter(({ isRef }) => isRef).length;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, run: () => void): Cancel {
    return this.#set(milliseconds, run, true);
  }

  /** Goes on by so many milliseconds in which nothing runs, as on a machine that sleeps. */
  sleep(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** Goes on by so many milliseconds, and runs what is due on the way, in order. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((each) => each !== next);
      this.#now = next.at;
      next.run();
    }
    this.#now = end;
  }

  #set(milliseconds: number, run: () => void, isRef: boolean): Cancel {
    const timer = { at: this.#now + milliseconds, run, isRef };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }
}
