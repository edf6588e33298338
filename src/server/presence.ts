import type { Cancel } from "../clock.ts";
import { BaroError, ERR_OPTION } from "../errors.ts";
import { throwLater } from "../report.ts";
import { PacketType } from "../socketio/packet.ts";
import { type Audience, EVERYONE, type Room, type RoomObserver } from "./audience.ts";
import type { Member } from "./member.ts";
import { type NameRule, names } from "./name-rule.ts";

/** A user, as the members of a room may know it. */
export interface PresentUser {
  /** What tells one user from another; several sockets may have the same one. */
  readonly key: string;
  /** A small public record; JSON. */
  readonly info?: unknown;
}

/** How presence works in some rooms. */
export interface PresenceOptions<Socket> {
  /** Says whose socket this is; `undefined` for one that does not count. */
  user(socket: Socket): PresentUser | undefined;
  /**
   * Milliseconds from the last socket of a user to its `presence:leave`, if none comes back. Default 5,000: who loses a
   * connection and has the next one is not gone.
   */
  leaveDelay?: number;
}

/** What presence needs of a socket. */
export interface PresentMember extends Member {
  readonly rooms: ReadonlySet<Room>;
  emit(event: string, ...args: readonly unknown[]): unknown;
}

interface Rule<Someone> {
  readonly rooms: NameRule;
  readonly options: PresenceOptions<Someone>;
  readonly leaveDelay: number;
}

/** One user in one room. */
interface Presence<Someone> {
  user: PresentUser;
  readonly sockets: Set<Someone>;
  /** Stops what would tell that the user has left. */
  cancel: Cancel | undefined;
}

const LEAVE_DELAY = 5_000;

/**
 * Who is in the rooms of a namespace: users, not sockets. Who joins hears `presence`, a snapshot; the others hear
 * `presence:join` at the first socket of a user and `presence:leave` some time after the last.
 */
export class Presences<Someone extends PresentMember> implements RoomObserver<Someone> {
  readonly #audience: Audience<Someone>;
  readonly #rules: Rule<Someone>[];
  readonly #rooms = new Map<Room, Map<string, Presence<Someone>>>();
  /** Whose each socket is, in each room: it may say another thing later. */
  readonly #keys = new WeakMap<Someone, Map<Room, string>>();

  /** @param parent whose rules count here as well: those that stand there now. */
  constructor(audience: Audience<Someone>, parent?: Presences<Someone>) {
    this.#audience = audience;
    this.#rules = parent === undefined ? [] : [...parent.#rules];
    audience.observe(this);
  }

  /** @throws BaroError `BARO_OPTION` for what names no room, and for options that make no sense. */
  declare(rooms: NameRule, options: PresenceOptions<Someone>): void {
    const { leaveDelay = LEAVE_DELAY } = options;
    if (typeof rooms !== "string" && !(rooms instanceof RegExp)) {
      throw new BaroError(ERR_OPTION, "presence is for a room by its name, or for a pattern.");
    }
    if (typeof options.user !== "function") {
      throw new BaroError(ERR_OPTION, "presence needs a function user, which says whose socket it gets.");
    }
    if (typeof leaveDelay !== "number" || !(leaveDelay >= 0)) {
      throw new BaroError(ERR_OPTION, `leaveDelay must be 0 or more, and is ${String(leaveDelay)}.`);
    }
    this.#rules.push({ rooms, options, leaveDelay });
    for (const member of this.#audience.everyone.values()) this.connected(member);
  }

  /** The users in a room, in the order in which they came. */
  users(room: Room): PresentUser[] {
    return Array.from(this.#rooms.get(room)?.values() ?? [], ({ user }) => user);
  }

  /** Tells nothing any more: the server shuts down. */
  stop(): void {
    for (const users of this.#rooms.values()) for (const { cancel } of users.values()) cancel?.();
    this.#rooms.clear();
  }

  created(): void {}

  deleted(): void {}

  joined(room: Room, member: Someone): void {
    // The room of one socket alone is none to be seen in; and who is still asked about is not here yet.
    if (room !== member.id && member.connected) this.#join(room, member);
  }

  /** The socket is connected: it may have had rooms before. */
  connected(member: Someone): void {
    for (const room of member.rooms) {
      if (room !== member.id && this.#keys.get(member)?.has(room) !== true) this.#join(room, member);
    }
  }

  #join(room: Room, member: Someone): void {
    const rule = this.#ruleFor(room);
    const user = rule && this.#userOf(rule, member);
    if (rule === undefined || user === undefined) return;
    let users = this.#rooms.get(room);
    if (users === undefined) {
      users = new Map();
      this.#rooms.set(room, users);
    }
    const present = users.get(user.key);
    if (present === undefined) {
      users.set(user.key, { user, sockets: new Set([member]), cancel: undefined });
      this.#tell(room, "presence:join", user, member);
    } else {
      present.user = user;
      present.sockets.add(member);
      present.cancel?.();
      present.cancel = undefined;
    }
    this.#keysOf(member).set(room, user.key);
    member.emit("presence", { room, users: this.users(room) });
  }

  left(room: Room, member: Someone): void {
    const keys = this.#keys.get(member);
    const key = keys?.get(room);
    if (key === undefined) return;
    keys?.delete(room);
    const users = this.#rooms.get(room);
    const present = users?.get(key);
    if (users === undefined || present === undefined) return;
    present.sockets.delete(member);
    if (present.sockets.size > 0) return;
    const leave = (): void => {
      users.delete(key);
      if (users.size === 0) this.#rooms.delete(room);
      this.#tell(room, "presence:leave", present.user, undefined);
    };
    present.cancel = this.#audience.realm.clock.after(this.#ruleFor(room)?.leaveDelay ?? 0, leave);
  }

  #ruleFor(room: Room): Rule<Someone> | undefined {
    return this.#rules.find(({ rooms }) => names(rooms, room));
  }

  /** What the application throws is its own fault, and must not keep a socket from joining. */
  #userOf({ options }: Rule<Someone>, member: Someone): PresentUser | undefined {
    try {
      const user = options.user(member);
      if (user === undefined) return undefined;
      if (typeof user.key !== "string") {
        throw new BaroError(ERR_OPTION, "The key of a user must be a string.");
      }
      return user.info === undefined ? { key: user.key } : { key: user.key, info: user.info };
    } catch (error) {
      throwLater(error, this.#audience.realm.clock);
      return undefined;
    }
  }

  #keysOf(member: Someone): Map<Room, string> {
    const keys = this.#keys.get(member) ?? new Map<Room, string>();
    this.#keys.set(member, keys);
    return keys;
  }

  /** To this server's members alone: each server tells its own. */
  #tell(room: Room, event: string, user: PresentUser, sender: Someone | undefined): void {
    const { realm, name: namespace } = this.#audience;
    const data = [event, { room, ...user }] as const;
    // Not by a broadcast: who comes back later wants to know who is here, and not who was.
    const outgoing = realm.codec.encode({ type: PacketType.EVENT, nsp: namespace, id: undefined, data });
    this.#audience.each({ ...EVERYONE, rooms: [room], sender }, (member) =>
      member.sendBroadcast(outgoing, data, false),
    );
  }
}
