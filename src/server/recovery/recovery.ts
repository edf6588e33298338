import type { Outgoing } from "../../engine/outgoing.ts";
import type { Session as EngineSession } from "../../engine/session.ts";
import type { Reading, Store } from "../../history/store.ts";
import { decodeToken } from "../../history/token.ts";
import type { Action, Room, RoomObserver, Selection, SocketId } from "../audience.ts";
import type { DisconnectReason } from "../disconnect-reason.ts";
import type { Archive } from "./archive.ts";
import { isFor, PAGE } from "./read-past.ts";
import type { RecoveryPolicy } from "./recovery-options.ts";
import type { Replay } from "./replays.ts";
import type { Holder, Session } from "./session.ts";

/** Either side left on purpose, or the client broke the protocol. */
const FINAL: ReadonlySet<DisconnectReason> = new Set<DisconnectReason>([
  "client namespace disconnect",
  "server namespace disconnect",
  "parse error",
]);
/** Events that one client may have missed: it holds them all until it is connected. Over it, it begins anew. */
const MAX_MISSED = 10_000;
/** No id that was given out is longer. */
const MAX_PID = 64;

/** The socket of a client that has a session. */
export interface SessionSocket extends Holder {
  readonly id: SocketId;
  readonly rooms: ReadonlySet<Room>;
  readonly data: unknown;
}

/** One that comes back, until it is connected. */
export interface ReturningSocket extends SessionSocket {
  readonly client: {
    /** @internal */
    readonly session: EngineSession;
    /** @internal */
    granted?(): void;
    /** @internal */
    close(reason: DisconnectReason, description?: unknown): void;
    /** @internal */
    guard(run: () => void): void;
  };
}

/** What a client gets back. */
export interface Restored {
  readonly sid: SocketId;
  readonly rooms: readonly Room[];
  readonly data: unknown;
}

/** Takes up again what clients of one namespace lost with their connections. */
export class Recovery implements RoomObserver<{ readonly id: SocketId }> {
  readonly policy: RecoveryPolicy;
  /** Called when nobody is away any more: the namespace may have waited for that to end. */
  onAllBack: (() => void) | undefined;
  readonly #archive: Archive;
  readonly #store: Store<Outgoing>;
  readonly #live = new Map<SocketId, Session>();
  /** Up to where those have everything who are about to be connected. */
  readonly #returning = new Map<SocketId, number>();
  readonly #away = new Set<Session>();
  /** How many of those who are away are in each room. */
  readonly #awaited = new Map<Room, number>();

  constructor(archive: Archive, policy: RecoveryPolicy, store: Store<Outgoing>) {
    this.policy = policy;
    this.#archive = archive;
    this.#store = store;
  }

  // --- called by the namespace

