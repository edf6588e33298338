import { within } from "./within.mjs";

/** What came and was not taken, or who waits for it. */
export class Inbox {
  #waiting = [];
  #takers = [];

  put(value) {
    const taker = this.#takers.shift();
    if (taker === undefined) this.#waiting.push(value);
    else taker.resolve(value);
  }

  fail(error) {
    for (const { reject } of this.#takers.splice(0)) reject(error);
  }

  take() {
    if (this.#waiting.length > 0) return Promise.resolve(this.#waiting.shift());
    return within("an event", new Promise((resolve, reject) => this.#takers.push({ resolve, reject })));
  }
}
