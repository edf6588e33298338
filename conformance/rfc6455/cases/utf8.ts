import { binary, closed, pong, text } from "../../support/wire.ts";
import { type Case, hex, join } from "../case.ts";

/** Sequences that are valid, in the classes that public suites test. */
const VALID: readonly (readonly [name: string, digits: string])[] = [
  ["Greek kosme", "cebae1bdb9cf83cebcceb5"],
  ["ASCII and two bytes", "48656c6c6f2dc2b540c39fc3b6c3a4c3bcc3a0c3a12d5554462d382121"],
  ["U+0000", "00"],
  ["U+007F", "7f"],
  ["U+0080, the first of two bytes", "c280"],
  ["U+07FF, the last of two bytes", "dfbf"],
  ["U+0800, the first of three bytes", "e0a080"],
  ["U+0FFF", "e0bfbf"],
  ["U+1000", "e18080"],
  ["U+CFFF", "ecbfbf"],
  ["U+D000", "ed8080"],
  ["U+D7FF, before the surrogates", "ed9fbf"],
  ["U+E000, behind the surrogates", "ee8080"],
  ["U+FEFF, a byte order mark", "efbbbf"],
  ["U+FFFD", "efbfbd"],
  ["U+FFFE", "efbfbe"],
  ["U+FFFF, the last of three bytes", "efbfbf"],
  ["U+10000, the first of four bytes", "f0908080"],
  ["U+3FFFF", "f0bfbfbf"],
  ["U+40000", "f1808080"],
  ["U+FFFFF", "f3bfbfbf"],
  ["U+100000", "f4808080"],
  ["U+10FFFF, the last of all", "f48fbfbf"],
  // No characters, but valid all the same.
  ...Array.from({ length: 17 }, (_, plane): [string, string] => [
    `U+${plane.toString(16).toUpperCase()}FFFE and U+${plane.toString(16).toUpperCase()}FFFF`,
    Buffer.from(String.fromCodePoint(plane * 0x10000 + 0xfffe, plane * 0x10000 + 0xffff)).toString("hex"),
  ]),
];

const each = (from: number, to: number, make: (byte: number) => string, name: string): [string, string][] =>
  Array.from({ length: to - from + 1 }, (_, i) => [`${name} ${(from + i).toString(16)}`, make(from + i)]);
const two = (byte: number): string => byte.toString(16).padStart(2, "0");

/** Sequences that are invalid, with the length of the shortest beginning that no further byte can make right. */
const INVALID: readonly (readonly [name: string, digits: string, bad?: number])[] = [
  ["a surrogate behind kosme", "cebae1bdb9cf83cebcceb5eda080656469746564", 13],
  ["a continuation byte 80", "80", 1],
  ["a continuation byte bf", "bf", 1],
  ...[2, 3, 4, 5, 6, 7].map((count): [string, string, number] => [
    `${count} continuation bytes`,
    "80bf".repeat(4).slice(0, count * 2),
    1,
  ]),
  ["all continuation bytes", Array.from({ length: 64 }, (_, i) => two(0x80 + i)).join(""), 1],
  // Leads of each length with a blank behind them.
  ...each(0xc0, 0xdf, (byte) => `${two(byte)}20`, "before a blank, lead").map(
    ([name, digits]): [string, string, number] => [name, digits, digits < "c2" ? 1 : 2],
  ),
  ...each(0xe0, 0xef, (byte) => `${two(byte)}20`, "before a blank, lead").map(
    ([name, digits]): [string, string, number] => [name, digits, 2],
  ),
  ...each(0xf0, 0xf7, (byte) => `${two(byte)}20`, "before a blank, lead").map(
    ([name, digits]): [string, string, number] => [name, digits, digits > "f5" ? 1 : 2],
  ),
  ...each(0xf8, 0xff, (byte) => two(byte), "a byte that never occurs,").map(
    ([name, digits]): [string, string, number] => [name, digits, 1],
  ),
  ["fe and ff twice", "fefeffff", 1],
  // The end is missing, and never comes: only the end of the message tells.
  ["two bytes, the last missing", "df"],
  ["three bytes, the last missing", "e0a0"],
  ["three bytes, two missing", "ef"],
  ["four bytes, the last missing", "f09080"],
  ["four bytes, two missing", "f48f"],
  ["four bytes, three missing", "f0"],
  ["five bytes, of which some are missing", "f8888080", 1],
  ["six bytes, of which some are missing", "fc84808080", 1],
  ["all sequences without their ends", "c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf", 1],
  // Overlong forms of the slash, of the largest and of U+0000.
  ["slash in two bytes", "c0af", 1],
  ["slash in three bytes", "e080af", 2],
  ["slash in four bytes", "f08080af", 2],
  ["slash in five bytes", "f8808080af", 1],
  ["slash in six bytes", "fc80808080af", 1],
  ["U+007F in two bytes", "c1bf", 1],
  ["U+07FF in three bytes", "e09fbf", 2],
  ["U+FFFF in four bytes", "f08fbfbf", 2],
  ["U+1FFFFF in five bytes", "f887bfbfbf", 1],
  ["U+3FFFFFF in six bytes", "fc83bfbfbfbf", 1],
  ["U+0000 in two bytes", "c080", 1],
  ["U+0000 in three bytes", "e08080", 2],
  ["U+0000 in four bytes", "f0808080", 2],
  ["U+0000 in five bytes", "f880808080", 1],
  ["U+0000 in six bytes", "fc8080808080", 1],
  // Surrogates, alone and in pairs.
  ...["eda080", "edadbf", "edaebf", "edafbf", "edb080", "edbe80", "edbfbf"].map(
    (digits): [string, string, number] => [`surrogate ${digits}`, digits, 2],
  ),
  ...[
    "eda080edb080",
    "eda080edbfbf",
    "edadbfedb080",
    "edadbfedbfbf",
    "edaebfedb080",
    "edaebfedbfbf",
    "edafbfedb080",
    "edafbfedbfbf",
  ].map((digits): [string, string, number] => [`surrogates ${digits}`, digits, 2]),
  // Beyond U+10FFFF.
  ["U+110000", "f4908080", 2],
  ["U+1FFFFF", "f7bfbfbf", 1],
  ["U+200000", "f888808080", 1],
  ["U+4000000", "fc8480808080", 1],
  ["U+7FFFFFFF", "fdbfbfbfbfbf", 1],
];

