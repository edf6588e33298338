import type { Base64 } from "../binary.ts";
import { parseJson } from "../socketio/json.ts";
import { Malformed } from "../socketio/malformed.ts";
import { RESERVED_EVENTS } from "../socketio/reserved.ts";
import { mayHoldMarker, unmark } from "./binary.ts";
import { type ClientMessage, isName, MAX_ACK_ID, PLAIN_LIMITS } from "./message.ts";

/**
 * Decodes one message of a client: `["event", …]`, `{"event": ["event", …], "id": 1}` or `{"ack": 1, "args": […]}`.
 * It believes nothing, and never throws: a message that is not exactly one of these is a fault.
 */
export function decodeMessage(text: string, base64: Base64): ClientMessage | Malformed {
  const parsed = parseJson(text, PLAIN_LIMITS.depth);
  if (parsed instanceof Malformed) return parsed;
  const value = mayHoldMarker(text) ? unmark(parsed, base64) : parsed;
  if (value instanceof Malformed) return value;
  if (Array.isArray(value)) return toEvent(value, undefined);
  if (typeof value !== "object" || value === null) return new Malformed("neither an array nor an object");
  const { event, id, ack, args, ...others } = value as Record<string, unknown>;
  const [other] = Object.keys(others);
  if (other !== undefined) return new Malformed("an object with an unknown field");
  if (event !== undefined && ack === undefined && args === undefined) return toEvent(event, id);
  if (ack !== undefined && event === undefined && id === undefined) return toAck(ack, args);
  return new Malformed("an object that is neither an event nor an acknowledgement");
}

/** An event message, or what is wrong with it. */
export function toEvent(data: unknown, id: unknown): Extract<ClientMessage, { type: "event" }> | Malformed {
  if (id !== undefined && !isAckId(id)) return new Malformed("illegal id");
  if (!Array.isArray(data)) return new Malformed("an event that is no array");
  const event: unknown = data[0];
  if (typeof event !== "string") return new Malformed("an event without a name");
  if (!isName(event)) return new Malformed("event name too long");
  if (RESERVED_EVENTS.has(event)) return new Malformed("a reserved event name");
  return { type: "event", data: data as [string, ...unknown[]], id };
}

function toAck(id: unknown, args: unknown = []): ClientMessage | Malformed {
  if (!isAckId(id)) return new Malformed("illegal id");
  return Array.isArray(args)
    ? { type: "ack", id, args }
    : new Malformed("an acknowledgement whose args are no array");
}

function isAckId(id: unknown): id is number {
  return typeof id === "number" && Number.isInteger(id) && id >= 0 && id <= MAX_ACK_ID;
}
