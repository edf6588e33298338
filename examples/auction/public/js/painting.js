import { svg } from "./dom.js";

const WIDTH = 320;
const HEIGHT = 240;

/** @typedef {{ random: () => number, between: (low: number, high: number) => number, hue: number }} Brush */

/**
 * Paints a picture of some words: of the same words always the same.
 * @param {string} words
 */
export function paint(words) {
  const random = randomFrom(words);
  const hue = random() * 360;
  /** @type {Brush} */
  const brush = { random, hue, between: (low, high) => low + random() * (high - low) };
  const motif = [landscape, stillLife, arches][Math.floor(random() * 3)] ?? landscape;
  return svg(
    "svg",
    {
      class: "painting",
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "xMidYMid slice",
      "aria-hidden": "true",
    },
    svg("rect", { width: WIDTH, height: HEIGHT, fill: colour(0.88, 0.06, hue) }),
    ...motif(brush),
  );
}

/** @param {Brush} brush */
function landscape({ between, hue }) {
  const sun = svg("circle", {
    cx: between(60, 260),
    cy: between(50, 110),
    r: between(22, 40),
    fill: colour(0.82, 0.15, between(40, 100)),
  });
  const hills = [0, 1, 2, 3].map((index) => {
    const top = 105 + index * 32;
    const [left, middle, right] = [between(-18, 18), between(-34, 34), between(-18, 18)].map(
      (bend) => top + bend,
    );
    const line = `M0 ${left}C90 ${middle} 150 ${middle} 190 ${top}S290 ${right} ${WIDTH} ${left}V${HEIGHT}H0Z`;
    return svg("path", { d: line, fill: colour(0.74 - index * 0.13, 0.09, hue + 40 + index * 14) });
  });
  return [sun, ...hills];
}

/** @param {Brush} brush */
function stillLife({ between, random, hue }) {
  const table = svg("rect", { y: 158, width: WIDTH, height: 82, fill: colour(0.62, 0.08, hue + 30) });
  const count = 3 + Math.floor(random() * 3);
  const fruits = Array.from({ length: count }, (_, index) => {
    const r = between(30, 46);
    const cx = 50 + (index * 220) / (count - 1) + between(-12, 12);
    const cy = 176 - r + between(0, 26);
    const shade = svg("ellipse", {
      cx: cx + 12,
      cy: cy + r,
      rx: r * 1.1,
      ry: r / 4,
      fill: colour(0.45, 0.07, hue + 30),
    });
    const body = svg("circle", {
      cx,
      cy,
      r,
      fill: colour(between(0.62, 0.8), 0.17, between(15, 125)),
    });
    const light = svg("circle", { cx: cx - r / 3, cy: cy - r / 3, r: r / 5, fill: colour(0.95, 0.03, hue) });
    return [shade, body, light];
  });
  return [table, ...fruits.flat()];
}

/** @param {Brush} brush */
function arches({ between, random, hue }) {
  const floor = svg("rect", { y: 200, width: WIDTH, height: 40, fill: colour(0.5, 0.06, hue + 20) });
  const count = 3 + Math.floor(random() * 2);
  const wide = WIDTH / count;
  const doors = Array.from({ length: count }, (_, index) => {
    const half = wide * between(0.28, 0.4);
    const x = wide * (index + 0.5);
    const top = between(70, 130);
    const line = `M${x - half} 200V${top + half}a${half} ${half} 0 0 1 ${2 * half} 0V200Z`;
    return svg("path", { d: line, fill: colour(between(0.45, 0.75), 0.13, hue + 120 + index * 35) });
  });
  const moon = svg("circle", {
    cx: between(30, 290),
    cy: 36,
    r: between(12, 20),
    fill: colour(0.93, 0.08, hue + 200),
  });
  return [moon, floor, ...doors];
}

/**
 * @param {number} light
 * @param {number} chroma
 * @param {number} hue
 */
const colour = (light, chroma, hue) => `oklch(${light.toFixed(3)} ${chroma} ${(hue % 360).toFixed(1)})`;

/**
 * Numbers from 0 to 1, always the same for the same text.
 * @param {string} text
 */
function randomFrom(text) {
  let state = 0x811c9dc5;
  for (const character of text) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
