import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventStreamParser } from "../../src/sse/parser.ts";
import { VECTORS } from "./vectors.ts";

function parse(chunks: Iterable<Uint8Array>): { said: unknown[]; lastEventId: string } {
  const said: unknown[] = [];
  const parser = new EventStreamParser({
    event: ({ event, data, lastEventId }) => said.push([event, data, lastEventId]),
    retry: (milliseconds) => said.push(milliseconds),
  });
  for (const chunk of chunks) expect(parser.receive(chunk)).toBe(true);
  return { said, lastEventId: parser.lastEventId };
}

describe.each(VECTORS)("$name", ({ stream, said, lastEventId }) => {
  const bytes = Buffer.from(stream as string);
  const last = said.filter((each) => typeof each !== "number").at(-1)?.[2] ?? "";
  const expected = { said, lastEventId: lastEventId ?? last };

  it("whole", () => expect(parse([bytes])).toEqual(expected));
  it("byte by byte", () => expect(parse([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(expected));
  it("at random splits", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        expect(parse(chunks)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});

describe("the parser", () => {
  it("goes on from the id that a stream before this one left", () => {
    const ids: string[] = [];
    const parser = new EventStreamParser(
      { event: (event) => ids.push(event.lastEventId) },
      { lastEventId: "7" },
    );
    expect(parser.lastEventId).toBe("7");
    parser.receiveText("data\n\nid\ndata\n\n");
    expect(ids).toEqual(["7", ""]);
  });

  it("takes an event as long as the bound, and no longer one", () => {
    const lengths: number[] = [];
    const parser = new EventStreamParser(
      { event: ({ data }) => lengths.push(data.length) },
      { maxEvent: 100 },
    );
    expect(parser.receiveText(`data: ${"x".repeat(94)}\n\n`)).toBe(true);
    expect(parser.receiveText(`data: ${"x".repeat(94)}`)).toBe(true);
    expect(parser.receiveText("x")).toBe(false);
    expect(parser.receiveText("\n\ndata: y\n\n")).toBe(false);
    expect(lengths).toEqual([94]);
  });

  it("E-6: holds a line without end to the bound", () => {
    const parser = new EventStreamParser({ event: () => {} }, { maxEvent: 1_000_000 });
    const chunk = Buffer.alloc(65_536, "x");
    let taken = 0;
    while (parser.receive(chunk)) taken += chunk.length;
    expect(taken).toBe(983_040);
  });

  it.each(["data\n", "data: x\n"])("E-6: holds an event of lines without end to the bound: %j", (line) => {
    const parser = new EventStreamParser({ event: () => {} }, { maxEvent: 10_000 });
    let lines = 0;
    while (parser.receiveText(line)) lines += 1;
    expect(lines).toBeGreaterThan(4_000);
    expect(lines).toBeLessThanOrEqual(10_000);
  });

  it("E-6: keeps nothing of comments, names and ids that are repeated without end", () => {
    const parser = new EventStreamParser({ event: () => {} }, { maxEvent: 100 });
    for (let turn = 0; turn < 10_000; turn += 1) {
      expect(parser.receiveText(": x\nevent: y\nid: z\n")).toBe(true);
    }
  });

  it("says nothing more once it was stopped, not even of the same chunk", () => {
    const said: string[] = [];
    const parser: EventStreamParser = new EventStreamParser({
      event: ({ data }) => {
        said.push(data);
        parser.stop();
      },
    });
    expect(parser.receiveText("data: a\n\ndata: b\n\n")).toBe(false);
    expect(said).toEqual(["a"]);
  });

  it("never throws, whatever comes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (chunks) => {
        const parser = new EventStreamParser({ event: () => {} }, { maxEvent: 50 });
        for (const chunk of chunks) parser.receive(chunk);
      }),
    );
  });
});
