import { binary, closed, text } from "../../support/wire.ts";
import { type Case, hex, join, letters, pattern } from "../case.ts";

const LENGTHS = [0, 1, 2, 3, 4, 5, 124, 125, 126, 127, 128, 255, 256, 65_535, 65_536, 65_537, 131_072];

/** Section 5.2: lengths around every boundary of their three forms, text and binary. */
const lengths: Case[] = LENGTHS.flatMap((length): Case[] => [
  {
    id: `5.2 text of ${length} bytes`,
    musts: ["5.4/5", "6.1/2", "6.1/3", "6.1/4", "6.1/6", "6.2/1", "6.2/3"],
    bytes: (frame) => frame(0x81, letters(length)),
    answer: [text(letters(length))],
    large: length > 1000,
  },
  {
    id: `5.2 binary of ${length} bytes`,
    musts: ["5.4/5", "6.1/2", "6.1/3", "6.1/4", "6.1/6", "6.2/1", "6.2/3"],
    bytes: (frame) => frame(0x82, pattern(length)),
    answer: [binary(pattern(length))],
    large: length > 1000,
  },
]);

const CHOPS = [1, 997];
const chopped: Case[] = [125, 126, 65_535, 65_536].flatMap((length) =>
  CHOPS.filter((chop) => length / chop < 200).map(
    (chop): Case => ({
      id: `5.2 binary of ${length} bytes in packets of ${chop}`,
      bytes: (frame) => frame(0x82, pattern(length)),
      answer: [binary(pattern(length))],
      chopped: chop,
      large: true,
    }),
  ),
);

const notMinimal: Case[] = (
  [
    [0, 2],
    [1, 2],
    [125, 2],
    [0, 8],
    [1, 8],
    [125, 8],
    [126, 8],
    [65_535, 8],
  ] as const
).flatMap(([length, extended]) =>
  [0x81, 0x82, 0x01].map(
    (first): Case => ({
      id: `5.2 first byte ${first.toString(16)}, a length of ${length} in ${extended} bytes`,
      musts: ["5.2/4"],
      bytes: (frame) => frame(first, "a".repeat(length), { extended }),
      answer: [closed(1002)],
      large: length > 1000,
    }),
  ),
);

// As bytes: no library in between. The length stands before the key, and is judged without it.
const WRONG_LENGTHS: readonly [name: string, digits: string, code: number, must: string | undefined][] = [
  ["the highest bit alone", "8000000000000000", 1002, "5.2/3"],
  ["the highest bit and 5", "8000000000000005", 1002, "5.2/3"],
  ["all bits", "ffffffffffffffff", 1002, "5.2/3"],
  ["2^63 - 1", "7fffffffffffffff", 1009, undefined],
  ["2^53", "0020000000000000", 1009, undefined],
  ["2^53 - 1", "001fffffffffffff", 1009, undefined],
  ["2^32", "0000000100000000", 1009, undefined],
  ["2^32 + 5", "0000000100000005", 1009, undefined],
];
const lengthBits: Case[] = WRONG_LENGTHS.flatMap(([name, digits, code, must]) =>
  (["server", "client"] as const).map(
    (role): Case => ({
      id: `5.2 a length with ${name}, to a ${role}`,
      ...(must !== undefined && { musts: [must] }),
      role,
      bytes: () => hex(`82 ${role === "server" ? "ff" : "7f"} ${digits} 00000000`),
      answer: [closed(code)],
    }),
  ),
);

