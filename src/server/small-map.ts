/**
 * A map of which most have one entry: that one stands in the object itself. The table of a `Map` is 180 bytes, and
 * nearly every client has one namespace.
 */
export class SmallMap<Key, Value> {
  #key: Key | undefined = undefined;
  #value: Value | undefined = undefined;
  /** All entries, as soon as there are two. */
  #more: Map<Key, Value> | undefined = undefined;

  get(key: Key): Value | undefined {
    if (this.#more !== undefined) return this.#more.get(key);
    return this.#key === key ? this.#value : undefined;
  }

  /** @param value anything but `undefined`, which stands for no entry. */
  set(key: Key, value: Exclude<Value, undefined>): void {
    if (this.#more === undefined && (this.#value === undefined || this.#key === key)) {
      this.#key = key;
      this.#value = value;
      return;
    }
    this.#more ??= new Map(this.entries());
    this.#more.set(key, value);
  }

  delete(key: Key): void {
    if (this.#more !== undefined) this.#more.delete(key);
    else if (this.#key === key) this.clear();
  }

  clear(): void {
    this.#key = undefined;
    this.#value = undefined;
    this.#more = undefined;
  }

  /** The entries as they are now, in a list of its own. */
  entries(): (readonly [Key, Value])[] {
    if (this.#more !== undefined) return [...this.#more];
    return this.#value === undefined ? [] : [[this.#key as Key, this.#value]];
  }

  /** The values as they are now, in a list of its own. */
  values(): Value[] {
    if (this.#more !== undefined) return [...this.#more.values()];
    return this.#value === undefined ? [] : [this.#value];
  }
}
