import { BaroError, ERR_STATE } from "../errors.ts";

/** A map that shows another one, with each value converted at the moment when it is read. It cannot be written to. */
export class MapView<Key, Source, Value> implements Map<Key, Value> {
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

  forEach(visit: (value: Value, key: Key, map: Map<Key, Value>) => void): void {
    for (const [key, value] of this) visit(value, key, this);
  }

  keys(): MapIterator<Key> {
    return this.#source.keys();
  }

  get [Symbol.toStringTag](): string {
    return "Map";
  }

  /** @throws BaroError `BARO_STATE`: sockets join and leave by their own methods. */
  set(): never {
    throw readOnly();
  }

  /** @throws BaroError `BARO_STATE`, as {@link set}. */
  delete(): never {
    throw readOnly();
  }

  /** @throws BaroError `BARO_STATE`, as {@link set}. */
  clear(): never {
    throw readOnly();
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

function readOnly(): BaroError {
  return new BaroError(ERR_STATE, "Rooms are shown here, not changed: use join and leave of the sockets.");
}
