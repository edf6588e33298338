import { binary, text } from "../../support/wire.ts";
import { type Case, fragments, letters, pattern } from "../case.ts";

const KB = 1024;
const MB = 1024 * KB;
const size = (bytes: number): string =>
  bytes >= MB ? `${bytes / MB} MB` : bytes >= KB ? `${bytes / KB} KB` : `${bytes} B`;

/** Section 10.4 lets an endpoint limit messages; these sizes are what public suites want of any endpoint. */
export const LIMITS: readonly Case[] = [
  ...[64 * KB, 256 * KB, 1 * MB, 4 * MB, 8 * MB, 16 * MB].flatMap((length): Case[] => [
    {
      id: `limits text of ${size(length)} in one frame`,
      bytes: (frame) => frame(0x81, letters(length)),
      get answer() {
        return [text(letters(length))];
      },
      large: true,
    },
    {
      id: `limits binary of ${size(length)} in one frame`,
      bytes: (frame) => frame(0x82, pattern(length)),
      get answer() {
        return [binary(pattern(length))];
      },
      large: true,
    },
  ]),
  ...[64, 256, KB, 4 * KB, 16 * KB, 64 * KB, 256 * KB, MB, 4 * MB].flatMap((length): Case[] => [
    {
      id: `limits text of 4 MB in fragments of ${size(length)}`,
      bytes: (frame) => fragments(frame, 1, Buffer.from(letters(4 * MB)), length),
      get answer() {
        return [text(letters(4 * MB))];
      },
      large: true,
    },
    {
      id: `limits binary of 4 MB in fragments of ${size(length)}`,
      bytes: (frame) => fragments(frame, 2, pattern(4 * MB), length),
      get answer() {
        return [binary(pattern(4 * MB))];
      },
      large: true,
    },
  ]),
  {
    id: "limits binary in 65,537 fragments",
    bytes: (frame) => fragments(frame, 2, pattern(65_537), 1),
    get answer() {
      return [binary(pattern(65_537))];
    },
    large: true,
  },
  ...[64, 128, 256, 512, 1024, 2048].map(
    (chop): Case => ({
      id: `limits text of 1 MB in packets of ${size(chop)}`,
      bytes: (frame) => frame(0x81, letters(1 * MB)),
      get answer() {
        return [text(letters(1 * MB))];
      },
      chopped: chop,
      large: true,
    }),
  ),
];
