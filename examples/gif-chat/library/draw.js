// Draws the GIFs of the library: `node examples/gif-chat/library/draw.js`. They are our own, and free to use for anything.
// `npm run format` lays out library.json behind it.
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Canvas, COLOURS } from "./canvas.js";
import { PICTURES } from "./pictures.js";

/**
 * @typedef {{
 *   writeFrame(pixels: Uint8Array, width: number, height: number, options: { palette?: number[][], delay: number }): void,
 *   finish(): void, bytes(): Uint8Array,
 * }} Encoder the part of gifenc that draws these
 */

// Its two builds export different things to Node and to bundlers; `require` is the same for both.
const require = createRequire(import.meta.url);
const { GIFEncoder } = /** @type {{ GIFEncoder: () => Encoder }} */ (require("gifenc"));

const SCALE = 5;
const SIDE = Canvas.SIZE * SCALE;
const PALETTE = Object.values(COLOURS);
const FOLDER = new URL("gifs/", import.meta.url);

/** @param {import("./pictures.js").Picture} picture */
export function drawGif({ background, frames, delay, draw }) {
  const encoder = GIFEncoder();
  for (let frame = 0; frame < frames; frame++) {
    const canvas = new Canvas(background);
    draw(canvas, frame);
    encoder.writeFrame(
      canvas.enlarged(SCALE),
      SIDE,
      SIDE,
      frame === 0 ? { palette: PALETTE, delay } : { delay },
    );
  }
  encoder.finish();
  return encoder.bytes();
}

/** What the server reads of the library. */
export function index() {
  return PICTURES.map((picture) => {
    const { name, en, ko, tags } = picture;
    return { name, width: SIDE, height: SIDE, size: drawGif(picture).length, label: { en, ko }, tags };
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(FOLDER, { recursive: true });
  for (const picture of PICTURES) writeFileSync(new URL(`${picture.name}.gif`, FOLDER), drawGif(picture));
  writeFileSync(new URL("library.json", import.meta.url), `${JSON.stringify(index(), null, 2)}\n`);
}
