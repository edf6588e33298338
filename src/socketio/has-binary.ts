import { isBlob } from "../blob.ts";
import { BaroError, ERR_DATA } from "../errors.ts";

// Deeper data is a cycle, or as good as one: the walk must end before the stack does. Four times what a decoder
// accepts, so that an application that passes on what a peer sent never meets it.
const MAX_DEPTH = 1_024;

/**
 * Whether data holds anything that becomes an attachment, as JSON would see it. Most holds nothing, and finding that out
 * takes a server a fraction of what a callback for each value does.
 *
 * @throws BaroError `BARO_DATA` for a cycle and for a nesting of over 1,024.
 */
export function hasBinary(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value) || isBlob(value)) return true;
  if (depth > MAX_DEPTH) {
    throw new BaroError(ERR_DATA, `The data is cyclic, or nested more than ${MAX_DEPTH} levels deep.`);
  }
  if (Array.isArray(value)) {
    for (const item of value) {
      if (typeof item === "object" && item !== null && hasBinary(item, depth + 1)) return true;
    }
    return false;
  }
  if (hasToJson(value)) return hasBinary(value.toJSON(), depth + 1);
  for (const key in value) {
    if (Object.hasOwn(value, key) && hasBinary((value as Record<string, unknown>)[key], depth + 1))
      return true;
  }
  return false;
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return "toJSON" in value && typeof value.toJSON === "function";
}
