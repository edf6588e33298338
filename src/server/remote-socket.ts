import type { EventName, EventParameters, EventsMap, EventsWithTimeout } from "../emitter.ts";
import type { Room, SocketId } from "./audience.ts";
import type { Handshake } from "./handshake.ts";

/** What `fetchSockets` gives of a socket, wherever in a cluster it is connected. */
export interface RemoteSocket<EmitEvents extends EventsMap, SocketData> {
  readonly id: SocketId;
  readonly handshake: Handshake;
  readonly rooms: Set<Room>;
  readonly data: SocketData;
  emit<Name extends EventName<EmitEvents>>(event: Name, ...args: EventParameters<EmitEvents, Name>): boolean;
  timeout(timeout: number): {
    emit<Name extends EventName<EmitEvents>>(
      event: Name,
      ...args: EventParameters<EventsWithTimeout<EmitEvents>, Name>
    ): boolean;
  };
  join(room: Room | readonly Room[]): void;
  leave(room: Room): void;
  disconnect(close?: boolean): unknown;
}
