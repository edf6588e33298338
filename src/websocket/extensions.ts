/** One extension of a `Sec-WebSocket-Extensions` header, RFC 6455 section 9.1. */
export interface Extension {
  readonly name: string;
  /**
   * Name and value of each parameter, in their order; `true` when there is no value. A list and no object: names
   * come from the peer, who may send `__proto__`, and may send one twice.
   */
  readonly parameters: readonly (readonly [name: string, value: string | true])[];
}

// Sticky patterns without alternatives that overlap: each byte is looked at a fixed number of times, however the
// header is made up. A token is that of RFC 9110 section 5.6.2; a quoted string must hold one, section 9.1.
const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const QUOTED = /"((?:\\[!#$%&'*+\-.^_`|~0-9A-Za-z]|[!#$%&'*+\-.^_`|~0-9A-Za-z])+)"/y;
const BLANKS = /[ \t]*/y;

/** Reads a `Sec-WebSocket-Extensions` header; `undefined` when it breaks the grammar. Linear in its length. */
export function parseExtensions(header: string): readonly Extension[] | undefined {
  const scanner = new Scanner(header);
  const extensions: Extension[] = [];
  do {
    const name = scanner.take(TOKEN);
    if (name === undefined) return undefined;
    const parameters: [string, string | true][] = [];
    while (scanner.skip(";")) {
      const parameter = scanner.take(TOKEN);
      if (parameter === undefined) return undefined;
      const value = scanner.skip("=") ? (scanner.take(TOKEN) ?? scanner.take(QUOTED)) : true;
      if (value === undefined) return undefined;
      parameters.push([parameter, value]);
    }
    extensions.push({ name, parameters });
  } while (scanner.skip(","));
  return scanner.isAtEnd ? extensions : undefined;
}

/** Writes one extension as it stands in the header. Values must be tokens. */
export function serializeExtension({ name, parameters }: Extension): string {
  let text = name;
  for (const [parameter, value] of parameters) {
    text += value === true ? `; ${parameter}` : `; ${parameter}=${value}`;
  }
  return text;
}

/** Goes through a header once, from left to right. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#match(BLANKS);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  /** Takes what `pattern` matches here, and the blanks behind it. */
  take(pattern: RegExp): string | undefined {
    const match = this.#match(pattern);
    if (match === undefined) return undefined;
    this.#match(BLANKS);
    return match[1] === undefined ? match[0] : match[1].replaceAll("\\", "");
  }

  /** Takes `character` if it is here, and the blanks behind it. */
  skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    this.#match(BLANKS);
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }
}
