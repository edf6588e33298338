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
import { BaroError, ERR_STATE } from "../errors.ts";
import type { AckCallback } from "./ack-waiter.ts";
import {
  type Action,
  type Audience,
  EVERYONE,
  type Room,
  type Selection,
  type SocketId,
} from "./audience.ts";
import { BroadcastAcks } from "./broadcast-acks.ts";
import type { ClusterNode } from "./cluster-node.ts";
import { checkEventName } from "./event-name.ts";
import { checkTimeout, type Flags, NO_FLAGS } from "./flags.ts";
import type { Member } from "./member.ts";
import { type RemoteSocket, SocketElsewhere } from "./remote-socket.ts";

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

  /** Whether the next event may be compressed, where the transport compresses at all. */
  compress(compress: boolean): BroadcastOperator<EmitEvents, SocketData> {
    return this.#flag({ compress });
  }

  /** Leaves out clients that are not ready to receive. */
  get volatile(): BroadcastOperator<EmitEvents, SocketData> {
    return this.#flag({ volatile: true });
  }

  /** Reaches the sockets of this server only. */
  get local(): BroadcastOperator<EmitEvents, SocketData> {
    return this.#flag({ local: true });
  }

  /**
   * Waits `timeout` milliseconds for the acknowledgements of the next event.
   * @throws BaroError `BARO_OPTION` for what is no time to wait.
   */
  timeout(timeout: number): BroadcastOperator<EventsWithTimeout<EmitEvents>, SocketData> {
    return this.#flag({ timeout: checkTimeout(timeout) });
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
    else this.#emit(event, args);
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

  /**
   * The selected sockets, those of other servers too, unless {@link local}. Rejects when a server does not answer
   * within the {@link timeout}, 5 seconds by default.
   */
  async fetchSockets(): Promise<RemoteSocket<EmitEvents, SocketData>[]> {
    // A socket of this server is its own remote view; the audience does not know the types of its events.
    const here = this.#members() as unknown as RemoteSocket<EmitEvents, SocketData>[];
    const cluster = this.#cluster;
    if (cluster === undefined) return here;
    const details = await cluster.fetchSockets(this.#audience.name, this.#selection, this.#flags.timeout);
    const elsewhere = details.map((each) => {
      const rooms = [each.id];
      return new SocketElsewhere(new BroadcastOperator(this.#audience, { ...EVERYONE, rooms }), each);
    });
    return here.concat(elsewhere as RemoteSocket<EventsMap, SocketData>[]);
  }

  /** The ids of the selected sockets, as {@link fetchSockets}. */
  async allSockets(): Promise<Set<SocketId>> {
    return new Set((await this.fetchSockets()).map(({ id }) => id));
  }

  /** Makes the selected sockets join. */
  socketsJoin(room: Room | readonly Room[]): void {
    this.#act({ action: "join", rooms: [room].flat() });
  }

  /** Makes the selected sockets leave. */
  socketsLeave(room: Room | readonly Room[]): void {
    this.#act({ action: "leave", rooms: [room].flat() });
  }

  /** Disconnects the selected sockets from the namespace; with `close`, their connections too. */
  disconnectSockets(close = false): void {
    this.#act({ action: "disconnect", close });
  }

  get #cluster(): ClusterNode | undefined {
    return this.#flags.local ? undefined : this.#audience.realm.cluster;
  }

  #select(selection: Selection): BroadcastOperator<EmitEvents, SocketData> {
    return new BroadcastOperator(this.#audience, selection, this.#flags);
  }

  #flag<Events extends EventsMap>(flag: Partial<Flags>): BroadcastOperator<Events, SocketData> {
    return new BroadcastOperator(this.#audience, this.#selection, { ...this.#flags, ...flag });
  }

  #members(): Member[] {
    return this.#audience.members(this.#selection);
  }

  #act(action: Action): void {
    this.#audience.act(this.#selection, action);
    this.#cluster?.act(this.#audience.name, this.#selection, action);
  }

  #emit(event: string, args: readonly unknown[]): void {
    checkEventName(event);
    this.#audience.broadcast(this.#selection, [event, ...args], this.#flags);
  }

  #emitWithAck(event: string, args: readonly unknown[], callback: AckCallback): void {
    checkEventName(event);
    const { timeout } = this.#flags;
    if (timeout === undefined) {
      throw new BaroError(
        ERR_STATE,
        "A broadcast with an acknowledgement needs a time limit: timeout(ms).emit(…).",
      );
    }
    const data = [event, ...args] as const;
    const acks = new BroadcastAcks(this.#audience, this.#selection, data, this.#flags, timeout, callback);
    this.#cluster?.broadcastWithAck(this.#audience.name, this.#selection, data, this.#flags, timeout, acks);
  }
}
