import type { Binary } from "../binary.ts";
import { Malformed } from "./malformed.ts";

/** The place of one attachment in the data of its packet. */
export class Slot {
  readonly #holder: Record<PropertyKey, unknown>;
  readonly #key: PropertyKey;

  constructor(holder: Record<PropertyKey, unknown>, key: PropertyKey) {
    this.#holder = holder;
    this.#key = key;
  }

  /** Puts the attachment where its placeholder stood: an own property always, so `__proto__` is one like any other. */
  fill(data: Binary): void {
    this.#holder[this.#key] = data;
  }
}

/**
 * Finds the places of `count` attachments. Each number from 0 must stand once: a buffer that a hundred thousand
 * placeholders name, or an index such as "splice", is how binary packets have been attacked.
 */
export function findPlaceholders(data: unknown, count: number): readonly Slot[] | Malformed {
  const slots: (Slot | undefined)[] = new Array(count).fill(undefined);
  const found = collect(data, slots);
  if (found === count) return slots as Slot[];
  return new Malformed("illegal attachments");
}

/** Gives how many placeholders it found, or -1 when one of them is wrong. The parser bounds the depth. */
function collect(value: unknown, slots: (Slot | undefined)[]): number {
  if (typeof value !== "object" || value === null) return 0;
  const holder = value as Record<PropertyKey, unknown>;
  let found = 0;
  for (const key of Object.keys(holder)) {
    const item = holder[key];
    if (typeof item !== "object" || item === null) continue;
    if (Object.hasOwn(item, "_placeholder") && (item as { _placeholder: unknown })._placeholder === true) {
      const index = (item as { num?: unknown }).num;
      if (typeof index !== "number" || !(index in slots) || slots[index] !== undefined) return -1;
      slots[index] = new Slot(holder, key);
      found += 1;
    } else {
      const below = collect(item, slots);
      if (below === -1) return -1;
      found += below;
    }
  }
  return found;
}
