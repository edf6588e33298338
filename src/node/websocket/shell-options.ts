import type { Traffic } from "../../diagnostics.ts";
import type { ConnectionLimits } from "../../websocket/connection.ts";
import type { AssemblyBudget } from "../assembly-budget.ts";
import type { TurnShare } from "./turn-share.ts";

/** The bounds of a connection. One object serves any number of connections. */
export interface ShellOptions extends ConnectionLimits, TurnShare {
  /**
   * Bytes that may wait because the peer reads too slowly; above, it is cut off without a close frame, which
   * would have to wait behind them, or what a subclass says. 0 for no bound. A reader that stops must not fill the memory.
   */
  readonly maxQueued: number;
  /** Milliseconds that a peer has for its answer to our close frame. For its FIN after that it has 5 s at most. */
  readonly closeTimeout: number;
  /**
   * Milliseconds that a begun message may stand still; 0 for no bound. A thousand connections with half a message
   * each would hold its memory for ever.
   */
  readonly messageTimeout: number;
  /**
   * Pings and pongs that a peer may send in a second (1008); none or 0 for no bound. Each costs an answer, and says
   * nothing.
   */
  readonly maxControlFrames?: number;
  /** What unfinished messages may hold in all; by default that of the process. */
  readonly assembly?: AssemblyBudget;
  /** Where the bytes of all connections are counted, if anywhere. */
  readonly traffic?: Traffic;
}

/** Milliseconds that a peer has for its FIN once everything was sent to it, ours included. */
export const LINGER = 5_000;

/** Bounds that no honest peer meets. */
export const SHELL_DEFAULTS: ShellOptions = {
  maxPayload: 100 * 1024 * 1024,
  // Public suites send 16 MB in pieces of 64 bytes, which are 262,144.
  maxFragments: 524_288,
  maxQueued: 16 * 1024 * 1024,
  closeTimeout: 30_000,
  messageTimeout: 30_000,
};
