import { BaroError, ERR_OPTION } from "../../errors.ts";
import type { Bounds } from "../../history/store.ts";
import type { Room } from "../audience.ts";
import { names } from "../name-rule.ts";

/** How much of each room is kept: what is over any of the three goes, oldest first. */
export interface HistoryOptions {
  /** Events; 1,000 by default. */
  max?: number;
  /** Bytes, as they are held in memory; 1 MiB by default. */
  bytes?: number;
  /** Milliseconds; 5 minutes by default. */
  age?: number;
}

/** What is kept of a log, where nothing else is said. */
export const DEFAULT_BOUNDS: Bounds = { max: 1_000, bytes: 1024 * 1024, age: 5 * 60_000 };

/** Which rooms are kept, and how much of each. */
export class Retention {
  readonly #names = new Map<Room, Bounds>();
  readonly #patterns: { readonly pattern: RegExp; readonly bounds: Bounds }[] = [];

  /** Takes over the rules that stand in `parent` now. */
  inherit(parent: Retention): void {
    for (const [name, bounds] of parent.#names) this.#names.set(name, bounds);
    this.#patterns.push(...parent.#patterns);
  }

  /** Whether `room` is kept by its own name. */
  names(room: Room): boolean {
    return this.#names.has(room);
  }

  /** @throws BaroError `BARO_OPTION` for what names no room, and for bounds that are no integers above 0. */
  declare(room: Room | RegExp, options: HistoryOptions = {}): void {
    const bounds = settleBounds(options);
    if (typeof room === "string") this.#names.set(room, bounds);
    else if (room instanceof RegExp) this.#patterns.push({ pattern: room, bounds });
    else throw new BaroError(ERR_OPTION, "The rooms of a history are named by a string or a pattern.");
  }

  /** The bounds of `room`, where it is kept: those of its name, or of the first pattern that matches. */
  boundsOf(room: Room): Bounds | undefined {
    const named = this.#names.get(room);
    if (named !== undefined) return named;
    for (const { pattern, bounds } of this.#patterns) if (names(pattern, room)) return bounds;
    return undefined;
  }
}

/** Fills in the defaults. @throws BaroError `BARO_OPTION` for bounds that are no integers above 0. */
export function settleBounds({ max, bytes, age }: HistoryOptions): Bounds {
  return {
    max: bound("max", max ?? DEFAULT_BOUNDS.max),
    bytes: bound("bytes", bytes ?? DEFAULT_BOUNDS.bytes),
    age: bound("age", age ?? DEFAULT_BOUNDS.age),
  };
}

function bound(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new BaroError(ERR_OPTION, `The bound ${name} of a history must be an integer above 0, not ${value}.`);
}
