import { BaroError, ERR_OPTION } from "../../errors.ts";

/** What Socket.IO documents as connection state recovery, and its bounds. */
export interface ConnectionStateRecoveryOptions {
  /**
   * Milliseconds for which a lost connection can be taken up again, and for which events are kept for it; 120,000 by
   * default.
   */
  maxDisconnectionDuration?: number;
  /**
   * Whether a client that comes back passes without the middlewares of its namespace; false by default, so that who
   * was banned while away stays out.
   */
  skipMiddlewares?: boolean;
  /** Clients that are away, over all namespaces; 10,000 by default. Over it, the one that is away for the longest goes. */
  maxSessions?: number;
  /** Bytes of what is kept of clients that are away; 64 MiB by default. Stops sessions that are opened to be left. */
  maxSessionBytes?: number;
  /** Bytes of the events that are kept, over all namespaces; 64 MiB by default. Over it, the oldest go. */
  maxBytes?: number;
}

/** The options, complete. */
export type RecoveryPolicy = Readonly<Required<ConnectionStateRecoveryOptions>>;

/** Bytes of the events that are kept, where nothing is said. */
export const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

/**
 * Completes the option; gives `undefined` where it is off.
 * @throws BaroError `BARO_OPTION` for what is no object, and for values outside their bounds.
 */
export function toRecoveryPolicy(options: unknown): RecoveryPolicy | undefined {
  if (options === undefined || options === null || options === false) return undefined;
  if (typeof options !== "object") {
    throw new BaroError(ERR_OPTION, "The option connectionStateRecovery is an object: {} for the defaults.");
  }
  const given: ConnectionStateRecoveryOptions = options;
  const duration = given.maxDisconnectionDuration ?? 120_000;
  return {
    maxDisconnectionDuration:
      duration === Number.POSITIVE_INFINITY ? duration : positive("maxDisconnectionDuration", duration),
    skipMiddlewares: given.skipMiddlewares ?? false,
    maxSessions: positive("maxSessions", given.maxSessions ?? 10_000),
    maxSessionBytes: positive("maxSessionBytes", given.maxSessionBytes ?? 64 * 1024 * 1024),
    maxBytes: positive("maxBytes", given.maxBytes ?? DEFAULT_MAX_BYTES),
  };
}

function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new BaroError(
    ERR_OPTION,
    `The option connectionStateRecovery.${name} must be an integer above 0, not ${String(value)}.`,
  );
}
