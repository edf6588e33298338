/** A map that shows another one, with each value converted at the moment when it is read. */
export class MapView<Key, Source, Value> implements ReadonlyMap<Key, Value> {
  readonly #source: ReadonlyMap<Key, Source>;
  readonly #convert: (source: Source) => Value;

  constructor(source: ReadonlyMap<Key, Source>, convert: (source: Source) => Value) {
    this.#source = source;
    this.#convert = convert;
  }

  get size(): number {
    return this.#source.size;
  }

  has(key: Key): boolean {
    return this.#source.has(key);
  }

  get(key: Key): Value | undefined {
    const source = this.#source.get(key);
    return source === undefined ? undefined : this.#convert(source);
  }

  forEach(visit: (value: Value, key: Key, map: ReadonlyMap<Key, Value>) => void): void {
    for (const [key, value] of this) visit(value, key, this);
  }

  keys(): MapIterator<Key> {
    return this.#source.keys();
  }

  *values(): Generator<Value, undefined> {
    for (const source of this.#source.values()) yield this.#convert(source);
  }

  *entries(): Generator<[Key, Value], undefined> {
    for (const [key, source] of this.#source) yield [key, this.#convert(source)];
  }

  [Symbol.iterator](): Generator<[Key, Value], undefined> {
    return this.entries();
  }
}
