import type { Entry, EventKey } from "../emitter.ts";
import { type Audience, type Room, type SocketId, toIterable } from "./audience.ts";
import { MapView } from "./map-view.ts";
import type { Member } from "./member.ts";
import { NodeEmitter } from "./node-emitter.ts";

interface RoomyMember extends Member {
  readonly rooms: Set<Room>;
}

/** What happens to the rooms of a namespace. */
export interface AdapterEvents {
  /** A room has its first member. */
  "create-room": (room: Room) => void;
  /** A room has no member any more. */
  "delete-room": (room: Room) => void;
  "join-room": (room: Room, id: SocketId) => void;
  "leave-room": (room: Room, id: SocketId) => void;
}

/** The rooms of a namespace as Socket.IO documents them: by names and ids. What it gives is made when it is read. */
export class Adapter extends NodeEmitter<AdapterEvents> {
  /** The ids of the members of each room. */
  readonly rooms: Map<Room, Set<SocketId>>;
  /** The rooms of each socket. */
  readonly sids: Map<SocketId, Set<Room>>;
  readonly #audience: Audience<RoomyMember>;
  #isObserving = false;

  /** @internal */
  constructor(audience: Audience<RoomyMember>) {
    super();
    this.#audience = audience;
    this.rooms = new MapView(
      audience.rooms,
      (members) => new Set(Array.from(toIterable(members), ({ id }) => id)),
    );
    this.sids = new MapView(audience.everyone, (member) => member.rooms);
  }

  /** The ids of the sockets in any of `rooms`; of all sockets, when it is empty. */
  async sockets(rooms: ReadonlySet<Room>): Promise<Set<SocketId>> {
    const members = this.#audience.members({ rooms: [...rooms], except: [], sender: undefined });
    return new Set(members.map(({ id }) => id));
  }

  /** The rooms of a socket of this server. */
  socketRooms(id: SocketId): Set<Room> | undefined {
    return this.sids.get(id);
  }

  /** How many servers the cluster has. */
  async serverCount(): Promise<number> {
    return 1 + (this.#audience.realm.cluster?.others ?? 0);
  }

  /** Nobody is told of rooms until somebody wants to hear it. */
  protected override keep(event: EventKey, entry: Entry, first?: boolean): this {
    this.#observe();
    return super.keep(event, entry, first);
  }

  #observe(): void {
    if (this.#isObserving) return;
    this.#isObserving = true;
    this.#audience.observe({
      created: (room) => this.dispatch("create-room", [room]),
      deleted: (room) => this.dispatch("delete-room", [room]),
      joined: (room, { id }) => this.dispatch("join-room", [room, id]),
      left: (room, { id }) => this.dispatch("leave-room", [room, id]),
    });
  }
}
