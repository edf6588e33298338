import { now } from "./clock.js";
import { sayBytes, svg } from "./dom.js";

/**
 * @typedef {import("../../types.d.ts").Mark} Mark
 * @typedef {{ element: SVGElement, until: number }} Drawn `until`: until when it can be seen, by the server's clock
 */

const PAGE_Y = 18;
const SERVER_Y = 78;
/** Between now and the right edge, for what is still on its way. */
const AHEAD_PX = 22;
/** Between two arrows. */
const APART_PX = 6;
/** Between an arrow and the place where it belongs. */
const MOST_APART_PX = 30;
const WIDE_SECONDS = 24;
const NARROW_SECONDS = 12;

/** A strip of paper that moves to the left: above the page, below the server, between them what crosses the wire. */
export class Timeline {
  #svg;
  #paper;
  /** @type {Drawn[]} */
  #drawn = [];
  /** What of each exchange is drawn as its connection. @type {Map<number, Drawn & { from: number, isOpen: boolean }>} */
  #bands = new Map();
  /** @type {(Drawn & { from: number }) | undefined} */
  #outage;
  #origin = now();
  /** Where the latest arrow begins. */
  #latest = Number.NEGATIVE_INFINITY;
  #width = 0;
  #scale = 1;

  /** @param {SVGSVGElement} element */
  constructor(element) {
    this.#svg = element;
    const paper = element.querySelector("g");
    if (paper === null) throw new Error("a timeline without paper");
    this.#paper = paper;
    element.prepend(
      svg("line", { class: "lane", x1: 0, x2: "100%", y1: PAGE_Y, y2: PAGE_Y }),
      svg("line", { class: "lane", x1: 0, x2: "100%", y1: SERVER_Y, y2: SERVER_Y }),
    );
    new ResizeObserver(() => this.#measure()).observe(element);
    this.#measure();
  }

  clear() {
    this.#paper.replaceChildren();
    this.#drawn = [];
    this.#bands.clear();
    this.#outage = undefined;
    this.#latest = Number.NEGATIVE_INFINITY;
    this.#origin = now();
  }

  /** @param {Mark} mark */
  draw(mark) {
    const { kind, left, arrived, exchange, way } = mark;
    if (kind === "end") {
      this.#endBand(exchange, left);
      return;
    }
    if (kind === "refused" || kind === "cut") {
      this.#endBand(exchange, left);
      this.#cross(left, kind === "cut" ? (PAGE_Y + SERVER_Y) / 2 : PAGE_Y, kind);
      return;
    }
    if (!this.#bands.has(exchange)) this.#beginBand(exchange, left);
    const [from, to] = way === "up" ? [PAGE_Y, SERVER_Y] : [SERVER_Y, PAGE_Y];
    // What crosses within the same few milliseconds stands side by side.
    const exact = this.#x(left);
    const x1 = Math.max(exact, Math.min(this.#latest + APART_PX, exact + MOST_APART_PX));
    const x2 = x1 + this.#x(arrived) - exact;
    this.#latest = x1;
    const arrow = svg("g", { class: `arrow ${way} ${kind}` });
    const title = svg("title", {});
    title.textContent = `${mark.label} · ${sayBytes(mark.bytes)}`;
    const slope = Math.atan2(to - from, x2 - x1);
    const tip = [0.42, -0.42].map((turn) => {
      const angle = slope + Math.PI + turn;
      return `${x2 + 7 * Math.cos(angle)},${to + 7 * Math.sin(angle)}`;
    });
    arrow.append(
      title,
      svg("line", { class: "grip", x1, y1: from, x2, y2: to }),
      svg("line", { x1, y1: from, x2, y2: to }),
      svg("polygon", { points: `${x2},${to} ${tip.join(" ")}` }),
    );
    this.#add(arrow, arrived);
  }

  /**
   * The server is away, or back.
   * @param {boolean} isAway
   * @param {number} at
   */
  outage(isAway, at) {
    if (isAway && this.#outage === undefined) {
      const element = svg("rect", {
        class: "outage",
        x: this.#x(at),
        y: SERVER_Y - 6,
        height: 12,
        width: 1e6,
      });
      this.#paper.prepend(element);
      this.#outage = { element, from: at, until: Number.POSITIVE_INFINITY };
      this.#drawn.push(this.#outage);
    } else if (!isAway && this.#outage !== undefined) {
      this.#outage.element.setAttribute("width", String(this.#x(at) - this.#x(this.#outage.from)));
      this.#outage.until = at;
      this.#outage = undefined;
    }
  }

  /** Moves the paper to where it is now. */
  move() {
    const at = now();
    const shift = this.#width - AHEAD_PX - this.#x(at);
    this.#paper.setAttribute("transform", `translate(${shift.toFixed(1)} 0)`);
    const oldest = at - (this.#width / this.#scale) * 1_000;
    if ((this.#drawn[0]?.until ?? at) > oldest) return;
    this.#drawn = this.#drawn.filter(({ element, until }) => {
      if (until >= oldest) return true;
      element.remove();
      return false;
    });
    for (const [exchange, { until }] of this.#bands) if (until < oldest) this.#bands.delete(exchange);
  }

  #measure() {
    const width = this.#svg.clientWidth;
    if (width === this.#width) return;
    const scale = width / (width < 480 ? NARROW_SECONDS : WIDE_SECONDS);
    // What is drawn is drawn in pixels. At another size, it begins anew.
    if (this.#width !== 0 && scale !== this.#scale) this.clear();
    this.#width = width;
    this.#scale = scale;
  }

  /** @param {number} at by the server's clock */
  #x(at) {
    return ((at - this.#origin) / 1_000) * this.#scale;
  }

  /**
   * @param {number} exchange
   * @param {number} from
   */
  #beginBand(exchange, from) {
    const element = svg("rect", {
      class: "band",
      x: this.#x(from),
      y: PAGE_Y,
      height: SERVER_Y - PAGE_Y,
      width: 1e6,
    });
    this.#paper.prepend(element);
    const band = { element, from, until: Number.POSITIVE_INFINITY, isOpen: true };
    this.#bands.set(exchange, band);
    this.#drawn.push(band);
  }

  /**
   * @param {number} exchange
   * @param {number} at
   */
  #endBand(exchange, at) {
    const band = this.#bands.get(exchange);
    if (band === undefined || !band.isOpen) return;
    band.isOpen = false;
    band.until = at;
    band.element.setAttribute("width", String(Math.max(2, this.#x(at) - this.#x(band.from))));
  }

  /**
   * @param {number} at
   * @param {number} y
   * @param {string} kind
   */
  #cross(at, y, kind) {
    const x = this.#x(at);
    this.#add(svg("path", { class: `cross ${kind}`, d: `M${x - 5} ${y - 5}l10 10m0 -10l-10 10` }), at);
  }

  /**
   * @param {SVGElement} element
   * @param {number} until
   */
  #add(element, until) {
    this.#paper.append(element);
    this.#drawn.push({ element, until });
  }
}
