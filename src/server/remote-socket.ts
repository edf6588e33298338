import type {
  DefaultEventsMap,
  EventName,
  EventParameters,
  EventsMap,
  EventsWithTimeout,
} from "../emitter.ts";
import type { AckCallback } from "./ack-waiter.ts";
import type { Room, SocketId } from "./audience.ts";
import type { BroadcastOperator } from "./broadcast-operator.ts";
import type { Handshake } from "./handshake.ts";

/** What `fetchSockets` gives of a socket, wherever in a cluster it is connected. */
export interface RemoteSocket<EmitEvents extends EventsMap, SocketData> {
  readonly id: SocketId;
  readonly handshake: Handshake;
  readonly rooms: Set<Room>;
  readonly data: SocketData;
  emit<Name extends EventName<EmitEvents>>(event: Name, ...args: EventParameters<EmitEvents, Name>): boolean;
  timeout(
    timeout: number,
  ): Pick<BroadcastOperator<EventsWithTimeout<EmitEvents>, SocketData>, "emit" | "emitWithAck">;
  join(room: Room | readonly Room[]): void;
  leave(room: Room): void;
  disconnect(close?: boolean): unknown;
}

/** What one server tells another of a socket. */
export interface SocketDetails {
  readonly id: SocketId;
  readonly handshake: Handshake;
  readonly rooms: readonly Room[];
  readonly data: unknown;
}

/** A socket of another server, as it was when it was fetched. What is done to it goes over the bus. */
// biome-ignore lint/suspicious/noExplicitAny: the events of another server's sockets are not known here
export class SocketElsewhere implements RemoteSocket<DefaultEventsMap, any> {
  readonly id: SocketId;
  readonly handshake: Handshake;
  readonly rooms: Set<Room>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly data: any;
  readonly #operator: BroadcastOperator<DefaultEventsMap, unknown>;

  /** @param operator reaches this socket alone. */
  constructor(operator: BroadcastOperator<DefaultEventsMap, unknown>, details: SocketDetails) {
    this.#operator = operator;
    this.id = details.id;
    this.handshake = details.handshake;
    this.rooms = new Set(details.rooms);
    this.data = details.data;
  }

  emit(event: string, ...args: unknown[]): boolean {
    return this.#operator.emit(event, ...args);
  }

  timeout(
    timeout: number,
  ): Pick<BroadcastOperator<EventsWithTimeout<DefaultEventsMap>, unknown>, "emit" | "emitWithAck"> {
    const operator = this.#operator.timeout(timeout);
    return {
      // One socket gives one answer, not a list.
      emit: (event: string, ...args: unknown[]) => {
        const last = args.at(-1);
        if (typeof last !== "function") return operator.emit(event, ...args);
        const callback = last as AckCallback;
        const first: AckCallback = (error, answers) => callback(error, (answers as unknown[])[0]);
        return operator.emit(event, ...args.slice(0, -1), first);
      },
      emitWithAck: async (event: string, ...args: unknown[]) =>
        ((await operator.emitWithAck(event, ...args)) as unknown[])[0],
    };
  }

  join(room: Room | readonly Room[]): void {
    this.#operator.socketsJoin(room);
  }

  leave(room: Room): void {
    this.#operator.socketsLeave(room);
  }

  disconnect(close = false): this {
    this.#operator.disconnectSockets(close);
    return this;
  }
}
