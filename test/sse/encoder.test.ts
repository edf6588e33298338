import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeComment, encodeEvent } from "../../src/sse/encoder.ts";
import { EventStreamParser, type ReceivedEvent } from "../../src/sse/parser.ts";

describe("an event", () => {
  it("is a block of lines and a blank one", () => {
    expect(encodeEvent({ event: "price", data: "100", id: "7", retry: 3000, comment: "c" })).toBe(
      ": c\nevent: price\nid: 7\nretry: 3000\ndata: 100\n\n",
    );
  });

  it("has the fields alone that are given", () => {
    expect(encodeEvent({ data: "" })).toBe("data: \n\n");
    expect(encodeEvent({ id: "" })).toBe("id: \n\n");
    expect(encodeEvent({ retry: 0 })).toBe("retry: 0\n\n");
  });

  it.each([
    ["a\nb", "data: a\ndata: b\n\n"],
    ["a\rb", "data: a\ndata: b\n\n"],
    ["a\r\nb", "data: a\ndata: b\n\n"],
    ["\n", "data: \ndata: \n\n"],
    ["a\n\nevent: forged\n\n", "data: a\ndata: \ndata: event: forged\ndata: \ndata: \n\n"],
    [" a", "data:  a\n\n"],
    ["\0", "data: \0\n\n"],
  ])("E-1: splits its data at each line break: %j", (data, block) => {
    expect(encodeEvent({ data })).toBe(block);
  });

  const refused = expect.objectContaining({ code: "BARO_FIELD" });

  describe.each(["\r", "\n", "\r\n", "\0"])("E-1: refuses %j", (unfit) => {
    it.each(["event", "id", "comment"])("in its %s", (field) => {
      expect(() => encodeEvent({ data: "", [field]: `a${unfit}b` })).toThrow(refused);
      expect(() => encodeEvent({ data: "", [field]: unfit })).toThrow(refused);
    });
    it("in a comment alone", () => {
      expect(() => encodeComment(`a${unfit}`)).toThrow(refused);
    });
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, "1\ndata: x", 2 ** 53])(
    "E-1: refuses a retry of %j",
    (retry) => {
      expect(() => encodeEvent({ retry: retry as number })).toThrow(refused);
    },
  );

  it("refuses what is no string", () => {
    expect(() => encodeEvent({ data: 1 as unknown as string })).toThrow(refused);
    expect(() => encodeEvent({ id: 1 as unknown as string })).toThrow(refused);
  });

  it("arrives as it was sent, its line breaks as U+000A", () => {
    const name = fc.string({ unit: "grapheme" }).filter((text) => !/[\r\n\0]/.test(text));
    const data = fc.string({ unit: fc.constantFrom("a", " ", ":", "\r", "\n", "\0", "바", "😀") });
    fc.assert(
      fc.property(fc.record({ event: name, id: name, data }), (event) => {
        const received: ReceivedEvent[] = [];
        const parser = new EventStreamParser({ event: (each) => received.push(each) });
        parser.receive(Buffer.from(encodeEvent(event)));
        expect(received).toEqual([
          {
            event: event.event || "message",
            data: event.data.replaceAll("\r\n", "\n").replaceAll("\r", "\n"),
            lastEventId: event.id,
          },
        ]);
      }),
    );
  });
});

it("a comment is no event", () => {
  expect(encodeComment()).toBe(":\n\n");
  expect(encodeComment("alive")).toBe(": alive\n\n");
});
