import type { Cancel, Clock } from "../clock.ts";

/** How many events a client may have sent before it hears that they were taken. */
const EVENTS = 256;
/** How long it may wait to hear that, in milliseconds. */
const INTERVAL = 1_000;

/** Tells a client from time to time how many of its events were taken, so that it keeps them no longer. */
export class Progress {
  readonly #clock: Clock;
  readonly #tell: (sequence: number) => void;
  #told: number;
  #taken: number;
  #cancel: Cancel | undefined;

  /** @param told what the client knows already. */
  constructor(clock: Clock, told: number, tell: (sequence: number) => void) {
    this.#clock = clock;
    this.#told = told;
    this.#taken = told;
    this.#tell = tell;
  }

  /** The event of this number was taken, and all before it. */
  taken(sequence: number): void {
    this.#taken = sequence;
    if (sequence - this.#told >= EVENTS) this.#tellNow();
    this.#cancel ??= this.#clock.after(INTERVAL, () => {
      this.#cancel = undefined;
      if (this.#taken > this.#told) this.#tellNow();
    });
  }

  /** The client hears of this event by its acknowledgement. */
  acknowledged(sequence: number): void {
    if (sequence === this.#told + 1) this.#told = sequence;
  }

  end(): void {
    this.#cancel?.();
  }

  #tellNow(): void {
    this.#told = this.#taken;
    this.#tell(this.#taken);
  }
}
