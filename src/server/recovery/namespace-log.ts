import type { Cancel } from "../../clock.ts";
import type { Outgoing } from "../../engine/outgoing.ts";
import { nextDigest } from "../../history/digest.ts";
import { MemoryStore } from "../../history/memory-store.ts";
import type { Bounds, LogName } from "../../history/store.ts";
import { encodeToken } from "../../history/token.ts";
import { PacketType } from "../../socketio/packet.ts";
import type { Action, Room, Selection, SocketId } from "../audience.ts";
import type { Flags } from "../flags.ts";
import type { EventData } from "../member.ts";
import type { Archive } from "./archive.ts";
import { type DraftSetting, EventDraft } from "./event-draft.ts";
import type { From, Past, PastPage } from "./past.ts";
import { readPast } from "./read-past.ts";
import { Recovery } from "./recovery.ts";
import type { RecoveryPolicy } from "./recovery-options.ts";
import { DEFAULT_BOUNDS, type Retention } from "./retention.ts";

/** What everyone of the namespace is told. */
const FOR_EVERYONE: readonly LogName[] = [null];
const NO_ROOMS: readonly Room[] = [];
/** Events between two looks for what is over its age. */
const TRIM_EVERY = 1_000;

/**
 * What one namespace keeps of the events that it sends. Each is kept before it is sent, and sent in the order in which
 * it was kept. A namespace without one keeps nothing, and looks for it once per broadcast.
 */
export class NamespaceLog implements Past {
  #recovery: Recovery | undefined;
  /** The rooms that are kept by declaration. */
  readonly retention: Retention;
  readonly #archive: Archive;
  readonly #store: MemoryStore<Outgoing>;
  #setting: DraftSetting;
  /** Whether `room` has members. */
  readonly #isPeopled: (room: Room) => boolean;
  #lastId: number;
  #untilTrim = TRIM_EVERY;
  #waiting: Map<LogName, Set<() => void>> | undefined;

