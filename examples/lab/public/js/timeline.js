import { now } from "./clock.js";
import { sayBytes, svg } from "./dom.js";

/**
 * @typedef {import("../../types.d.ts").Mark} Mark
 * @typedef {{ element: SVGElement, at: number }} Drawn
 */

const SERVER_Y = 8;
const PAGE_Y = 72;
const PIXELS_PER_SECOND = 28;
/** Between now and the right edge, for what is still on its way. */
const AHEAD_PX = 22;
/** Between two arrows. */
const APART_PX = 6;
/** Between an arrow and the place where it belongs. */
const MOST_APART_PX = 30;
const TIP_PX = 7;
/** Longer than the page is wide. Not what is in sight now: a window that was narrow for a moment must lose nothing. */
const KEPT_MS = 40_000;
/** Wider than any screen: the right edge cuts off what is not over. */
const ENDLESS_PX = 100_000;

/** A strip of paper that moves to the left: the server above, the page below, between them what crosses the wire. */
export class Timeline {
  #svg;
  #paper;
  #width = 0;
  #origin = now();
  /** Arrows and crosses, the oldest first. @type {Drawn[]} */
  #drawn = [];
  /** Where the latest arrow begins. */
  #latest = Number.NEGATIVE_INFINITY;
  /** The exchanges, by their numbers. @type {Map<number, Span>} */
  #exchanges = new Map();
  /** When the server was away. @type {Span[]} */
  #outages = [];

  /** @param {SVGSVGElement} element */
  constructor(element) {
    this.#svg = element;
    this.#paper = svg("g", {});
    element.replaceChildren(
      this.#paper,
      svg("line", { class: "lane", x1: 0, x2: "100%", y1: SERVER_Y, y2: SERVER_Y }),
      svg("line", { class: "lane", x1: 0, x2: "100%", y1: PAGE_Y, y2: PAGE_Y }),
    );
    new ResizeObserver(() => {
      this.#width = this.#svg.clientWidth;
    }).observe(element);
    this.#width = this.#svg.clientWidth;
  }

  clear() {
    this.#paper.replaceChildren();
    this.#drawn = [];
    this.#exchanges.clear();
    this.#outages = [];
    this.#latest = Number.NEGATIVE_INFINITY;
    this.#origin = now();
  }

  /** @param {Mark} mark */
  draw(mark) {
    const { kind, left, exchange } = mark;
    if (kind === "end" || kind === "refused" || kind === "cut") {
      this.#exchanges.get(exchange)?.end(left, this.#x(left));
      if (kind !== "end") this.#drawCross(left, kind === "cut" ? (PAGE_Y + SERVER_Y) / 2 : PAGE_Y);
      return;
    }
    if (!this.#exchanges.has(exchange)) {
      this.#exchanges.set(exchange, this.#begin("band", left, SERVER_Y, PAGE_Y - SERVER_Y));
    }
    this.#drawArrow(mark);
  }

  /**
   * The server is away, or back.
   * @param {boolean} isAway
   */
  outage(isAway) {
    const at = now();
    const latest = this.#outages.at(-1);
    const wasAway = latest !== undefined && !latest.isOver;
    if (isAway && !wasAway) this.#outages.push(this.#begin("outage", at, SERVER_Y - 4, 8));
    if (!isAway && wasAway) latest.end(at, this.#x(at));
  }

  /** Moves the paper to where it is now, and cuts off what has long been out of sight. */
  move() {
    const at = now();
    this.#paper.setAttribute(
      "transform",
      `translate(${(this.#width - AHEAD_PX - this.#x(at)).toFixed(1)} 0)`,
    );
    const oldest = at - KEPT_MS;
    for (let [first] = this.#drawn; first !== undefined && first.at < oldest; [first] = this.#drawn) {
      first.element.remove();
      this.#drawn.shift();
    }
    for (const [number, span] of this.#exchanges)
      if (span.removeBefore(oldest)) this.#exchanges.delete(number);
    this.#outages = this.#outages.filter((span) => !span.removeBefore(oldest));
  }

  /** @param {number} at by the server's clock */
  #x(at) {
    return ((at - this.#origin) / 1_000) * PIXELS_PER_SECOND;
  }

  /**
   * @param {string} name
   * @param {number} at
   * @param {number} y
   * @param {number} height
   */
  #begin(name, at, y, height) {
    const span = new Span(name, this.#x(at), y, height);
    this.#paper.prepend(span.element);
    return span;
  }

  /** @param {Mark} mark */
  #drawArrow({ way, kind, label, bytes, left, arrived }) {
    const [y1, y2] = way === "up" ? [PAGE_Y, SERVER_Y] : [SERVER_Y, PAGE_Y];
    // What crosses within the same few milliseconds stands side by side.
    const exact = this.#x(left);
    const x1 = Math.max(exact, Math.min(this.#latest + APART_PX, exact + MOST_APART_PX));
    const x2 = x1 + this.#x(arrived) - exact;
    this.#latest = x1;

    const back = Math.atan2(y1 - y2, x1 - x2);
    const corner = (/** @type {number} */ turn) =>
      `${x2 + TIP_PX * Math.cos(back + turn)},${y2 + TIP_PX * Math.sin(back + turn)}`;
    const arrow = svg("g", { class: `arrow ${way} ${kind}` });
    const title = svg("title", {});
    title.textContent = `${label} · ${sayBytes(bytes)}`;
    arrow.append(
      title,
      svg("line", { class: "grip", x1, y1, x2, y2 }),
      svg("line", { x1, y1, x2, y2 }),
      svg("polygon", { points: `${x2},${y2} ${corner(0.42)} ${corner(-0.42)}` }),
    );
    this.#add(arrow, arrived);
  }

  /**
   * @param {number} at
   * @param {number} y
   */
  #drawCross(at, y) {
    const x = this.#x(at);
    this.#add(svg("path", { class: "cross", d: `M${x - 5} ${y - 5}l10 10m0 -10l-10 10` }), at);
  }

  /**
   * @param {SVGElement} element
   * @param {number} at
   */
  #add(element, at) {
    this.#paper.append(element);
    this.#drawn.push({ element, at });
  }
}

/** Something that lasts. */
class Span {
  element;
  #x;
  #until = Number.POSITIVE_INFINITY;

  /**
   * @param {string} name
   * @param {number} x
   * @param {number} y
   * @param {number} height
   */
  constructor(name, x, y, height) {
    this.#x = x;
    this.element = svg("rect", { class: name, x, y, height, width: ENDLESS_PX });
  }

  get isOver() {
    return this.#until < Number.POSITIVE_INFINITY;
  }

  /**
   * @param {number} at
   * @param {number} x
   */
  end(at, x) {
    if (this.isOver) return;
    this.#until = at;
    this.element.setAttribute("width", String(Math.max(2, x - this.#x)));
  }

  /**
   * @param {number} oldest
   * @returns whether it ended before, and is gone
   */
  removeBefore(oldest) {
    if (this.#until >= oldest) return false;
    this.element.remove();
    return true;
  }
}
