import type { SessionCloseReason } from "../engine/session.ts";

/** Why a socket disconnected, in the words that Socket.IO documents. */
export type DisconnectReason =
  | SessionCloseReason
  | "client namespace disconnect"
  | "server namespace disconnect"
  | "server shutting down"
  | "forced server close";
