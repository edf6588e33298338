import type { Outgoing } from "../engine/outgoing.ts";
import type { AckWaiter } from "./ack-waiter.ts";
import type { Room, SocketId } from "./audience.ts";

/** The name of an event, then its arguments. */
export type EventData = readonly [event: string, ...args: unknown[]];

/** What a broadcast needs of each socket that it reaches. */
export interface Member {
  readonly id: SocketId;
  /** False while middleware decides about it. */
  readonly connected: boolean;
  /** @internal Sends what is encoded already; `data` is for those who listen to outgoing events. */
  sendBroadcast(outgoing: Outgoing, data: EventData, volatile: boolean): void;
  /** @internal Lets `waiter` wait for the acknowledgement `id`. */
  expectAck(id: number, waiter: AckWaiter): void;
  /** @internal Waits for the acknowledgement `id` no more. */
  forgetAck(id: number): void;
  join(rooms: Room | readonly Room[]): void;
  leave(room: Room): void;
  disconnect(close?: boolean): unknown;
}
