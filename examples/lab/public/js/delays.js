import { svg } from "./dom.js";

const SHOWN = 12;
const WIDTH = 5;
const HEIGHT = 14;
/** What fills the height, in milliseconds. */
const MOST = 10_000;

/** The delays of the latest messages, one bar for each in a logarithmic scale. */
export class Delays {
  #svg;
  /** @type {number[]} */
  #delays = [];

  /** @param {SVGSVGElement} element */
  constructor(element) {
    this.#svg = element;
  }

  clear() {
    this.#delays = [];
    this.#svg.replaceChildren();
  }

  /** @param {number} delay milliseconds */
  add(delay) {
    this.#delays = [...this.#delays, delay].slice(-SHOWN);
    this.#svg.replaceChildren(
      ...this.#delays.map((each, index) => {
        // By the logarithm: 2 ms and 2 s must both be seen.
        const height = Math.max(2, Math.min(1, Math.log10(1 + each) / Math.log10(MOST)) * HEIGHT);
        return svg("rect", { x: index * (WIDTH + 1), y: HEIGHT - height, width: WIDTH, height });
      }),
    );
  }
}
