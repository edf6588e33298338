const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/**
 * How far back the matches of a DEFLATE stream (RFC 1951) refer at most. zlib does not tell, and its decoder does
 * not mind a match that its own window has.
 */
export function farthest(stream: Uint8Array): number {
  const bits = new Bits(stream);
  let most = 0;
  while (bits.left > 16) {
    const isFinal = bits.take(1) === 1;
    const type = bits.take(2);
    if (type === 0) {
      bits.align();
      const length = bits.take(16);
      bits.take(16);
      bits.skip(length * 8);
    } else {
      const [lengths, distances] = type === 1 ? fixed() : dynamic(bits);
      most = Math.max(most, block(bits, lengths, distances));
    }
    if (isFinal) break;
  }
  return most;
}

function block(bits: Bits, lengths: Code, distances: Code): number {
  let most = 0;
  for (;;) {
    const symbol = lengths.take(bits);
    if (symbol === 256) return most;
    if (symbol < 256) continue;
    bits.take(LENGTH_EXTRA[symbol - 257] ?? 0);
    if (LENGTH_BASE[symbol - 257] === undefined) throw new Error("no such length");
    const code = distances.take(bits);
    const extra = code < 4 ? 0 : (code >> 1) - 1;
    const base = code < 4 ? code + 1 : ((2 + (code & 1)) << extra) + 1;
    most = Math.max(most, base + bits.take(extra));
  }
}

function fixed(): [Code, Code] {
  const lengths = Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8));
  return [new Code(lengths), new Code(new Array(30).fill(5))];
}

function dynamic(bits: Bits): [Code, Code] {
  const literals = bits.take(5) + 257;
  const distances = bits.take(5) + 1;
  const count = bits.take(4) + 4;
  const first = new Array<number>(19).fill(0);
  for (let i = 0; i < count; i += 1) first[ORDER[i] ?? 0] = bits.take(3);
  const code = new Code(first);
  const all: number[] = [];
  while (all.length < literals + distances) {
    const symbol = code.take(bits);
    if (symbol < 16) all.push(symbol);
    else if (symbol === 16) repeat(all, all.at(-1) ?? 0, bits.take(2) + 3);
    else repeat(all, 0, symbol === 17 ? bits.take(3) + 3 : bits.take(7) + 11);
  }
  return [new Code(all.slice(0, literals)), new Code(all.slice(literals))];
}

function repeat(all: number[], length: number, times: number): void {
  for (let i = 0; i < times; i += 1) all.push(length);
}

class Bits {
  readonly #bytes: Uint8Array;
  #at = 0;
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }
  get left(): number {
    return this.#bytes.length * 8 - this.#at;
  }
  take(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i += 1, this.#at += 1) {
      value |= (((this.#bytes[this.#at >> 3] ?? 0) >> (this.#at & 7)) & 1) << i;
    }
    return value;
  }
  skip(count: number): void {
    this.#at += count;
  }
  align(): void {
    this.#at = (this.#at + 7) & ~7;
  }
}

/** A canonical Huffman code, RFC 1951 section 3.2.2. */
class Code {
  readonly #symbols = new Map<string, number>();
  constructor(lengths: readonly number[]) {
    let code = 0;
    for (let length = 1; length <= 15; length += 1) {
      for (const [symbol, own] of lengths.entries()) {
        if (own !== length) continue;
        this.#symbols.set(code.toString(2).padStart(length, "0"), symbol);
        code += 1;
      }
      code <<= 1;
    }
  }
  take(bits: Bits): number {
    let code = "";
    for (;;) {
      code += bits.take(1);
      const symbol = this.#symbols.get(code);
      if (symbol !== undefined) return symbol;
      if (code.length > 15) throw new Error("no such code");
    }
  }
}
