import { BaroError, ERR_EVENT_NAME } from "../errors.ts";

/** The event names that Socket.IO keeps for itself: neither side may emit them to the other. */
export const RESERVED_EVENTS: ReadonlySet<string> = new Set([
  "connect",
  "connect_error",
  "disconnect",
  "disconnecting",
  "newListener",
  "removeListener",
]);

/** The error of whoever emits an event under a name that is kept, or that is none. */
export function reservedName(event: unknown): BaroError {
  return new BaroError(ERR_EVENT_NAME, `"${event}" is reserved, or no string.`);
}
