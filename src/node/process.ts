import { randomInt } from "node:crypto";
import { performance } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import type { Clock } from "../clock.ts";
import { randomMasks } from "../websocket/mask.ts";
import type { PerMessageDeflate } from "../websocket/permessage-deflate.ts";
import { AssemblyBudget } from "./assembly-budget.ts";
import { OutgoingBudget } from "./outgoing-budget.ts";
import { Journal } from "./sse/journal.ts";
import { Ticker } from "./ticker.ts";
import { Turn } from "./turn.ts";
import { Joiner } from "./websocket/outbox.ts";
import { perMessageDeflate } from "./websocket/per-message-deflate.ts";

// What is one per process stands here, named, and nowhere else.

const now = (): number => performance.now();

/** The end of the current turn of the event loop. */
export const turn = new Turn();

/** The heartbeats of all connections; 50 ms late at most, which no heartbeat notices. */
export const ticker = new Ticker(now, 50);

/** What leaves for many connections in one turn. */
export const joiner = new Joiner();

/** The masking keys of all WebSocket clients. */
export const masks = randomMasks();

/** What all connections together hold of unfinished messages: an eighth of the heap's limit, and 64 MiB at least. */
export const assembly = new AssemblyBudget(
  Math.max(64 * 1024 * 1024, getHeapStatistics().heap_size_limit / 8),
);

/** What waits in all connections together for their peers to read: a quarter of the heap's limit. */
export const outgoing = new OutgoingBudget(getHeapStatistics().heap_size_limit / 4);

/** Monotonic time and Node's timers. */
export const clock: Clock = {
  now,
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** The same, for a program that may end before its timers do. */
export const unrefClock: Clock = {
  now,
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds).unref();
    return () => clearTimeout(timer);
  },
};

let ofChannels: Journal | undefined;

/** What the channels of streams keep. Made when one keeps something. */
export function journal(): Journal {
  ofChannels ??= new Journal(now, () => randomInt(2 ** 32));
  return ofChannels;
}

let ofClients: PerMessageDeflate | undefined;

/** permessage-deflate with its defaults, for all clients that ask for nothing else. Made when one does. */
export function clientDeflate(): PerMessageDeflate | undefined {
  ofClients ??= perMessageDeflate(true);
  return ofClients;
}
