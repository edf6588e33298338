import { now } from "../now.js";

/**
 * @typedef {{ readonly latency: number, readonly bytesPerSecond: number, readonly burstMs: number }} Speed
 * `latency`: milliseconds. `burstMs`: after a rest, what passes within so many milliseconds passes at once.
 */

/** One direction of a wire. What goes in comes out in order, as late as the network is slow. */
export class Lane {
  /** @type {() => Speed} */
  #speed;
  /** @type {(chunk: Buffer | undefined) => void} */
  #deliver;
  /** @type {{ chunk: Buffer | undefined, due: number }[]} */
  #underway = [];
  #lineFree = 0;
  #lastDue = 0;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  #bytes = 0;

  /**
   * @param {() => Speed} speed asked for each chunk
   * @param {(chunk: Buffer | undefined) => void} deliver `undefined` for the end
   */
  constructor(speed, deliver) {
    this.#speed = speed;
    this.#deliver = deliver;
  }

  /** How many bytes are on their way. */
  get bytes() {
    return this.#bytes;
  }

  /**
   * @param {Buffer | undefined} chunk `undefined` for the end
   * @returns {number} when it arrives
   */
  send(chunk) {
    const at = now();
    const size = chunk?.length ?? 0;
    const { latency, bytesPerSecond, burstMs } = this.#speed();
    this.#lineFree = Math.max(at - burstMs, this.#lineFree) + (size / bytesPerSecond) * 1_000;
    // A network that has just become fast lets nothing overtake what is still on its way.
    this.#lastDue = Math.max(this.#lastDue, Math.max(at, this.#lineFree) + latency);
    const due = this.#lastDue;
    if (due <= at && this.#underway.length === 0) {
      this.#deliver(chunk);
      return at;
    }
    this.#bytes += size;
    this.#underway.push({ chunk, due });
    this.#timer ??= setTimeout(this.#arrive, due - at);
    return due;
  }

  /** Loses all that is on its way. */
  stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#underway = [];
    this.#bytes = 0;
  }

  #arrive = () => {
    this.#timer = undefined;
    for (;;) {
      const [first] = this.#underway;
      if (first === undefined) return;
      const wait = first.due - now();
      if (wait > 0) {
        this.#timer = setTimeout(this.#arrive, wait);
        return;
      }
      this.#underway.shift();
      this.#bytes -= first.chunk?.length ?? 0;
      this.#deliver(first.chunk);
    }
  };
}
