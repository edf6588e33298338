import { BaroError, ERR_OPTION } from "../../errors.ts";
import { PerMessageDeflate, type PerMessageDeflateOptions } from "../../websocket/permessage-deflate.ts";
import { DeflatePool } from "./deflate-pool.ts";

/** What `ws` calls the options of permessage-deflate; `zlibInflateOptions` is taken and not needed. */
export interface PooledDeflateOptions extends PerMessageDeflateOptions {
  /** Long messages that are compressed or decompressed at a time; 10 by default. */
  readonly concurrencyLimit?: number | undefined;
  readonly zlibInflateOptions?: object | undefined;
}

const CONCURRENCY = 10;

/**
 * permessage-deflate by the option of a server or a client: one object for all its connections.
 *
 * @param option `true` for the defaults.
 * @returns `undefined` when it is off.
 * @throws BaroError or RangeError for an option out of its range.
 */
export function perMessageDeflate(
  option: boolean | PooledDeflateOptions | undefined,
): PerMessageDeflate | undefined {
  if (option === undefined || option === false) return undefined;
  const options = option === true ? {} : option;
  const { concurrencyLimit = CONCURRENCY, threshold = 0 } = options;
  if (!(concurrencyLimit >= 1)) throw new BaroError(ERR_OPTION, "concurrencyLimit must be 1 or more.");
  if (!(threshold >= 0)) throw new BaroError(ERR_OPTION, "threshold must be 0 or more.");
  return new PerMessageDeflate(options, new DeflatePool(concurrencyLimit));
}
