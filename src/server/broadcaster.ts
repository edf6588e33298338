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
import type { Room, SocketId } from "./audience.ts";
import type { BroadcastOperator } from "./broadcast-operator.ts";
import { NodeEmitter } from "./node-emitter.ts";
import type { RemoteSocket } from "./remote-socket.ts";
import type { BroadcastEvents } from "./typed-broadcast.ts";

/** What a namespace and a server both do: they send to all their sockets, act on them, and tell their listeners. */
export abstract class Broadcaster<
  EmitEvents extends EventsMap,
  ServerSideEvents extends EventsMap,
  SocketData,
  Reserved extends EventsMap,
> extends NodeEmitter<ServerSideEvents, Reserved> {
  /** Has the listeners of `other` from now on, in place of its own. It dispatches nothing itself. */
  protected share(other: Broadcaster<EmitEvents, ServerSideEvents, SocketData, Reserved>): void {
    Object.defineProperty(this, "registered", {
      get: () => other.registered,
      set: (registered: typeof other.registered) => {
        other.registered = registered;
      },
    });
  }

  /** @internal Reaches everyone. */
  abstract everyone<Events extends EventsMap>(): BroadcastOperator<Events, SocketData>;

  /** Sends to the members of `room`. */
  to(room: Room | readonly Room[]): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return this.everyone<BroadcastEvents<EmitEvents>>().to(room);
  }

  /** The same as {@link to}. */
  in(room: Room | readonly Room[]): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return this.to(room);
  }

  /** Sends to everyone but the members of `room`. */
  except(room: Room | readonly Room[]): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return this.everyone<BroadcastEvents<EmitEvents>>().except(room);
  }

  /** Leaves out clients that are not ready to receive. */
  get volatile(): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return this.everyone<BroadcastEvents<EmitEvents>>().volatile;
  }

  /** Reaches the sockets of this server only. */
  get local(): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return this.everyone<BroadcastEvents<EmitEvents>>().local;
  }

  /** Whether the next event may be compressed, where the transport compresses at all. */
  compress(compress: boolean): BroadcastOperator<BroadcastEvents<EmitEvents>, SocketData> {
    return this.everyone<BroadcastEvents<EmitEvents>>().compress(compress);
  }

  /**
   * Waits `timeout` milliseconds for the acknowledgements of the next event.
   * @throws BaroError `BARO_OPTION` for what is no time to wait.
   */
  timeout(timeout: number): BroadcastOperator<EventsWithTimeout<BroadcastEvents<EmitEvents>>, SocketData> {
    return this.everyone<BroadcastEvents<EmitEvents>>().timeout(timeout);
  }

  /**
   * Sends an event to everyone.
   * @throws BaroError as {@link BroadcastOperator.emit}.
   */
  emit<Name extends EventName<EmitEvents>>(event: Name, ...args: EventParameters<EmitEvents, Name>): boolean {
    return this.everyone<EmitEvents>().emit(event, ...args);
  }

  /** Needs a time limit: `timeout(ms).emitWithAck(…)`. */
  emitWithAck<Name extends EventNameWithAck<BroadcastEvents<EmitEvents>>>(
    event: Name,
    ...args: AllButLast<EventParameters<BroadcastEvents<EmitEvents>, Name>>
  ): Promise<AckValue<Last<EventParameters<BroadcastEvents<EmitEvents>, Name>>>> {
    return this.everyone<BroadcastEvents<EmitEvents>>().emitWithAck(event, ...args);
  }

  /** Sends the event `message` to everyone. */
  send(...args: Parameters<EmitEvents["message"]>): this {
    this.everyone().emit("message", ...args);
    return this;
  }

  /** The same as {@link send}. */
  write(...args: Parameters<EmitEvents["message"]>): this {
    return this.send(...args);
  }

  /** All sockets; see {@link BroadcastOperator.fetchSockets}. */
  fetchSockets(): Promise<RemoteSocket<EmitEvents, SocketData>[]> {
    return this.everyone<EmitEvents>().fetchSockets();
  }

  /** The ids of all sockets. */
  allSockets(): Promise<Set<SocketId>> {
    return this.everyone().allSockets();
  }

  /** Makes all sockets join. */
  socketsJoin(room: Room | readonly Room[]): void {
    this.everyone().socketsJoin(room);
  }

  /** Makes all sockets leave. */
  socketsLeave(room: Room | readonly Room[]): void {
    this.everyone().socketsLeave(room);
  }

  /** Disconnects all sockets from the namespace; with `close`, their connections too. */
  disconnectSockets(close = false): void {
    this.everyone().disconnectSockets(close);
  }
}
