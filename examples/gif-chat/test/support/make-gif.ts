/** A colour as `0xrrggbb`, for a pixel of a frame. */
export type Paint = (x: number, y: number, frame: number) => number;

const CODE_SIZE = 7;
const CLEAR = 1 << CODE_SIZE;
const END = CLEAR + 1;
/** So many codes fit between two clear codes before the decoder would ask for wider ones. */
const RUN = CLEAR - 2;

/**
 * Makes an animated GIF89a. The LZW stream is never compressed: each pixel is its own code of eight bits, and a clear
 * code keeps the code width where it is.
 */
export function makeGif(options: {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly paint: Paint;
  readonly delay?: number;
}): Buffer {
  const { width, height, frames, paint, delay = 10 } = options;
  const colours = new Map<number, number>();
  const indexOf = (colour: number): number => {
    const known = colours.get(colour);
    if (known !== undefined) return known;
    if (colours.size === CLEAR) throw new Error(`more than ${CLEAR} colours`);
    colours.set(colour, colours.size);
    return colours.size - 1;
  };

  const images: Buffer[] = [];
  for (let frame = 0; frame < frames; frame++) {
    const codes: number[] = [];
    for (let pixel = 0; pixel < width * height; pixel++) {
      if (pixel % RUN === 0) codes.push(CLEAR);
      codes.push(indexOf(paint(pixel % width, Math.floor(pixel / width), frame)));
    }
    codes.push(END);
    images.push(
      Buffer.of(0x21, 0xf9, 4, 0, delay & 255, delay >> 8, 0, 0),
      Buffer.concat([Buffer.of(0x2c, 0, 0, 0, 0), uint16(width), uint16(height), Buffer.of(0, CODE_SIZE)]),
      subBlocks(Buffer.from(codes)),
    );
  }
  const table = Buffer.alloc(3 * CLEAR);
  for (const [colour, index] of colours) table.writeUIntBE(colour, 3 * index, 3);
  const screen = [
    Buffer.from("GIF89a"),
    uint16(width),
    uint16(height),
    Buffer.of(0x80 | (CODE_SIZE - 1), 0, 0),
  ];
  const loop = Buffer.from("\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00", "latin1");
  return Buffer.concat([...screen, table, loop, ...images, Buffer.of(0x3b)]);
}

/** Two colours that change places: any two pictures of it, half a turn apart, differ. */
export function blinkingGif(width = 64, height = 48): Buffer {
  return makeGif({ width, height, frames: 2, paint: (_x, _y, frame) => (frame === 0 ? 0xff5a36 : 0x1aa0ff) });
}

export function uint16(value: number): Buffer {
  return Buffer.of(value & 255, value >> 8);
}

function subBlocks(data: Buffer): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at < data.length; at += 255) {
    const block = data.subarray(at, at + 255);
    blocks.push(Buffer.of(block.length), block);
  }
  return Buffer.concat([...blocks, Buffer.of(0)]);
}
