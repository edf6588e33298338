import type { Backlogged, Backlogs, ShedCause } from "../../engine/backlog.ts";
import { ResponseStream } from "./response-stream.ts";

/** A stream that is given up where its client reads too slowly. */
export abstract class WatchedStream extends ResponseStream implements Backlogged {
  #isBehind = false;

  /** Who watches over what waits. */
  protected abstract get backlogs(): Backlogs;

  get backlog(): number {
    return this.queued;
  }

  shed(cause: ShedCause, sentence: string): void {
    if (this.cutOff(sentence)) this.backlogs.ended(cause);
  }

  protected filled(waiting: number): void {
    this.#isBehind = true;
    this.backlogs.hold(this, waiting, waiting);
  }

  protected drained(): void {
    this.#caughtUp();
  }

  protected override released(): void {
    this.#caughtUp();
  }

  #caughtUp(): void {
    if (this.#isBehind) this.backlogs.hold(this, 0, 0);
    this.#isBehind = false;
  }
}
