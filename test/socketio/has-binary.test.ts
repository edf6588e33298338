import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encode } from "../../src/socketio/encoder.ts";
import { hasBinary } from "../../src/socketio/has-binary.ts";
import { PacketType } from "../../src/socketio/packet.ts";

const attachments = (value: unknown): number =>
  encode({ type: PacketType.EVENT, nsp: "/", id: undefined, data: ["e", value] }).attachments.length;

describe("hasBinary", () => {
  it.each([
    [new Uint8Array(1)],
    [Buffer.from("a")],
    [new ArrayBuffer(1)],
    [new DataView(new ArrayBuffer(1))],
    [new Blob(["a"])],
    [{ a: [{ b: new Uint16Array(1) }] }],
    [{ toJSON: () => [new Uint8Array(1)] }],
  ])("finds what %o holds", (value) => {
    expect(hasBinary(value)).toBe(true);
    expect(attachments(value)).toBe(1);
  });

  it("agrees with the encoder about any value", () => {
    const leaf = fc.oneof(fc.jsonValue(), fc.date({ noInvalidDate: true }), fc.uint8Array({ maxLength: 2 }));
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie("value")),
        fc.dictionary(fc.string(), tie("value")),
      ),
    }));
    fc.assert(fc.property(value, (data) => hasBinary(data) === attachments(data) > 0));
  });

  it("refuses cycles and what is nested too deeply", () => {
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);
    expect(() => hasBinary(cyclic)).toThrow(expect.objectContaining({ code: "BARO_DATA" }));
    expect(() => hasBinary(deep(1_026))).toThrow(expect.objectContaining({ code: "BARO_DATA" }));
    expect(hasBinary(deep(1_025))).toBe(false);
  });
});
