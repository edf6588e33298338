"use client";

import { clock } from "../node/process.ts";
import { createHooks } from "../react/hooks.ts";
import { Manager } from "./client.node.ts";

export const { useSocket, useConnectionState } = createHooks({
  clock,
  page: undefined,
  createManager: (url, options) => new Manager(url, options),
});

export type { ManagerOptions, SocketOptions } from "../client/options.ts";
export type { Socket } from "../client/socket.ts";
export type { DisconnectReason, ExtendedError, SocketEvents } from "../client/socket-events.ts";
export type { ConnectionState, ConnectionStatus } from "../react/connection-state.ts";
export type { UseConnectionState, UseSocket, UseSocketOptions } from "../react/hooks.ts";
export { useEvent } from "../react/use-event.ts";