  /**
   * Takes up the session that a client names in its CONNECT. It is good for one try: where something is missing, or
   * the place that the client names is none, the session is over and the client begins anew.
   */
  restore({ pid, offset }: Readonly<Record<string, unknown>>): Restored | undefined {
    if (typeof pid !== "string" || pid.length > MAX_PID) return undefined;
    const { sessions } = this.#archive;
    this.expire();
    const session = sessions.get(pid);
    // Those of other namespaces are none of these.
    if (session === undefined || (this.#live.get(session.sid) !== session && !this.#away.has(session))) {
      return undefined;
    }
    // The connection before may be lost without the server having noticed. It leaves now.
    session.holder?.supersede();
    if (!sessions.unpark(session)) return undefined;
    const after = this.#placeOf(session, offset);
    if (after === undefined || !this.#isComplete(readingsOf(session, after))) {
      sessions.forget(session);
      return undefined;
    }
    this.#live.set(session.sid, session);
    this.#returning.set(session.sid, after);
    return { sid: session.sid, rooms: [...session.floors.keys()], data: session.data };
  }

  /** The socket that was made of what {@link restore} gave. */
  resumed(socket: SessionSocket): void {
    const session = this.#live.get(socket.id);
    if (session !== undefined) session.holder = socket;
  }

  /** Gives a socket that was restored what it has missed; then calls `done`, in the turn in which nothing is missing. */
  replay(socket: ReturningSocket, done: () => void): void {
    const session = this.#live.get(socket.id);
    const after = this.#returning.get(socket.id);
    if (session === undefined || after === undefined || session.holder !== socket) {
      // It was lost again while the application thought.
      socket.client.guard(done);
      return;
    }
    socket.client.granted?.();
    this.#archive.replays.add(this.#replayOf(session, after, socket, done));
  }

  /** The socket is connected. Gives the name of its session, which its client alone may know. */
  opened(socket: SessionSocket): string {
    let session = this.#live.get(socket.id);
    if (session === undefined) {
      const { sequence } = this.#store.head;
      session = {
        pid: this.#archive.generateId(),
        sid: socket.id,
        start: sequence,
        floors: new Map(Array.from(socket.rooms, (room) => [room, sequence])),
        data: undefined,
        holder: socket,
      };
      this.#live.set(socket.id, session);
      this.#archive.sessions.add(session);
    }
    this.#returning.delete(socket.id);
    return session.pid;
  }

  /** The socket is over. It is still in its rooms. */
  ended(socket: SessionSocket, reason: DisconnectReason): void {
    const session = this.#live.get(socket.id);
    if (session === undefined || session.holder !== socket) return;
    this.#live.delete(socket.id);
    this.#returning.delete(socket.id);
    if (FINAL.has(reason)) {
      this.#archive.sessions.forget(session);
      return;
    }
    session.data = socket.data;
    this.#away.add(session);
    for (const room of session.floors.keys()) this.#await(room, 1);
    this.#archive.sessions.park(session, () => this.#returned(session), this.policy);
  }

  // --- called by the audience

  created(): void {}

  deleted(): void {}

  joined(room: Room, { id }: { readonly id: SocketId }): void {
    const floors = this.#live.get(id)?.floors;
    if (floors !== undefined && !floors.has(room)) floors.set(room, this.#store.head.sequence);
  }

  left(room: Room, { id }: { readonly id: SocketId }): void {
    this.#live.get(id)?.floors.delete(room);
  }

  /** Does to those who are away, or on their way back, what is done to the selected. */
  act({ rooms, except, sender }: Selection, action: Action): void {
    if (this.#away.size === 0 && this.#returning.size === 0) return;
    const returning = [...this.#returning.keys()].map((sid) => this.#live.get(sid));
    for (const session of [...this.#away, ...returning]) {
      if (session === undefined) continue;
      const { floors, sid } = session;
      const isSelected = rooms.length === 0 || rooms.some((room) => floors.has(room));
      if (!isSelected || sid === sender?.id || except.some((room) => floors.has(room))) continue;
      if (action.action === "disconnect") this.#expel(session);
      else for (const room of action.rooms) this.#move(session, room, action.action);
    }
  }

  // --- called by the log

  /** Whether `room` is the one of a single socket that is away. */
  isOfOne(room: Room): boolean {
    if (!this.isAwaited(room)) return false;
    for (const { sid } of this.#away) if (sid === room) return true;
    return false;
  }

  /** Whether somebody who is away comes back to `room`. */
  isAwaited(room: Room): boolean {
    return this.#awaited.has(room);
  }

  /** How many clients of this namespace are away. */
  get away(): number {
    return this.#away.size;
  }

  expire(): void {
    this.#archive.sessions.expire(this.policy);
  }

  #placeOf(session: Session, offset: unknown): number | undefined {
    // It has heard nothing yet.
    if (offset === undefined) return session.start;
    const token = decodeToken(offset);
    if (token === undefined || token.epoch !== this.#store.epoch) return undefined;
    return this.#store.verify(token) === undefined ? token.sequence : undefined;
  }

  #isComplete(readings: readonly Reading[]): boolean {
    const page = this.#store.since(readings, { count: 1, bytes: 1 });
    return "found" in page && this.#store.count(readings) <= MAX_MISSED;
  }

  #replayOf(session: Session, after: number, socket: ReturningSocket, done: () => void): Replay {
    const { client } = socket;
    const store = this.#store;
    const isIn = (room: Room): boolean => socket.rooms.has(room);
    let place = after;
    return {
      get writable() {
        return client.session.writable || client.session.closed;
      },
      givePage: () => {
        if (client.session.closed) return "done";
        const page = store.since(readingsOf(session, place), PAGE);
        if (!("found" in page)) {
          // The client is slower than what it has missed is forgotten: it hears of a loss, and begins anew.
          this.#archive.sessions.forget(session);
          client.close("transport close", "what was missed is not kept any more");
          return "done";
        }
        for (const { entry } of page.found) {
          if (entry.sender !== socket.id && isFor(entry, isIn)) client.session.send(entry.payload);
        }
        place = page.reached.sequence;
        if (page.more) return page.found.length;
        client.guard(done);
        return "done";
      },
    };
  }

  #returned(session: Session): void {
    if (!this.#away.delete(session)) return;
    for (const room of session.floors.keys()) this.#await(room, -1);
    // Not at once: this may be the one who comes back, and is not counted yet.
    if (this.#away.size === 0 && this.onAllBack !== undefined) this.#archive.clock.after(0, this.onAllBack);
  }

  #expel(session: Session): void {
    this.#archive.sessions.forget(session);
    session.holder?.supersede();
  }

  #move({ floors, holder }: Session, room: Room, action: "join" | "leave"): void {
    if (holder !== undefined) {
      if (action === "join") holder.join(room);
      else holder.leave(room);
    } else if (action === "join" && !floors.has(room)) {
      floors.set(room, this.#store.head.sequence);
      this.#await(room, 1);
    } else if (action === "leave" && floors.delete(room)) {
      this.#await(room, -1);
    }
  }

  #await(room: Room, change: 1 | -1): void {
    const count = (this.#awaited.get(room) ?? 0) + change;
    if (count === 0) this.#awaited.delete(room);
    else this.#awaited.set(room, count);
  }
}

/** Where a client has each of its rooms: what was said in a room before it joined is not for it. */
function readingsOf({ sid, floors, start }: Session, after: number): Reading[] {
  const readings: Reading[] = [{ log: null, after: Math.max(after, start), member: sid }];
  for (const [room, floor] of floors)
    readings.push({ log: room, after: Math.max(after, floor), member: sid });
  return readings;
}
