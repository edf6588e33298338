import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";

const EVERY_MS = 3_000;
/** How many are kept for those who ask later. */
const KEPT = 20;

/**
 * Has something new every three seconds, the same for everybody, and hears the answers.
 * @extends {EventEmitter<{ news: [import("../types.d.ts").News] }>}
 */
export class Newsroom extends EventEmitter {
  #run = randomUUID().slice(0, 8);
  /** @type {import("../types.d.ts").News[]} */
  #kept = [];
  #count = 0;

  constructor() {
    super();
    this.setMaxListeners(0);
    setInterval(() => this.#publish(), EVERY_MS);
  }

  /**
   * What came after a number.
   * @param {number} n
   */
  after(n) {
    return this.#kept.filter((news) => news.n > n);
  }

  /** The number of the latest. */
  get latest() {
    return this.#count;
  }

  get run() {
    return this.#run;
  }

  #publish() {
    this.#count += 1;
    const at = performance.timeOrigin + performance.now();
    const news = { run: this.#run, n: this.#count, at, text: "서버에서 보냅니다" };
    this.#kept.push(news);
    if (this.#kept.length > KEPT) this.#kept.shift();
    this.emit("news", news);
  }
}