const masks: Case[] = [
  ...[0x81, 0x82, 0x01, 0x89, 0x8a, 0x88].map(
    (first): Case => ({
      id: `5.1 first byte ${first.toString(16)}, unmasked, to a server`,
      musts: ["5.1/2", "5.3/1"],
      role: "server",
      bytes: (frame) => join(frame(first, "", { masked: false }), frame(0x81, "late")),
      answer: [closed(1002)],
    }),
  ),
  ...[0x81, 0x82, 0x01, 0x89, 0x8a, 0x88].map(
    (first): Case => ({
      id: `5.1 first byte ${first.toString(16)}, masked, to a client`,
      musts: ["5.1/4"],
      role: "client",
      bytes: (frame) => join(frame(first, "", { masked: true }), frame(0x81, "late")),
      answer: [closed(1002)],
    }),
  ),
  {
    id: "5.7 a single-frame masked text message, as bytes",
    musts: ["6.2/5"],
    role: "server",
    bytes: () => hex("81 85 37 fa 21 3d 7f 9f 4d 51 58"),
    answer: [text("Hello")],
  },
  {
    id: "5.7 a single-frame unmasked text message, as bytes",
    role: "client",
    bytes: () => hex("81 05 48 65 6c 6c 6f"),
    answer: [text("Hello")],
  },
  {
    id: "5.7 a fragmented unmasked text message, as bytes",
    role: "client",
    bytes: () => hex("01 03 48 65 6c 80 02 6c 6f"),
    answer: [text("Hello")],
  },
  {
    id: "5.7 an unmasked ping, as bytes",
    role: "client",
    bytes: () => hex("89 05 48 65 6c 6c 6f"),
    answer: ["pong 48656c6c6f"],
  },
  ...["00000000", "ffffffff", "00ff00ff", "80000000", "00000080", "01020304"].flatMap((key) =>
    [1, 3, 4, 5, 127, 128, 131, 1000].map(
      (length): Case => ({
        id: `5.3 the key ${key} over ${length} bytes`,
        musts: ["6.2/5"],
        role: "server",
        bytes: () => {
          const body = pattern(length);
          const mask = hex(key);
          for (let i = 0; i < length; i += 1) body[i] = (body[i] ?? 0) ^ (mask[i % 4] ?? 0);
          const head = length < 126 ? [0x82, 0x80 | length] : [0x82, 0xfe, length >> 8, length & 0xff];
          return join(Buffer.from(head), mask, body);
        },
        answer: [binary(pattern(length))],
      }),
    ),
  ),
];

/** Reserved bits, alone and behind other frames: section 5.2. */
const reserved: Case[] = [0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70].flatMap((bits) => [
  ...[0x81, 0x82, 0x01, 0x88, 0x89, 0x8a].map(
    (first): Case => ({
      id: `5.2 reserved bits ${bits.toString(16)} on ${first.toString(16)}`,
      musts: ["5.2/1", "7.1.7/1", "7.1.7/2", "7.1.7/3"],
      bytes: (frame) => join(frame(first | bits), frame(0x81, "late"), frame(0x88)),
      answer: [closed(1002)],
    }),
  ),
  {
    id: `5.2 reserved bits ${bits.toString(16)} behind a message and before a ping`,
    musts: ["5.2/1", "7.1.7/3"],
    bytes: (frame) => join(frame(0x81, "first"), frame(0x81 | bits, "second"), frame(0x89, "late")),
    answer: [text("first"), closed(1002)],
  },
  {
    id: `5.2 reserved bits ${bits.toString(16)} on a continuation`,
    musts: ["5.2/1"],
    bytes: (frame) => join(frame(0x01, "a"), frame(0x80 | bits, "b")),
    answer: [closed(1002)],
  },
]);

const opcodes: Case[] = [3, 4, 5, 6, 7, 0xb, 0xc, 0xd, 0xe, 0xf].flatMap((opcode): Case[] => [
  {
    id: `5.2 opcode ${opcode.toString(16)}`,
    musts: ["5.2/2"],
    bytes: (frame) => join(frame(0x80 | opcode), frame(0x89, "late")),
    answer: [closed(1002)],
  },
  {
    id: `5.2 opcode ${opcode.toString(16)} with a payload`,
    musts: ["5.2/2", "7.1.7/3"],
    bytes: (frame) => join(frame(0x80 | opcode, "reserved"), frame(0x81, "late")),
    answer: [closed(1002)],
  },
  {
    id: `5.2 opcode ${opcode.toString(16)} behind a message`,
    musts: ["5.2/2"],
    bytes: (frame) => join(frame(0x82, "first"), frame(0x80 | opcode), frame(0x81, "late")),
    answer: [binary("first"), closed(1002)],
  },
  {
    id: `5.2 opcode ${opcode.toString(16)} inside a message`,
    musts: ["5.2/2", "5.4/9"],
    bytes: (frame) => join(frame(0x01, "a"), frame(opcode, "b"), frame(0x80, "c")),
    answer: [closed(1002)],
  },
]);

export const FRAMING: readonly Case[] = [
  ...lengths,
  ...chopped,
  ...notMinimal,
  ...lengthBits,
  ...masks,
  ...reserved,
  ...opcodes,
];
