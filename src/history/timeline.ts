interface Timed {
  readonly sequence: number;
}

/**
 * All events of a history in their order. Any of them may go at any time, and leaves nothing but its number there:
 * not the memory of its payload.
 */
export class Timeline<Item extends Timed> {
  // A number is the place of an event that has gone. Those before #start have gone, too.
  #places: (Item | number)[] = [];
  #start = 0;
  #gone = 0;

  get oldest(): Item | undefined {
    const place = this.#places[this.#start];
    return typeof place === "number" ? undefined : place;
  }

  /** @param item the newest. */
  push(item: Item): void {
    this.#places.push(item);
  }

  find(sequence: number): Item | undefined {
    const place = this.#places[this.#indexOf(sequence)];
    return typeof place === "number" || place?.sequence !== sequence ? undefined : place;
  }

  remove({ sequence }: Item): void {
    const index = this.#indexOf(sequence);
    this.#places[index] = sequence;
    this.#gone += 1;
    while (typeof this.#places[this.#start] === "number") this.#start += 1;
    // More than half is empty: each event is moved once or twice in its life.
    if (this.#gone > 32 && this.#gone * 2 > this.#places.length) {
      this.#places = this.#places.filter((place) => typeof place !== "number");
      this.#start = 0;
      this.#gone = 0;
    }
  }

  /** Where `sequence` stands, or would stand. */
  #indexOf(sequence: number): number {
    let low = this.#start;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const place = this.#places[middle] as Item | number;
      if ((typeof place === "number" ? place : place.sequence) < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
