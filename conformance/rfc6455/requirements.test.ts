import { describe, expect, it } from "vitest";
import { PureSubject } from "../support/pure-subject.ts";
import { peerOf } from "../support/wire.ts";
import { CASES } from "./cases.ts";
import { DEEDS } from "./deeds.ts";
import { REQUESTS, RESPONSES } from "./handshakes.ts";
import { REQUIREMENTS } from "./requirements.ts";

const all = [...Object.values(CASES).flat(), ...DEEDS, ...REQUESTS, ...RESPONSES];
const repeated = (ids: readonly string[]): string[] => ids.filter((id, i) => ids.indexOf(id) !== i);

describe("the list of cases", () => {
  it("has a case for each MUST of sections 4 to 8, or says why there is none", () => {
    const proved = new Set(all.flatMap(({ musts = [] }) => musts));
    const open = REQUIREMENTS.filter(({ id, without }) => (without === undefined) !== proved.has(id));
    expect(open.map(({ id }) => id)).toEqual([]);
  });

  it("names nothing that is not there", () => {
    const known = new Set(REQUIREMENTS.map(({ id }) => id));
    expect(all.flatMap(({ musts = [] }) => musts).filter((id) => !known.has(id))).toEqual([]);
  });

  it("has no id twice", () => {
    expect(repeated(all.map(({ id }) => id))).toEqual([]);
    expect(repeated(REQUIREMENTS.map(({ id }) => id))).toEqual([]);
  });
});

/** The Unicode Standard, table 3-7: all well-formed sequences, as ranges of their bytes. */
const WELL_FORMED: readonly (readonly (readonly [number, number])[])[] = [
  [[0x00, 0x7f]],
  [
    [0xc2, 0xdf],
    [0x80, 0xbf],
  ],
  [
    [0xe0, 0xe0],
    [0xa0, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xe1, 0xec],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xed, 0xed],
    [0x80, 0x9f],
    [0x80, 0xbf],
  ],
  [
    [0xee, 0xef],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xf0, 0xf0],
    [0x90, 0xbf],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xf1, 0xf3],
    [0x80, 0xbf],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xf4, 0xf4],
    [0x80, 0x8f],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
];

/** Whether any well-formed text begins with `bytes`. */
function mayBegin(bytes: readonly number[]): boolean {
  if (bytes.length === 0) return true;
  return WELL_FORMED.some((row) => {
    const fits = row.every(([low, high], i) => {
      const byte = bytes[i];
      return byte === undefined || (byte >= low && byte <= high);
    });
    return fits && (bytes.length <= row.length || mayBegin(bytes.slice(row.length)));
  });
}

describe("UTF-8, the whole table", () => {
  const frame = peerOf("client");

  /** Whether the connection is still open when `bytes` have come as the first fragment, in one part or by bytes. */
  function survives(bytes: readonly number[], byBytes: boolean): boolean {
    const subject = new PureSubject("client");
    const sent = frame(0x01, Uint8Array.from(bytes));
    subject.feed(...(byBytes ? Array.from(sent, (byte) => Buffer.of(byte)) : [sent]));
    return subject.connection.state === "open";
  }

  it("8.1 every two bytes fail or pass at once, as the table has it", () => {
    const wrong: string[] = [];
    for (let first = 0; first < 256; first += 1) {
      for (let second = 0; second < 256; second += 1) {
        const expected = mayBegin([first, second]);
        if (survives([first, second], false) !== expected || survives([first, second], true) !== expected) {
          wrong.push(`${first} ${second}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it("8.1 every three and four bytes at the edges of the table", () => {
    const edges = [
      0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0xf5, 0xff,
    ];
    const leads = [0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4];
    const wrong: string[] = [];
    for (const a of leads) {
      for (const b of edges) {
        for (const c of edges) {
          for (const d of [undefined, ...edges]) {
            const bytes = d === undefined ? [a, b, c] : [a, b, c, d];
            const expected = mayBegin(bytes);
            if (survives(bytes, false) !== expected || survives(bytes, true) !== expected)
              wrong.push(bytes.join(" "));
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});
