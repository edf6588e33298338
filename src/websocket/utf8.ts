import { type Buffer, isUtf8 } from "node:buffer";

/**
 * Checks UTF-8 that arrives in parts, and says no at the first part that cannot be right any more, RFC 6455
 * section 8.1. The parts are checked by Node's own validator; only the up to three bytes of a character that is
 * cut by the end of a part are followed by hand.
 */
export class Utf8Check {
  /** Continuation bytes that the cut character still wants, */
  #wanted = 0;
  /** and the bounds of the first of them (the Unicode Standard, table 3-7: no overlong form, no surrogate). */
  #lowest = 0x80;
  #highest = 0xbf;

  /** Whether all parts together are complete. */
  get complete(): boolean {
    return this.#wanted === 0;
  }

  /** Whether `part` can follow the parts before it. */
  receive(part: Buffer): boolean {
    let at = 0;
    while (this.#wanted > 0) {
      if (at === part.length) return true;
      const byte = part[at] as number;
      if (byte < this.#lowest || byte > this.#highest) return false;
      this.#lowest = 0x80;
      this.#highest = 0xbf;
      this.#wanted -= 1;
      at += 1;
    }
    const end = this.#cut(part, at);
    return isUtf8(part.subarray(at, end));
  }

  /** Gives where the character begins that the end of `part` cuts, and remembers what it still wants. */
  #cut(part: Buffer, from: number): number {
    const first = Math.max(from, part.length - 3);
    let lead = part.length - 1;
    while (lead > first && ((part[lead] as number) & 0xc0) === 0x80) lead -= 1;
    if (lead < first) return part.length;
    const byte = part[lead] as number;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
    const have = part.length - lead;
    if (byte > 0xf4 || have >= length) return part.length;
    const lowest = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
    const highest = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
    if (have > 1) {
      const second = part[lead + 1] as number;
      // Left in the part for `isUtf8` to refuse: no further byte can make this right.
      if (second < lowest || second > highest) return part.length;
    } else {
      this.#lowest = lowest;
      this.#highest = highest;
    }
    this.#wanted = length - have;
    return lead;
  }
}
