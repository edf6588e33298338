import type { Cancel } from "../../clock.ts";
import type { Outgoing } from "../../engine/outgoing.ts";
import type { GapReason } from "../../history/store.ts";
import type { Room } from "../audience.ts";

/**
 * Where a reader begins: behind the position that it was given last, whatever it now says that was; behind an offset of
 * one room; or with the newest events.
 */
export type From =
  | { readonly token: unknown }
  | { readonly epoch: number; readonly offset: number }
  | { readonly last: number };

/** An event that was kept. */
export interface PastEvent {
  /** As it went out; `outgoing.position` is its token. Never one that is dropped. */
  readonly outgoing: Outgoing;
  /** The first of the asked rooms that it was for, and its number there; `null` for an event for everyone. */
  readonly room: Room | null;
  readonly offset: number;
}

/** A room of which something cannot be given any more; `null` for the events for everyone of the namespace. */
export interface RoomGap {
  readonly room: Room | null;
  readonly reason: GapReason;
}

/** A part of what a reader has missed. */
export interface PastPage {
  /** In the order in which they were sent, each once. */
  readonly events: readonly PastEvent[];
  /**
   * The rooms of which something is missing, and is given nowhere: said before the events, which are those of the other
   * rooms. A reader that was told of it goes on from {@link position}.
   */
  readonly gaps: readonly RoomGap[];
  /** The token behind this page: what comes later comes behind it, live or by the next {@link Past.since}. */
  readonly position: string;
  /** Whether there is more behind it. Without it, {@link position} is where live events go on. */
  readonly more: boolean;
}

/** What a namespace remembers, for those who come back or come late and have no session: streams and polls. */
export interface Past {
  /** The token of the newest event: a listener that begins now has nothing missed behind it. */
  readonly position: string;
  /** Whether the events of `room` are kept. */
  keeps(room: Room): boolean;
  /** The epoch of a room's offsets, and the first and the last that is kept; `undefined` before its first event. */
  state(room: Room): { readonly epoch: number; readonly first: number; readonly last: number } | undefined;
  /**
   * What was sent to `rooms`, and to everyone of the namespace, but not to one of `rooms` as an exception. A page holds
   * 300 events or 256 KiB at most. Never throws for what a client sent as its position: that is a gap of all rooms.
   *
   * To listen without a hole: read pages until there is no `more`, and join the rooms before the turn ends.
   * @param rooms the application has been asked about each: nothing is checked here.
   */
  since(rooms: readonly Room[], from: From): PastPage;
  /** Calls `run` once, at the next event that is kept in one of `rooms` or for everyone. */
  whenNew(rooms: readonly Room[], run: () => void): Cancel;
}