  constructor(namespace: string, archive: Archive, retention: Retention, isPeopled: (room: Room) => boolean) {
    const { clock, codec, budget } = archive;
    this.retention = retention;
    this.#archive = archive;
    this.#isPeopled = isPeopled;
    this.#lastId = archive.random();
    this.#store = new MemoryStore<Outgoing>({
      epoch: archive.random(),
      seed: archive.random(),
      now: () => clock.now(),
      boundsOf: (log) => this.#boundsOf(log),
      budget,
    });
    this.#setting = { namespace, codec, epoch: this.#store.epoch, trailing: false };
  }

  /** The sessions of its clients, where lost connections are taken up again. */
  get recovery(): Recovery | undefined {
    return this.#recovery;
  }

  /** Takes up lost connections from now on. */
  recover(policy: RecoveryPolicy): Recovery {
    this.#recovery = new Recovery(this.#archive, policy, this.#store);
    this.#setting = { ...this.#setting, trailing: true };
    return this.#recovery;
  }

  // --- what is sent

  /** Encodes a broadcast, and keeps it where one of its rooms is kept. */
  encode({ rooms, except, sender }: Selection, data: EventData, flags: Flags): Outgoing {
    const logs = flags.volatile ? NO_ROOMS : this.#logsOf(rooms);
    return this.#encode(logs, except, sender?.id, data, flags);
  }

  /** Encodes an event for one socket, as {@link encode}. */
  encodeFor(id: SocketId, data: EventData, flags: Flags): Outgoing {
    const logs = flags.volatile || !this.#isKept(id) ? NO_ROOMS : [id];
    return this.#encode(logs, NO_ROOMS, undefined, data, flags);
  }

  #encode(
    logs: readonly LogName[],
    except: readonly Room[],
    sender: SocketId | undefined,
    data: EventData,
    flags: Flags,
  ): Outgoing {
    if (logs.length === 0) return this.#encodeUnkept(data, flags);
    this.#lastId = nextDigest(this.#lastId, 1);
    const draft = new EventDraft(this.#setting, this.#lastId, logs, except, sender, data, flags.compress);
    const { payload } = this.#store.append(draft);
    if (this.#waiting !== undefined) for (const log of logs) this.#wake(log);
    this.#untilTrim -= 1;
    if (this.#untilTrim === 0) this.#trim();
    return payload;
  }

  /**
   * What is not kept has no position. But a client of Socket.IO takes any text behind the arguments for one: it is
   * given the one that it has.
   */
  #encodeUnkept(data: EventData, flags: Flags): Outgoing {
    const { namespace, codec, trailing } = this.#setting;
    const isMistakable = trailing && typeof data.at(-1) === "string";
    const sent: EventData = isMistakable ? [...data, this.position] : data;
    const outgoing = codec.encode({ type: PacketType.EVENT, nsp: namespace, id: undefined, data: sent });
    if (!flags.compress) outgoing.compress = false;
    outgoing.isPositionLast = isMistakable;
    return outgoing;
  }

  /** What is done to the selected is done to those, too, who are away. */
  act(selection: Selection, action: Action): void {
    this.recovery?.act(selection, action);
  }

  // --- what was sent

  get position(): string {
    return encodeToken({ epoch: this.#store.epoch, ...this.#store.head });
  }

  keeps(room: Room): boolean {
    return this.#isKept(room);
  }

  state(room: Room): ReturnType<Past["state"]> {
    return this.#store.state(room);
  }

  since(rooms: readonly Room[], from: From): PastPage {
    return readPast(this.#store, rooms, from, (room) => this.#isKept(room));
  }

  whenNew(rooms: readonly Room[], run: () => void): Cancel {
    this.#waiting ??= new Map();
    const waiting = this.#waiting;
    const logs: readonly LogName[] = [...rooms, null];
    const once = (): void => {
      cancel();
      run();
    };
    const cancel = (): void => {
      for (const log of logs) {
        const each = waiting.get(log);
        if (each?.delete(once) && each.size === 0) waiting.delete(log);
      }
    };
    for (const log of logs) {
      const each = waiting.get(log);
      if (each === undefined) waiting.set(log, new Set([once]));
      else each.add(once);
    }
    return cancel;
  }

  /** The namespace is no more. */
  close(): void {
    this.#store.close();
  }

  #wake(log: LogName): void {
    for (const run of [...(this.#waiting?.get(log) ?? [])]) run();
  }

  #trim(): void {
    this.#untilTrim = TRIM_EVERY;
    this.recovery?.expire();
    this.#store.trim((log) => log === null || this.retention.names(log) || this.#isInUse(log));
  }

  /** Whether somebody is in `room`, or comes back to it. */
  #isInUse(room: Room): boolean {
    return this.#isPeopled(room) || this.recovery?.isAwaited(room) === true;
  }

  #isKept(room: Room): boolean {
    if (this.recovery !== undefined && this.#isInUse(room)) return true;
    return this.retention.boundsOf(room) !== undefined;
  }

  #logsOf(rooms: readonly Room[]): readonly LogName[] {
    const [only] = rooms;
    if (only === undefined) return FOR_EVERYONE;
    if (rooms.length === 1) return this.#isKept(only) ? rooms : NO_ROOMS;
    return rooms.filter((room, index) => this.#isKept(room) && rooms.indexOf(room) === index);
  }

  #boundsOf(log: LogName): Bounds {
    const declared = log === null ? undefined : this.retention.boundsOf(log);
    const { recovery } = this.#archive;
    if (recovery === undefined) return declared ?? DEFAULT_BOUNDS;
    const age = recovery.maxDisconnectionDuration;
    // Nobody said how much of it is worth keeping: time bounds it, and the budget of all rooms.
    if (declared === undefined)
      return { max: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY, age };
    return { ...declared, age: Math.max(declared.age, age) };
  }
}
