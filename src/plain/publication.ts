import type { Base64 } from "../binary.ts";
import { parseJson } from "../socketio/json.ts";
import { Malformed } from "../socketio/malformed.ts";
import { mayHoldMarker, unmark } from "./binary.ts";
import { toEvent } from "./decoder.ts";
import { isName, PLAIN_LIMITS } from "./message.ts";

/** An event that a program outside sends to rooms. */
export interface Publication {
  readonly namespace: string;
  /** Of none: everyone of the namespace. */
  readonly rooms: readonly string[];
  readonly data: readonly [event: string, ...args: unknown[]];
}

/** Decodes `{"namespace": "/chat", "rooms": ["a"], "event": ["news", …]}`; the first two may be missing. */
export function decodePublication(text: string, maxRooms: number, base64: Base64): Publication | Malformed {
  const parsed = parseJson(text, PLAIN_LIMITS.depth);
  const value = !(parsed instanceof Malformed) && mayHoldMarker(text) ? unmark(parsed, base64) : parsed;
  if (value instanceof Malformed) return value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return new Malformed("no object");
  const { namespace = "/", rooms = [], event, ...others } = value as Record<string, unknown>;
  const [other] = Object.keys(others);
  if (other !== undefined) return new Malformed("an object with an unknown field");
  if (typeof namespace !== "string" || !isName(namespace)) return new Malformed("illegal namespace");
  if (!isListOfNames(rooms)) return new Malformed("rooms that are no list of names");
  if (rooms.length > maxRooms) return new Malformed("too many rooms");
  const message = toEvent(event, undefined);
  if (message instanceof Malformed) return message;
  return { namespace: namespace.startsWith("/") ? namespace : `/${namespace}`, rooms, data: message.data };
}

function isListOfNames(rooms: unknown): rooms is readonly string[] {
  return (
    Array.isArray(rooms) && rooms.every((room) => typeof room === "string" && room !== "" && isName(room))
  );
}
