import type { Clock } from "../clock.ts";
import { BaroError, ERR_OPTION } from "../errors.ts";
import type { DisconnectReason } from "./disconnect-reason.ts";

/** How a server is emptied. Times are in milliseconds. */
export interface DrainOptions {
  /**
   * Over how long clients are moved away, one after another, so that they do not all come to others at once. Default
   * 10,000.
   */
  over?: number;
  /**
   * How long one of them is waited for while an acknowledgement is owed, by it or to it; and at the end those connections
   * of the HTTP server that no client of ours has. Default 10,000.
   */
  timeout?: number;
  /** Seconds after which those who are turned away may come back: the `Retry-After` of their 503. Default 5. */
  retryAfter?: number;
}

/** What became of the clients of a server that was emptied. */
export interface DrainResult {
  /** How many were moved away; the others left by themselves. */
  moved: number;
  /** How many of these while an acknowledgement was still owed. */
  unanswered: number;
}

/** A client that is to be moved away. */
export interface Movable {
  /** Whether an acknowledgement is owed, by the client or to it. */
  readonly isBusy: boolean;
  /** Tells it when to come back, in milliseconds, where it understands that. */
  advise(retryIn: number): void;
  close(reason: DisconnectReason): void;
}

/** How often one looks whether it is somebody's turn. */
const STEP = 50;
/** Clients that understand it come back within this time, each at another moment. */
const COME_BACK_WITHIN = 1_000;
/** Multiples of it, without their whole part, lie evenly between 0 and 1, however many there are. */
const GOLDEN_RATIO = 0.618033988749895;

/** @throws BaroError `BARO_OPTION` for a time that is none. */
export function settleDrainOptions({
  over = 10_000,
  timeout = 10_000,
  retryAfter = 5,
}: DrainOptions): Required<DrainOptions> {
  for (const [name, value] of Object.entries({ over, timeout, retryAfter })) {
    if (!Number.isFinite(value) || value < 0) {
      throw new BaroError(ERR_OPTION, `${name} must be a number of 0 or more, not ${String(value)}.`);
    }
  }
  return { over, timeout, retryAfter };
}

/**
 * Moves all of `clients` away: each at its own moment, or as soon as it is not busy after that. They see their
 * connection close, as in an accident, and so come back by themselves, to another server.
 *
 * @param clients loses those that are over; none may be added meanwhile.
 * @param done called once, when none is left.
 */
export function drain(
  clients: ReadonlySet<Movable>,
  clock: Clock,
  { over, timeout }: Pick<Required<DrainOptions>, "over" | "timeout">,
  done: (result: DrainResult) => void,
): void {
  const waiting = [...clients];
  const count = waiting.length;
  const started = clock.now();
  const result: DrainResult = { moved: 0, unanswered: 0 };
  const dueOf = (index: number): number => started + (over * index) / count;

  const move = (client: Movable, index: number): void => {
    result.moved += 1;
    if (client.isBusy) result.unanswered += 1;
    client.advise(Math.floor(((index * GOLDEN_RATIO) % 1) * COME_BACK_WITHIN));
    client.close("server shutting down");
  };

  /** Those whose turn has come and who are busy. */
  let late: (readonly [client: Movable, index: number])[] = [];
  let next = 0;
  const step = (): void => {
    const now = clock.now();
    while (next < count && dueOf(next) <= now) {
      late.push([waiting[next] as Movable, next]);
      next += 1;
    }
    late = late.filter(([client, index]) => {
      if (!clients.has(client)) return false;
      if (client.isBusy && now < dueOf(index) + timeout) return true;
      move(client, index);
      return false;
    });
    if (next < count || late.length > 0) clock.after(STEP, step);
    else done(result);
  };
  step();
}
