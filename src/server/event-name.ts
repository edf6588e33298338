import { BaroError, ERR_EVENT_NAME } from "../errors.ts";
import { RESERVED_EVENTS } from "../socketio/reserved.ts";

/** @throws BaroError `BARO_EVENT_NAME` for a name that is no string, or that the protocol keeps for itself. */
export function checkEventName(event: unknown): asserts event is string {
  if (typeof event !== "string") {
    throw new BaroError(ERR_EVENT_NAME, `The name of an event must be a string, not ${typeof event}.`);
  }
  if (RESERVED_EVENTS.has(event)) {
    throw new BaroError(ERR_EVENT_NAME, `"${event}" is a reserved event name: choose another one.`);
  }
}
