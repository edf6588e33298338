import type { Outgoing } from "../engine/outgoing.ts";
import { AckIds } from "../socketio/acks.ts";
import { PacketType } from "../socketio/packet.ts";
import type { Flags } from "./flags.ts";
import type { EventData, Member } from "./member.ts";
import type { Realm } from "./realm.ts";
import type { NamespaceLog } from "./recovery/namespace-log.ts";

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

/** What happens to some sockets. */
export type Action =
  | { readonly action: "join" | "leave"; readonly rooms: readonly Room[] }
  | { readonly action: "disconnect"; readonly close: boolean };

/** Everyone of the namespace. */
export const EVERYONE: Selection = { rooms: [], except: [], sender: undefined };

/** Who is in a room: the one who is alone there, or all of them. Most rooms are those of one socket's own id. */
export type RoomMembers<Someone> = Someone | ReadonlySet<Someone>;

/** Hears what happens to rooms. */
export interface RoomObserver<Someone> {
  created(room: Room): void;
  joined(room: Room, member: Someone): void;
  left(room: Room, member: Someone): void;
  deleted(room: Room): void;
}

/**
 * The sockets of one namespace and their rooms. A room holds its sockets themselves, not their ids: a broadcast
 * walks one Set and looks nothing up. A socket that is alone stands there without a Set, which would cost each idle
 * client 150 bytes.
 */
export class Audience<Someone extends Member = Member> {
  /** The name of the namespace. */
  readonly name: string;
  readonly realm: Realm;
  /** One counter for all sockets, so that one id can ask all of them for the acknowledgement of a broadcast. */
  readonly ackIds: AckIds;
  /** Those who are connected. */
  readonly everyone = new Map<SocketId, Someone>();
  /** None where nobody listens. */
  #observers: readonly RoomObserver<Someone>[] | undefined;
  /** What is kept of the events, where anything is. */
  log: NamespaceLog | undefined;
  /** Called when nobody is left, and nobody waits to be let in. */
  emptied: (() => void) | undefined;
  readonly #rooms = new Map<Room, Someone | Set<Someone>>();
  #size = 0;

  constructor(name: string, realm: Realm, ackIds = new AckIds()) {
    this.name = name;
    this.realm = realm;
    this.ackIds = ackIds;
  }

  /** The rooms that have members. */
  get rooms(): ReadonlyMap<Room, RoomMembers<Someone>> {
    return this.#rooms;
  }

  /** Tells `observer` what happens to rooms from now on. */
  observe(observer: RoomObserver<Someone>): void {
    this.#observers = [...(this.#observers ?? []), observer];
  }

  /** Whether nobody is there, waits to be let in, or may come back. */
  get isEmpty(): boolean {
    return this.#size === 0 && (this.log?.recovery?.away ?? 0) === 0;
  }

  /** Counts a member that may yet be refused. */
  add(): void {
    this.#size += 1;
  }

  /** A member that was counted is over. */
  remove({ id }: Someone): void {
    this.everyone.delete(id);
    this.#size -= 1;
    this.retire();
  }

  /** Says so, if nobody is left. */
  retire(): void {
    if (this.#size === 0) this.emptied?.();
  }

  join(room: Room, member: Someone): void {
    const members = this.#rooms.get(room);
    if (members === undefined) {
      this.#rooms.set(room, member);
      if (this.#observers !== undefined) for (const each of this.#observers) each.created(room);
    } else if (members instanceof Set) {
      members.add(member);
    } else {
      this.#rooms.set(room, new Set([members, member]));
    }
    if (this.#observers !== undefined) for (const each of this.#observers) each.joined(room, member);
  }

  /** A room without members is no more: names that come and go leave nothing behind. */
  leave(room: Room, member: Someone): void {
    const members = this.#rooms.get(room);
    if (members instanceof Set ? !members.delete(member) : members !== member) return;
    if (this.#observers !== undefined) for (const each of this.#observers) each.left(room, member);
    if (members instanceof Set && members.size > 0) return;
    this.#rooms.delete(room);
    if (this.#observers !== undefined) for (const each of this.#observers) each.deleted(room);
  }

  /**
   * Sends an event to the selected: encoded once, by the servers of a cluster once each.
   * @param id asks each of the selected here for an acknowledgement.
   */
  broadcast(selection: Selection, data: EventData, flags: Flags, id?: number): void {
    this.broadcastHere(selection, data, flags, id);
    if (!flags.local) this.realm.cluster?.broadcast(this.name, selection, data, flags);
  }

  /** The part of {@link broadcast} that concerns this server. */
  broadcastHere(selection: Selection, data: EventData, flags: Flags, id: number | undefined): void {
    const { volatile } = flags;
    const outgoing = this.#encode(selection, data, flags, id);
    this.each(selection, (member) => member.sendBroadcast(outgoing, data, volatile));
  }

  /** The selected, in a list of its own: what happens to them may change the rooms that are walked. */
  members(selection: Selection): Someone[] {
    const members: Someone[] = [];
    this.each(selection, (member) => members.push(member));
    return members;
  }

  /** Makes the selected of this server join, leave or disconnect. */
  act(selection: Selection, action: Action): void {
    this.log?.act(selection, action);
    for (const member of this.members(selection)) {
      if (action.action === "join") member.join(action.rooms);
      else if (action.action === "disconnect") member.disconnect(action.close);
      else for (const room of action.rooms) member.leave(room);
    }
  }

  /** Calls `visit` once for each of the selected that is connected. */
  each(selection: Selection, visit: (member: Someone) => void): void {
    const { sender } = selection;
    const excluded = this.#find(selection.except);
    const isForAll = sender === undefined && excluded.length === 0;
    for (const member of this.#selected(selection.rooms)) {
      if (!member.connected) continue;
      if (isForAll || (member !== sender && !excluded.some((members) => isIn(members, member))))
        visit(member);
    }
  }

  /** What asks for an acknowledgement is not kept: who comes back later is not asked any more. */
  #encode(selection: Selection, data: EventData, flags: Flags, id: number | undefined): Outgoing {
    if (this.log !== undefined && id === undefined) return this.log.encode(selection, data, flags);
    const outgoing = this.realm.codec.encode({ type: PacketType.EVENT, nsp: this.name, id, data });
    if (!flags.compress) outgoing.compress = false;
    return outgoing;
  }

  #selected(rooms: readonly Room[]): Iterable<Someone> {
    if (rooms.length === 0) return this.everyone.values();
    const selected = this.#find(rooms).map(toIterable);
    const [only] = selected;
    if (selected.length === 1 && only !== undefined) return only;
    // A member of several rooms hears a broadcast once.
    return new Set(selected.flatMap((members) => [...members]));
  }

  #find(rooms: readonly Room[]): RoomMembers<Someone>[] {
    const found: RoomMembers<Someone>[] = [];
    for (const room of rooms) {
      const members = this.#rooms.get(room);
      if (members !== undefined) found.push(members);
    }
    return found;
  }
}

/** The members of a room, to be walked. */
export function toIterable<Someone extends Member>(members: RoomMembers<Someone>): Iterable<Someone> {
  return members instanceof Set ? members : [members as Someone];
}

function isIn<Someone extends Member>(members: RoomMembers<Someone>, member: Someone): boolean {
  return members instanceof Set ? members.has(member) : members === member;
}
