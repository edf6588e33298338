import { svg } from "./dom.js";

const BODY = "M5 8.5a4 4 0 0 1 8 0V13h14V8.5a4 4 0 0 1 8 0V28a8 8 0 0 1-8 8H13a8 8 0 0 1-8-8z";

const MOUTHS = [
  "M16.5 28.500q3.500 3 7 0",
  "M17.500 29.500h5",
  "M18 28a2 2 0 1 0 4 0 2 2 0 1 0-4 0",
  "M15.500 28q2.250 2.500 4.500 0 2.250 2.500 4.500 0",
  "M16 27.500h8q-.500 4.500-4 4.500t-4-4.500z",
];

/**
 * Everybody's face: a ㅂ, the first letter of 바로, that looks back. Colour, eyes and mouth follow from the person's
 * id, so they are the same on every screen.
 * @param {import("../../types.d.ts").Person} person
 */
export function creature(person) {
  const seed = hash(person.id);
  const mouth = MOUTHS[seed % MOUTHS.length] ?? "";
  const face = svg(
    "svg",
    { class: "creature", viewBox: "0 0 40 40", "aria-hidden": "true" },
    svg("path", { class: "creature-body", d: BODY }),
    ...eyes((seed >>> 8) % 4),
    svg("path", { class: "creature-mouth", d: mouth }),
  );
  face.style.setProperty("--hue", String(person.hue));
  return face;
}

/** @param {number} kind */
function eyes(kind) {
  if (kind === 0) {
    return [15, 25].map((x) => svg("path", { class: "creature-mouth", d: `M${x - 2.5} 23q2.500-3 5 0` }));
  }
  if (kind === 1) {
    return [15, 25].flatMap((x) => [
      svg("circle", { class: "creature-white", cx: x, cy: 22, r: 4 }),
      svg("circle", { class: "creature-eye", cx: x + 0.8, cy: 22.5, r: 2 }),
    ]);
  }
  if (kind === 2)
    return [14, 26].map((x) => svg("circle", { class: "creature-eye", cx: x, cy: 22.5, r: 2.1 }));
  return [15, 25].map((x) =>
    svg("rect", { class: "creature-eye", x: x - 1.5, y: 19.5, width: 3, height: 5.5, rx: 1.5 }),
  );
}

/** @param {string} text */
function hash(text) {
  let value = 2_166_136_261; // FNV-1a
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 16_777_619);
  return value >>> 0;
}
