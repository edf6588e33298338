/**
 * The error of a caller's mistake: thrown at once, with a stable `code` to match on and a sentence that says
 * what to do. A peer's mistake is never thrown: it closes that peer's connection.
 */
export class BaroError extends Error {
  /** Stable across versions, unlike `message`. One of the constants of this module. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "BaroError";
    this.code = code;
  }
}

// One constant per code, so that a browser bundle carries only the codes that it throws.
/** An event name that the protocol keeps for itself, or that is no string. */
export const ERR_EVENT_NAME = "BARO_EVENT_NAME";
/** Data that the protocol cannot carry: cyclic, a BigInt, nested too deeply. */
export const ERR_DATA = "BARO_DATA";
/** An option with a value outside its documented bounds. */
export const ERR_OPTION = "BARO_OPTION";
/** An operation that the object's state does not allow any more, or not yet. */
export const ERR_STATE = "BARO_STATE";
/** No room for what shall wait: the bounds of `maxBuffered` and `maxBufferedBytes`. */
export const ERR_FULL = "BARO_FULL";
/** A close code that may not be sent (RFC 6455 section 7.4), or a reason without one. */
export const ERR_CLOSE_CODE = "BARO_CLOSE_CODE";
/** A payload over 125 bytes for a ping or pong, or a close reason over 123 bytes (RFC 6455 section 5.5). */
export const ERR_CONTROL_LENGTH = "BARO_CONTROL_LENGTH";
/** A field of an event that no stream of events can carry: a line break in its name, for one. */
export const ERR_FIELD = "BARO_FIELD";
