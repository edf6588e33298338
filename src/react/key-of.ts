/**
 * Makes a text of options that is the same whenever they mean the same, for components write them anew at each
 * rendering. What is no plain data (an agent, a class) has its identity instead.
 */
export class KeyOf {
  readonly #identities = new WeakMap<object, number>();
  #last = 0;

  of(value: unknown): string {
    if (typeof value === "string") return JSON.stringify(value);
    if (Array.isArray(value)) return `[${value.map((item) => this.of(item)).join()}]`;
    if (typeof value === "function" || (typeof value === "object" && value !== null)) {
      return isPlain(value) ? `{${this.#fields(value)}}` : `#${this.#identity(value)}`;
    }
    return String(value);
  }

  #fields(value: object): string {
    return Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, item]) => `${JSON.stringify(name)}:${this.of(item)}`)
      .join();
  }

  #identity(value: object): number {
    let identity = this.#identities.get(value);
    if (identity === undefined) {
      this.#last += 1;
      identity = this.#last;
      this.#identities.set(value, identity);
    }
    return identity;
  }
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
