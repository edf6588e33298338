import type { Server } from "baro";
import type { Round } from "./arena.ts";
import type { Attack } from "./attack.ts";
import { type SocketIoTarget, startSocketIo } from "./targets.ts";

export type Options = ConstructorParameters<typeof Server>[1];

/** An attack on a server of Socket.IO with these options. */
export const onSocketIo = (id: string, name: string, run: Attack["run"], options: Options = {}): Attack => ({
  ids: [id],
  name,
  start: () => startSocketIo(options),
  run,
});

/** The server that a round is about. */
export const targetOf = (round: Round): SocketIoTarget => round.target as SocketIoTarget;
