"use client";

import { createHooks } from "../react/hooks.ts";
import { clock } from "../web/clock.ts";
import { Manager } from "./client.browser.ts";

export const { useSocket, useConnectionState } = createHooks({
  clock,
  page: typeof location === "undefined" ? undefined : location,
  createManager: (url, options) => new Manager(url, options),
});

export type { ManagerOptions, SocketOptions } from "../client/options.ts";
export type { Socket } from "../client/socket.ts";
export type { DisconnectReason, ExtendedError, SocketEvents } from "../client/socket-events.ts";
export type { ConnectionState, ConnectionStatus } from "../react/connection-state.ts";
export type { UseConnectionState, UseSocket, UseSocketOptions } from "../react/hooks.ts";
export { useEvent } from "../react/use-event.ts";
