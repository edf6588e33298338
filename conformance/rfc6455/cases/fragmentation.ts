import { binary, closed, pong, text } from "../../support/wire.ts";
import { type Case, fragments, join, letters, pattern } from "../case.ts";

/** Section 5.4. */
export const FRAGMENTATION: readonly Case[] = [
  ...[2, 3, 10].flatMap((count): Case[] => [
    {
      id: `5.4 text in ${count} fragments`,
      musts: ["5.4/2", "5.4/5", "6.2/1"],
      bytes: (frame) => fragments(frame, 1, Buffer.from(letters(count * 3)), 3),
      answer: [text(letters(count * 3))],
    },
    {
      id: `5.4 binary in ${count} fragments`,
      musts: ["5.4/2", "5.4/5"],
      bytes: (frame) => fragments(frame, 2, pattern(count * 3), 3),
      answer: [binary(pattern(count * 3))],
    },
    {
      id: `5.4 text in ${count} fragments, in packets of one`,
      musts: ["5.4/2"],
      bytes: (frame) => fragments(frame, 1, Buffer.from(letters(count * 3)), 3),
      answer: [text(letters(count * 3))],
      chopped: 1,
    },
  ]),
  {
    id: "5.4 a ping between two fragments",
    musts: ["5.4/4"],
    bytes: (frame) => join(frame(0x01, "fragment1"), frame(0x89, "p"), frame(0x80, "fragment2")),
    answer: [pong("p"), text("fragment1fragment2")],
  },
  {
    id: "5.4 a ping between two fragments, in packets of one",
    musts: ["5.4/4"],
    bytes: (frame) => join(frame(0x01, "fragment1"), frame(0x89, "p"), frame(0x80, "fragment2")),
    answer: [pong("p"), text("fragment1fragment2")],
    chopped: 1,
  },
  {
    id: "5.4 pings and pongs between all of five fragments",
    musts: ["5.4/4", "5.5.2/1"],
    bytes: (frame) =>
      join(
        ...["a", "b", "c", "d", "e"].flatMap((part, i) => [
          frame((i === 0 ? 1 : 0) | (i === 4 ? 0x80 : 0), part),
          ...(i < 4 ? [frame(0x89, `ping ${i}`), frame(0x8a, "pong")] : []),
        ]),
      ),
    answer: [...[0, 1, 2, 3].map((i) => pong(`ping ${i}`)), text("abcde")],
  },
  {
    id: "5.4 pings of 125 bytes between fragments of binary",
    musts: ["5.4/4"],
    bytes: (frame) => join(frame(0x02, "a"), frame(0x89, pattern(125)), frame(0x80, "b")),
    answer: [pong(pattern(125)), binary("ab")],
  },
  {
    id: "5.4 a close frame between two fragments",
    musts: ["5.4/4", "5.5.1/4"],
    bytes: (frame) => join(frame(0x01, "a"), frame(0x88), frame(0x80, "b")),
    answer: [closed()],
  },
  ...[1, 2].flatMap((opcode): Case[] => [
    {
      id: `5.4 a final continuation of nothing, then opcode ${opcode}`,
      musts: ["5.4/9"],
      bytes: (frame) => join(frame(0x80, "x"), frame(0x80 | opcode, "late")),
      answer: [closed(1002)],
    },
    {
      id: `5.4 a continuation of nothing, then opcode ${opcode}`,
      musts: ["5.4/9"],
      bytes: (frame) => join(frame(0x00, "x"), frame(0x80 | opcode, "late")),
      answer: [closed(1002)],
    },
    {
      id: `5.4 a whole message of opcode ${opcode} inside a fragmented text`,
      musts: ["5.4/3"],
      bytes: (frame) => join(frame(0x01, "a"), frame(0x80 | opcode, "b"), frame(0x80, "c")),
      answer: [closed(1002)],
    },
    {
      id: `5.4 the first fragment of opcode ${opcode} inside a fragmented text`,
      musts: ["5.4/3"],
      bytes: (frame) => join(frame(0x01, "a"), frame(opcode, "b"), frame(0x80, "c")),
      answer: [closed(1002)],
    },
    {
      id: `5.4 the first fragment of opcode ${opcode} inside a fragmented binary`,
      musts: ["5.4/3"],
      bytes: (frame) => join(frame(0x02, "a"), frame(opcode, "b"), frame(0x80, "c")),
      answer: [closed(1002)],
    },
  ]),
  {
    id: "5.4 a continuation behind a message that is complete",
    musts: ["6.2/4"],
    bytes: (frame) => join(frame(0x01, "a"), frame(0x80, "b"), frame(0x80, "c")),
    answer: [text("ab"), closed(1002)],
  },
  {
    id: "5.4 an empty continuation of nothing",
    bytes: (frame) => frame(0x80),
    answer: [closed(1002)],
  },
  {
    id: "6.2 a message behind a fragmented one is a new one, of its own type",
    musts: ["6.2/3", "6.2/4"],
    bytes: (frame) =>
      join(frame(0x01, "a"), frame(0x80, "b"), frame(0x82, "c"), frame(0x02, "d"), frame(0x80, "e")),
    answer: [text("ab"), binary("c"), binary("de")],
  },
  ...[1, 2].flatMap((opcode) =>
    [
      ["", "", ""],
      ["", "middle", ""],
      ["first", "", ""],
      ["", "", "last"],
    ].map(
      (parts): Case => ({
        id: `5.4 opcode ${opcode}, fragments of ${parts.map((part) => part.length).join(", ")} bytes`,
        musts: ["5.4/5"],
        bytes: (frame) =>
          join(...parts.map((part, i) => frame((i === 0 ? opcode : 0) | (i === 2 ? 0x80 : 0), part))),
        answer: [(opcode === 1 ? text : binary)(parts.join(""))],
      }),
    ),
  ),
  {
    id: "5.4 fragments of every boundary length in one message",
    musts: ["5.4/2"],
    bytes: (frame) => {
      const sizes = [0, 1, 125, 126, 127, 65_535, 65_536, 0];
      return join(...sizes.map((size, i) => frame((i === 0 ? 2 : 0) | (i === 7 ? 0x80 : 0), pattern(size))));
    },
    answer: [binary(join(...[0, 1, 125, 126, 127, 65_535, 65_536, 0].map(pattern)))],
    large: true,
  },
];
