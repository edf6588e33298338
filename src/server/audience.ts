import type { Clock } from "../clock.ts";
import { AckIds } from "../socketio/acks.ts";
import type { Member } from "./member.ts";

/** The public id of a socket; also the name of a room of its own. */
export type SocketId = string;
/** The name of a room. */
export type Room = string;

/** Whom a broadcast reaches. */
export interface Selection {
  /** The members of any of these; of none given: everyone. */
  readonly rooms: readonly Room[];
  /** But not the members of these. */
  readonly except: readonly Room[];
  /** And not this one. */
  readonly sender: Member | undefined;
}

/** Everyone of the namespace. */
export const EVERYONE: Selection = { rooms: [], except: [], sender: undefined };

/**
 * The sockets of one namespace and their rooms. A room holds its sockets themselves, not their ids: a broadcast
 * walks one Set and looks nothing up.
 */
export class Audience<Someone extends Member = Member> {
  /** The name of the namespace. */
  readonly name: string;
  readonly clock: Clock;
  /** One counter for all sockets, so that one id can ask all of them for the acknowledgement of a broadcast. */
  readonly ackIds = new AckIds();
  /** Those who are connected. */
  readonly everyone = new Map<SocketId, Someone>();
  readonly #rooms = new Map<Room, Set<Someone>>();

  constructor(name: string, clock: Clock) {
    this.name = name;
    this.clock = clock;
  }

  /** The rooms that have members. */
  get rooms(): ReadonlyMap<Room, ReadonlySet<Someone>> {
    return this.#rooms;
  }

  join(room: Room, member: Someone): void {
    const members = this.#rooms.get(room);
    if (members === undefined) this.#rooms.set(room, new Set([member]));
    else members.add(member);
  }

  /** A room without members is no more: names that come and go leave nothing behind. */
  leave(room: Room, member: Someone): void {
    const members = this.#rooms.get(room);
    if (members?.delete(member) && members.size === 0) this.#rooms.delete(room);
  }

  /** Calls `visit` once for each of the selected that is connected. */
  each(selection: Selection, visit: (member: Someone) => void): void {
    const { rooms, sender } = selection;
    const excluded = this.#sets(selection.except);
    const visitable = (member: Someone): boolean =>
      member !== sender && member.connected && !excluded.some((members) => members.has(member));
    if (rooms.length === 0) {
      for (const member of this.everyone.values()) if (visitable(member)) visit(member);
      return;
    }
    const selected = this.#sets(rooms);
    const [only] = selected;
    if (selected.length === 1 && only !== undefined) {
      for (const member of only) if (visitable(member)) visit(member);
      return;
    }
    // A member of several rooms hears a broadcast once.
    for (const member of new Set(selected.flatMap((members) => [...members]))) {
      if (visitable(member)) visit(member);
    }
  }

  #sets(rooms: readonly Room[]): Set<Someone>[] {
    const sets: Set<Someone>[] = [];
    for (const room of rooms) {
      const members = this.#rooms.get(room);
      if (members !== undefined) sets.push(members);
    }
    return sets;
  }
}
