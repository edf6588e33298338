import type { Outgoing } from "../../engine/outgoing.ts";
import type { Entry, GapReason, LogName, Page, PageLimit, Position, Store } from "../../history/store.ts";
import { decodeToken, encodeToken } from "../../history/token.ts";
import type { Room } from "../audience.ts";
import type { From, PastPage, RoomGap } from "./past.ts";

/** What is given at a time. */
export const PAGE: PageLimit = { count: 300, bytes: 256 * 1024 };

/** Reads what a stranger to the store has missed: by a position that it may have made up. */
export function readPast(
  store: Store<Outgoing>,
  rooms: readonly Room[],
  from: From,
  isKept: (room: Room) => boolean,
): PastPage {
  const asked = [...new Set(rooms)];
  const gaps: RoomGap[] = [];
  const kept: LogName[] = [];
  for (const room of asked) {
    if (isKept(room)) kept.push(room);
    else gaps.push({ room, reason: "unkept" });
  }
  // What everyone was told was told in these rooms, too.
  kept.push(null);
  if ("last" in from) return toPage(store, asked, [], readLast(store, kept, from.last));
  const after = toSequence(store, asked, from);
  if (typeof after === "string") {
    return toPage(store, asked, [...gaps, ...kept.map((room) => ({ room, reason: after }))], nothing(store));
  }
  const readings = kept.map((log) => ({ log, after, member: undefined }));
  const page = store.since(readings, PAGE);
  if ("found" in page) return toPage(store, asked, gaps, page);
  const missing = new Set(page.map(({ log }) => log));
  for (const { log, reason } of page) gaps.push({ room: log, reason });
  const rest = store.since(
    readings.filter(({ log }) => !missing.has(log)),
    PAGE,
  );
  return toPage(store, asked, gaps, "found" in rest ? rest : nothing(store));
}

/** Whether an event is for somebody in `rooms`. */
export function isFor({ except, payload }: Entry<Outgoing>, isIn: (room: Room) => boolean): boolean {
  return !payload.dropped && !except.some(isIn);
}

function readLast(store: Store<Outgoing>, logs: readonly LogName[], wanted: number): Page<Outgoing> {
  const count = Number.isSafeInteger(wanted) && wanted > 0 ? wanted : 0;
  const { found } = store.last(logs, count);
  const [first] = found;
  if (first === undefined) return nothing(store);
  // From there on it is like any other reading, in pages. Of what was before, nothing was asked for.
  const readings = logs.map((log) => ({ log, after: first.entry.sequence - 1, member: undefined }));
  const page = store.since(readings, PAGE);
  return "found" in page ? page : nothing(store);
}

function toSequence(
  store: Store<Outgoing>,
  rooms: readonly Room[],
  from: Exclude<From, { last: number }>,
): number | GapReason {
  if ("offset" in from) {
    const [room] = rooms;
    return room === undefined ? "malformed" : store.sequenceAt(room, from.epoch, from.offset);
  }
  const token = decodeToken(from.token);
  if (token === undefined) return "malformed";
  if (token.epoch !== store.epoch) return "epoch";
  return store.verify(token) ?? token.sequence;
}

function nothing({ head }: Store<Outgoing>): Page<Outgoing> {
  return { found: [], reached: head, more: false };
}

function toPage(
  store: Store<Outgoing>,
  rooms: readonly Room[],
  gaps: readonly RoomGap[],
  { found, reached, more }: Page<Outgoing>,
): PastPage {
  const isIn = (room: Room): boolean => rooms.includes(room);
  return {
    events: found
      .filter(({ entry }) => isFor(entry, isIn))
      .map(({ entry, log, offset }) => ({ outgoing: entry.payload, room: log, offset })),
    gaps,
    position: toToken(store, reached),
    more,
  };
}

function toToken({ epoch }: Store<Outgoing>, { sequence, digest }: Position): string {
  return encodeToken({ epoch, sequence, digest });
}
