/** Keeps what is sent in its order while a Blob is read, which takes turns of the event loop. */
export class SendQueue {
  readonly #waiting: { readonly run: () => void; readonly bytes: number }[] = [];
  #isReading = false;
  #bytes = 0;

  /** Whether what is sent next has to wait. */
  get isBusy(): boolean {
    return this.#isReading;
  }

  /** Bytes of all that waits. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Puts `run` behind all that waits. */
  push(run: () => void, bytes: number): void {
    this.#bytes += bytes;
    this.#waiting.push({ run, bytes });
    this.#proceed();
  }

  /** Called by a `run`: all others wait until `reading`, which never rejects, is over. */
  waitFor(reading: Promise<void>): void {
    this.#isReading = true;
    void reading.then(() => {
      this.#isReading = false;
      this.#proceed();
    });
  }

  #proceed(): void {
    while (!this.#isReading) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#bytes -= next.bytes;
      next.run();
    }
  }
}
