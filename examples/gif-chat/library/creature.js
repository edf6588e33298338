/**
 * @typedef {import("./canvas.js").Canvas} Canvas
 * @typedef {import("./canvas.js").Colour} Colour
 */

const EYES = {
  open: ["##", "##"],
  closed: ["", "##"],
  happy: [".#.", "#.#"],
  wide: ["###", "#.#", "###"],
};
const MOUTHS = {
  smile: ["#....#", ".####."],
  laugh: ["######", "######", ".####."],
  sad: [".####.", "#....#"],
  flat: ["", "######"],
  round: [".##.", "#..#", ".##."],
};

/**
 * The creature of this chat: a box with two ears and a face.
 * @param {Canvas} canvas
 * @param {{
 *   colour: Colour, x?: number, y?: number, eyes?: keyof typeof EYES, mouth?: keyof typeof MOUTHS,
 *   ears?: readonly [number, number], squash?: number,
 * }} how `ears`: how much lower each stands; `squash`: how much lower the whole creature is
 */
export function creature(
  canvas,
  { colour, x = 8, y = 9, eyes = "open", mouth = "smile", ears = [0, 0], squash = 0 },
) {
  const top = y + squash;
  canvas.box(x, top + ears[0], 5, 9 - ears[0], colour, { round: true });
  canvas.box(x + 11, top + ears[1], 5, 9 - ears[1], colour, { round: true });
  canvas.box(x - Math.ceil(squash / 2), top + 6, 16 + 2 * Math.ceil(squash / 2), 14 - squash, colour, {
    round: true,
  });
  const eye = EYES[eyes];
  const wide = eyes === "wide" || eyes === "happy" ? 1 : 0;
  canvas.stamp(x + 4 - wide, top + 10 - wide, eye, "ink");
  canvas.stamp(x + 10, top + 10 - wide, eye, "ink");
  const rows = MOUTHS[mouth];
  canvas.stamp(x + (mouth === "round" ? 6 : 5), top + 14 - Math.min(squash, 1), rows, "ink");
}
