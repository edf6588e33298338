import { BaroError, ERR_OPTION } from "../../../errors.ts";
import type { OpenLimits } from "../../../server/open-client.ts";

/** The options for clients without a library. Times are in milliseconds, sizes in bytes. */
export interface OpenOptions {
  /** How long middlewares and `onSubscribe` may take in all; then 503. Default 10,000. Stops hooks that hang. */
  hookTimeout?: number;
  /** The largest message of a client. Default 65,536. Larger ones are refused before they are held: 1009, 413. */
  maxMessage?: number;
  /** Rooms that one client may ask for. Default 128. Stops a request that fills the table of rooms. */
  maxRooms?: number;
  /** Messages that a client may send in a second. Default 100. Above, it is not read for a while, or told 429. */
  messageRate?: number;
  /** Bytes that a client may send in a second. Default 262,144. */
  byteRate?: number;
  /** By how much a burst may be more than a second's. Default 4. */
  burst?: number;
  /** Acknowledgements that are awaited of, or owed to, one client. Default 1,000; the oldest goes, or 429. */
  maxAcks?: number;
  /** How long an acknowledgement is awaited. Default 30,000. */
  ackTimeout?: number;
  /** Silence on a stream after which a comment is sent. Default 15,000. Proxies end what is silent for long. */
  streamHeartbeat?: number;
  /** What a stream tells its client to wait before it comes back, by chance half of it more or less. Default 3,000. */
  streamRetry?: number;
  /**
   * The keys with which programs outside may publish; none by default, and then nobody may. 16 characters each at least
   * and no blanks: whoever has one may send anything to anybody. Several of them, to change them one after the other.
   */
  publishKeys?: readonly string[];
  /** The largest body of a publication. Default 1,048,576; over it 413. */
  maxPublication?: number;
  /** Idempotency keys of publications that are remembered, for a day at most. Default 10,000; the oldest goes. */
  maxRepeats?: number;
  /** From one WebSocket ping to the next. Default 25,000. */
  pingInterval?: number;
  /** From a ping to the moment when a client without a sign of life is gone. Default 20,000. */
  pingTimeout?: number;
}

type Numbers = Required<Omit<OpenOptions, "publishKeys">>;
/** The options with their defaults. */
export type OpenSettings = Readonly<Numbers> & { readonly publishKeys: readonly string[] } & OpenLimits;

const DEFAULTS: Numbers = {
  hookTimeout: 10_000,
  maxMessage: 65_536,
  maxRooms: 128,
  messageRate: 100,
  byteRate: 262_144,
  burst: 4,
  maxAcks: 1_000,
  ackTimeout: 30_000,
  streamHeartbeat: 15_000,
  streamRetry: 3_000,
  maxPublication: 1_048_576,
  maxRepeats: 10_000,
  pingInterval: 25_000,
  pingTimeout: 20_000,
};

/** Characters of a key that nobody guesses. */
const MIN_KEY = 16;

/** Fills in the defaults. @throws BaroError `BARO_OPTION` for a value that makes no sense, or an unknown name. */
export function settleOpenOptions({ publishKeys = [], ...options }: OpenOptions): OpenSettings {
  if (!Array.isArray(publishKeys) || !publishKeys.every(isKey)) {
    throw new BaroError(
      ERR_OPTION,
      `open.publishKeys must be a list of texts of ${MIN_KEY} characters at least, without blanks.`,
    );
  }
  const settings: Record<string, unknown> = { ...DEFAULTS, publishKeys };
  for (const [name, value] of Object.entries(options)) {
    if (!(name in DEFAULTS)) throw new BaroError(ERR_OPTION, `open has no option ${name}.`);
    if (value === undefined) continue;
    if (typeof value !== "number" || !(value > 0)) {
      throw new BaroError(ERR_OPTION, `open.${name} must be a number above 0, and is ${String(value)}.`);
    }
    settings[name] = value;
  }
  return settings as unknown as OpenSettings;
}

function isKey(key: unknown): boolean {
  return typeof key === "string" && key.length >= MIN_KEY && !/\s/.test(key);
}