const cut = (digits: string, at: number): [Buffer, Buffer] => [
  hex(digits).subarray(0, at),
  hex(digits).subarray(at),
];

/** Sections 5.6 and 8.1. */
export const UTF8: readonly Case[] = [
  ...VALID.flatMap(([name, digits]): Case[] => [
    {
      id: `8.1 valid: ${name}`,
      musts: ["5.6/1"],
      bytes: (frame) => frame(0x81, hex(digits)),
      answer: [text(hex(digits))],
    },
    {
      id: `8.1 valid, in fragments of one byte: ${name}`,
      musts: ["5.6/1"],
      bytes: (frame) => {
        const bytes = hex(digits);
        return join(
          ...Array.from(bytes, (byte, i) =>
            frame((i === 0 ? 1 : 0) | (i === bytes.length - 1 ? 0x80 : 0), Buffer.of(byte)),
          ),
        );
      },
      answer: [text(hex(digits))],
    },
  ]),
  ...INVALID.flatMap(([name, digits, bad]): Case[] => [
    {
      id: `8.1 invalid: ${name}`,
      musts: ["5.6/1", "8.1/1"],
      bytes: (frame) => join(frame(0x81, hex(digits)), frame(0x81, "late")),
      answer: [closed(1007)],
    },
    {
      id: `8.1 invalid, in fragments of one byte: ${name}`,
      musts: ["8.1/1"],
      bytes: (frame) =>
        join(
          ...Array.from(hex(digits), (byte, i) => frame(i === 0 ? 1 : 0, Buffer.of(byte))),
          frame(0x80),
          frame(0x81, "late"),
        ),
      answer: [closed(1007)],
    },
    {
      id: `8.1 the same as binary is no fault: ${name}`,
      bytes: (frame) => frame(0x82, hex(digits)),
      answer: [binary(hex(digits))],
    },
    ...(bad === undefined
      ? []
      : [
          {
            id: `8.1 fails at once, before the end of the message: ${name}`,
            musts: ["8.1/1"],
            bytes: (frame) => frame(0x01, hex(digits).subarray(0, bad)),
            answer: [closed(1007)],
          } satisfies Case,
          {
            id: `8.1 fails at once, inside the frame: ${name}`,
            musts: ["8.1/1"],
            // Of a frame of 100 bytes, those that are wrong already.
            bytes: (frame) => frame(0x81, hex(digits).subarray(0, bad), { length: 100 }),
            answer: [closed(1007)],
          } satisfies Case,
        ]),
  ]),
  {
    id: "8.1 a character cut by a fragment, with a ping between its halves",
    musts: ["5.4/4", "5.6/1"],
    bytes: (frame) => {
      const [head, tail] = cut("e282ac", 2);
      return join(frame(0x01, head), frame(0x89, "p"), frame(0x80, tail));
    },
    answer: [pong("p"), text("€")],
  },
  {
    id: "8.1 a second message begins anew",
    bytes: (frame) => join(frame(0x81, "€"), frame(0x81, hex("82ac"))),
    answer: [text("€"), closed(1007)],
  },
  {
    id: "8.1 long text with one wrong byte at its end",
    bytes: (frame) => frame(0x81, join(Buffer.alloc(70_000, "é"), hex("ff"))),
    answer: [closed(1007)],
    large: true,
  },
];
