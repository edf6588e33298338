import type { Audience, Room, SocketId } from "./audience.ts";
import { MapView } from "./map-view.ts";
import type { Member } from "./member.ts";

interface RoomyMember extends Member {
  readonly rooms: Set<Room>;
}

/** The rooms of a namespace as Socket.IO documents them: by names and ids. What it gives is made when it is read. */
export class Adapter {
  /** The ids of the members of each room. */
  readonly rooms: ReadonlyMap<Room, Set<SocketId>>;
  /** The rooms of each socket. */
  readonly sids: ReadonlyMap<SocketId, Set<Room>>;

  /** @internal */
  constructor(audience: Audience<RoomyMember>) {
    this.rooms = new MapView(audience.rooms, (members) => new Set(Array.from(members, ({ id }) => id)));
    this.sids = new MapView(audience.everyone, (member) => member.rooms);
  }
}
