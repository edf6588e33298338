import { BaroError, ERR_OPTION } from "../errors.ts";

/** How the next event is sent. */
export interface Flags {
  /** Whether the event may be dropped for a client that is not ready to receive. */
  readonly volatile: boolean;
  /** Whether the event may be compressed. */
  readonly compress: boolean;
  /** Whether only the sockets of this server are meant. */
  readonly local: boolean;
  /** Milliseconds to wait for an acknowledgement. */
  readonly timeout: number | undefined;
}

/** Nothing special. */
export const NO_FLAGS: Flags = { volatile: false, compress: true, local: false, timeout: undefined };

/** @throws BaroError `BARO_OPTION` for what is no time to wait. */
export function checkTimeout(timeout: number): number {
  if (typeof timeout === "number" && timeout >= 0) return timeout;
  throw new BaroError(ERR_OPTION, `A timeout must be a number of milliseconds, not ${String(timeout)}.`);
}
