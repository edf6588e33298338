/** @typedef {keyof typeof COLOURS} Colour */

/** All pictures are drawn with these, so that they belong together. */
export const COLOURS = {
  paper: [255, 246, 236],
  ink: [42, 31, 26],
  white: [255, 255, 255],
  red: [240, 74, 36],
  pink: [255, 143, 163],
  yellow: [255, 200, 61],
  green: [74, 190, 120],
  teal: [42, 178, 190],
  blue: [96, 140, 255],
  violet: [167, 120, 240],
  brown: [150, 96, 60],
  grey: [200, 188, 178],
};
const NAMES = /** @type {Colour[]} */ (Object.keys(COLOURS));

/** 32 x 32 pixels that hold colours by their number. */
export class Canvas {
  static SIZE = 32;
  #pixels;

  /** @param {Colour} background */
  constructor(background) {
    this.#pixels = new Uint8Array(Canvas.SIZE ** 2).fill(NAMES.indexOf(background));
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {Colour} colour
   */
  dot(x, y, colour) {
    const [column, row] = [Math.round(x), Math.round(y)];
    if (column < 0 || row < 0 || column >= Canvas.SIZE || row >= Canvas.SIZE) return;
    this.#pixels[row * Canvas.SIZE + column] = NAMES.indexOf(colour);
  }

  /**
   * @param {number} left
   * @param {number} top
   * @param {number} width
   * @param {number} height
   * @param {Colour} colour
   * @param {{ round?: boolean }} [how] round: without its four corners
   */
  box(left, top, width, height, colour, { round = false } = {}) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const isCorner = (x === 0 || x === width - 1) && (y === 0 || y === height - 1);
        if (!round || !isCorner) this.dot(left + x, top + y, colour);
      }
    }
  }

  /**
   * Draws rows of characters: a dot for each `#`.
   * @param {number} left
   * @param {number} top
   * @param {readonly string[]} rows
   * @param {Colour} colour
   */
  stamp(left, top, rows, colour) {
    for (const [y, row] of rows.entries()) {
      for (const [x, character] of [...row].entries())
        if (character === "#") this.dot(left + x, top + y, colour);
    }
  }

  /** Each pixel as a square of so many. @param {number} scale */
  enlarged(scale) {
    const size = Canvas.SIZE * scale;
    return Uint8Array.from({ length: size ** 2 }, (_, index) => {
      const x = Math.floor((index % size) / scale);
      const y = Math.floor(Math.floor(index / size) / scale);
      return this.#pixels[y * Canvas.SIZE + x] ?? 0;
    });
  }
}
