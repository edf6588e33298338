import { Buffer } from "node:buffer";
import type { Connection } from "../../websocket/connection.ts";
import { clock } from "../process.ts";

/** What one peer may take of a turn of the event loop; the rest of what it sent waits for the next. */
export interface TurnShare {
  /** Frames handled per turn; 256 by default. */
  readonly frameBudget?: number;
  /** Milliseconds per turn after which nothing more of it is begun; 4 by default. */
  readonly timeBudget?: number;
}

/**
 * A peer that fills a chunk of 64 KiB with 10,000 empty frames would hold all other connections up for as long as
 * they take.
 */
const FRAME_BUDGET = 256;
/** Nor may 256 messages that each take the program's listener a millisecond. */
const TIME_BUDGET = 4;
/** Frames between two looks at the clock. With no more than these in a chunk, as nearly always, there is none. */
const SLICE = 16;
const NOTHING = Buffer.alloc(0);

/**
 * Gives `connection` what its peer sent, and lets it handle as much as the turn has room for. The connection itself
 * knows no clock: it counts frames, and between two slices of them the time is looked at.
 *
 * @returns false when something is left for a later turn, as `Connection.receive` does.
 */
export function receiveInTurn(
  connection: Connection,
  chunk: Buffer,
  { frameBudget = FRAME_BUDGET, timeBudget = TIME_BUDGET }: TurnShare,
): boolean {
  if (connection.receive(chunk, Math.min(SLICE, frameBudget))) return true;
  const end = clock.now() + timeBudget;
  for (let left = frameBudget - SLICE; left > 0; left -= SLICE) {
    if (clock.now() >= end) return false;
    if (connection.receive(NOTHING, Math.min(SLICE, left))) return true;
  }
  return false;
}
