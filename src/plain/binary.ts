import type { Base64, Binary } from "../binary.ts";
import { Malformed } from "../socketio/malformed.ts";

// Binary data stands in JSON as {"$binary":"<base64>"}. An object of the application that looks like it gets one more
// "$" on the way, and loses it on arrival: what a stranger wrote never turns into bytes.
const MARKER = "$binary";
const MARKERS = /^\$+binary$/;

/** Whether JSON `text` may hold a marker; escapes hide the letters of a key. */
export function mayHoldMarker(text: string): boolean {
  return text.includes(MARKER) || text.includes("\\u");
}

/**
 * Puts base64 in the place of placeholders.
 *
 * @param value what `JSON.parse` gave of a packet's text.
 * @param attachments the packet's; each placeholder names one of them.
 */
export function mark(value: unknown, attachments: readonly Binary[], base64: Base64): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => mark(item, attachments, base64));
  const object = value as Record<string, unknown>;
  if (attachments.length > 0 && object._placeholder === true) {
    const attachment = attachments[object.num as number];
    return { [MARKER]: attachment === undefined ? "" : base64.encode(attachment) };
  }
  const keys = Object.keys(object);
  const [only] = keys;
  if (keys.length === 1 && only !== undefined && MARKERS.test(only)) {
    return { [`$${only}`]: mark(object[only], attachments, base64) };
  }
  // No prototype: a key named "__proto__" is a key like any other.
  const copy: Record<string, unknown> = Object.create(null);
  for (const key of keys) copy[key] = mark(object[key], attachments, base64);
  return copy;
}

/** Puts bytes in the place of markers, and undoes the escape. Changes `value`; gives a fault for what is no base64. */
export function unmark(value: unknown, base64: Base64): unknown {
  if (typeof value !== "object" || value === null) return value;
  const object = value as Record<string, unknown>;
  const keys = Object.keys(object);
  const [only] = keys;
  if (!Array.isArray(value) && keys.length === 1 && only !== undefined && MARKERS.test(only)) {
    return only === MARKER ? toBytes(object[only], base64) : restore(object, only, base64);
  }
  for (const key of keys) {
    const item = object[key];
    if (typeof item !== "object" || item === null) continue;
    const changed = unmark(item, base64);
    if (changed instanceof Malformed) return changed;
    // An own property already, also where it is named "__proto__".
    if (changed !== item) object[key] = changed;
  }
  return value;
}

function toBytes(text: unknown, base64: Base64): Binary | Malformed {
  const bytes = typeof text === "string" ? base64.decode(text) : undefined;
  return bytes ?? new Malformed(`${MARKER} without base64`);
}

function restore(object: Record<string, unknown>, key: string, base64: Base64): unknown {
  const inner = unmark(object[key], base64);
  return inner instanceof Malformed ? inner : { [key.slice(1)]: inner };
}
