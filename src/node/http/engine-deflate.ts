import type { PerMessageDeflate } from "../../websocket/permessage-deflate.ts";
import { type PooledDeflateOptions, perMessageDeflate } from "../websocket/per-message-deflate.ts";

/** What holds where the application says nothing: small windows, and none that is kept between messages. */
const DEFLATE_DEFAULTS = {
  threshold: 1024,
  serverNoContextTakeover: true,
  serverMaxWindowBits: 12,
  zlibDeflateOptions: { memLevel: 4 },
};

/** The option `perMessageDeflate` of a server. */
export function toDeflate(option: PooledDeflateOptions | boolean): PerMessageDeflate | undefined {
  return perMessageDeflate(option && { ...DEFLATE_DEFAULTS, ...(option === true ? {} : option) });
}
