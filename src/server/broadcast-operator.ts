import type {
  AckValue,
  AllButLast,
  EventName,
  EventNameWithAck,
  EventParameters,
  EventsMap,
  EventsWithTimeout,
  Last,
} from "../emitter.ts";
import { BaroError, ERR_OPTION, ERR_STATE } from "../errors.ts";
import { PacketType } from "../socketio/packet.ts";
import type { AckCallback } from "./ack-waiter.ts";
import { type Audience, EVERYONE, type Room, type Selection } from "./audience.ts";
import { BroadcastAcks } from "./broadcast-acks.ts";
import { checkEventName } from "./event-name.ts";
import type { Member } from "./member.ts";
import { toOutgoing } from "./outgoing-packet.ts";
import type { RemoteSocket } from "./remote-socket.ts";

/** How the next event is sent. */
export interface Flags {
  /** Whether the event may be dropped for a client that is not ready to receive. */
  readonly volatile: boolean;
  /** Milliseconds to wait for an acknowledgement. */
  readonly timeout: number | undefined;
}

/** Nothing special. */
export const NO_FLAGS: Flags = { volatile: false, timeout: undefined };

/** @throws BaroError `BARO_OPTION` for what is no time to wait. */
export function checkTimeout(timeout: number): number {
  if (typeof timeout === "number" && timeout >= 0) return timeout;
  throw new BaroError(ERR_OPTION, `A timeout must be a number of milliseconds, not ${String(timeout)}.`);
}

/** Sends to, or acts on, some sockets of a namespace. Each of its modifiers gives a new operator. */
export class BroadcastOperator<EmitEvents extends EventsMap, SocketData> {
  readonly #audience: Audience;
  readonly #selection: Selection;
  readonly #flags: Flags;

  /** @internal */
  constructor(audience: Audience, selection: Selection = EVERYONE, flags: Flags = NO_FLAGS) {
    this.#audience = audience;
    this.#selection = selection;
    this.#flags = flags;
  }

  /** Reaches the members of `room` too; of no room named, an operator reaches everyone. */
  to(room: Room | readonly Room[]): BroadcastOperator<EmitEvents, SocketData> {
    return this.#select({ ...this.#selection, rooms: this.#selection.rooms.concat(room) });
  }

  /** The same as {@link to}. */
  in(room: Room | readonly Room[]): BroadcastOperator<EmitEvents, SocketData> {
    return this.to(room);
  }

  /** Does not reach the members of `room`. */
  except(room: Room | readonly Room[]): BroadcastOperator<EmitEvents, SocketData> {
    return this.#select({ ...this.#selection, except: this.#selection.except.concat(room) });
  }

  /** Accepted as documented; Baro compresses no messages yet. */
  compress(_compress: boolean): BroadcastOperator<EmitEvents, SocketData> {
    return this;
  }

  /** Leaves out clients that are not ready to receive. */
  get volatile(): BroadcastOperator<EmitEvents, SocketData> {
    return new BroadcastOperator(this.#audience, this.#selection, { ...this.#flags, volatile: true });
  }

  /** Reaches the sockets of this server only: they are all there are. */
  get local(): BroadcastOperator<EmitEvents, SocketData> {
    return this;
  }

  /**
   * Waits `timeout` milliseconds for the acknowledgements of the next event.
   * @throws BaroError `BARO_OPTION` for what is no time to wait.
   */
  timeout(timeout: number): BroadcastOperator<EventsWithTimeout<EmitEvents>, SocketData> {
    return new BroadcastOperator(this.#audience, this.#selection, {
      ...this.#flags,
      timeout: checkTimeout(timeout),
    });
  }

  /**
   * Sends an event, encoded once for all. With a callback as its last argument, and after {@link timeout}, calls
   * it with an error or `null`, and the array of the clients' answers.
   * @throws BaroError `BARO_EVENT_NAME` for a reserved name, `BARO_DATA` for data that JSON cannot hold,
   * `BARO_STATE` for a callback without a timeout.
   */
  emit<Name extends EventName<EmitEvents>>(event: Name, ...args: EventParameters<EmitEvents, Name>): boolean {
    const last = args.at(-1);
    if (typeof last === "function") this.#emitWithAck(event, args.slice(0, -1), last as AckCallback);
    else this.#emit(event, args, undefined);
    return true;
  }

  /** Sends an event after {@link timeout}, and gives the clients' answers. Rejects when one did not come in time. */
  emitWithAck<Name extends EventNameWithAck<EmitEvents>>(
    event: Name,
    ...args: AllButLast<EventParameters<EmitEvents, Name>>
  ): Promise<AckValue<Last<EventParameters<EmitEvents, Name>>>> {
    return new Promise((resolve, reject) => {
      this.#emitWithAck(event, args, (error, answers) => {
        // The answers that did come, as documented for the callback.
        if (error) reject(Object.assign(error, { responses: answers }));
        else resolve(answers as AckValue<Last<EventParameters<EmitEvents, Name>>>);
      });
    });
  }

  /** The selected sockets. */
  async fetchSockets(): Promise<RemoteSocket<EmitEvents, SocketData>[]> {
    // A socket of this server is its own remote view; the audience does not know the types of its events.
    return this.#members() as unknown as RemoteSocket<EmitEvents, SocketData>[];
  }

  /** Makes the selected sockets join. */
  socketsJoin(room: Room | readonly Room[]): void {
    for (const member of this.#members()) member.join(room);
  }

  /** Makes the selected sockets leave. */
  socketsLeave(room: Room | readonly Room[]): void {
    const rooms = [room].flat();
    for (const member of this.#members()) for (const name of rooms) member.leave(name);
  }

  /** Disconnects the selected sockets from the namespace; with `close`, their connections too. */
  disconnectSockets(close = false): void {
    for (const member of this.#members()) member.disconnect(close);
  }

  #select(selection: Selection): BroadcastOperator<EmitEvents, SocketData> {
    return new BroadcastOperator(this.#audience, selection, this.#flags);
  }

  // A list of its own: what happens to the members may change the rooms that are walked.
  #members(): Member[] {
    const members: Member[] = [];
    this.#audience.each(this.#selection, (member) => members.push(member));
    return members;
  }

  #emit(event: string, args: readonly unknown[], id: number | undefined): void {
    checkEventName(event);
    const data = [event, ...args] as const;
    const outgoing = toOutgoing({ type: PacketType.EVENT, namespace: this.#audience.name, id, data });
    const { volatile } = this.#flags;
    this.#audience.each(this.#selection, (member) => member.sendBroadcast(outgoing, data, volatile));
  }

  #emitWithAck(event: string, args: readonly unknown[], callback: AckCallback): void {
    const { timeout } = this.#flags;
    if (timeout === undefined) {
      throw new BaroError(
        ERR_STATE,
        "A broadcast with an acknowledgement needs a time limit: timeout(ms).emit(…).",
      );
    }
    const id = this.#audience.ackIds.next();
    this.#emit(event, args, id);
    new BroadcastAcks(this.#audience, id, this.#members(), timeout, callback);
  }
}
