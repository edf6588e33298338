import { describe, expect, it } from "vitest";
import { encode } from "../../src/socketio/encoder.ts";
import { type Packet, PacketType } from "../../src/socketio/packet.ts";
import { vectors } from "./vectors.ts";

const event = (...args: unknown[]): Packet => ({
  type: PacketType.EVENT,
  nsp: "/",
  id: undefined,
  data: ["e", ...args],
});

describe("encode", () => {
  it.each(vectors)("writes %s", (text, packet) => {
    expect(encode(packet)).toEqual({ text, attachments: [], blobs: [] });
  });

  it("replaces a buffer by a placeholder", () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const encoded = encode({ ...event(), nsp: "/admin", id: 7, data: ["e", bytes] } as Packet);
    expect(encoded.text).toBe('51-/admin,7["e",{"_placeholder":true,"num":0}]');
    expect(encoded.attachments).toHaveLength(1);
    expect(encoded.attachments[0]).toBe(bytes);
  });

  it("turns an ACK with a buffer into a BINARY_ACK", () => {
    const packet: Packet = { type: PacketType.ACK, nsp: "/", id: 3, data: [new ArrayBuffer(2)] };
    expect(encode(packet).text).toBe('61-3[{"_placeholder":true,"num":0}]');
  });

  it("numbers the attachments in the order in which they follow", () => {
    const [a, b, c] = [new Uint8Array(1), new ArrayBuffer(2), Buffer.alloc(3)];
    const encoded = encode(event({ deep: [a, { b }] }, c));
    expect(encoded.text).toBe(
      '53-["e",{"deep":[{"_placeholder":true,"num":0},{"b":{"_placeholder":true,"num":1}}]},{"_placeholder":true,"num":2}]',
    );
    expect(encoded.attachments).toEqual([a, b, c]);
  });

  it("sends other views as their bytes", () => {
    const whole = new Uint8Array([0, 0, 1, 2, 3, 4, 0, 0]);
    const views = [new Uint16Array(whole.buffer, 2, 2), new DataView(whole.buffer, 2, 4)];
    for (const view of views) {
      expect(encode(event(view)).attachments).toEqual([new Uint8Array([1, 2, 3, 4])]);
    }
  });

  it("leaves the caller's objects as they were", () => {
    const bytes = new Uint8Array(1);
    const data = { bytes, list: [bytes] };
    encode(event(data));
    expect(data).toEqual({ bytes, list: [bytes] });
    expect(data.bytes).toBe(bytes);
  });

  it("follows toJSON, to buffers too", () => {
    expect(encode(event(new Date(0))).text).toBe('2["e","1970-01-01T00:00:00.000Z"]');
    expect(encode(event({ toJSON: () => ({ a: 1 }) })).text).toBe('2["e",{"a":1}]');
    expect(encode(event({ toJSON: () => new Uint8Array(1) })).text).toBe(
      '51-["e",{"_placeholder":true,"num":0}]',
    );
    expect(encode(event(new Date(0), new Uint8Array(1))).text).toBe(
      '51-["e","1970-01-01T00:00:00.000Z",{"_placeholder":true,"num":0}]',
    );
  });

  it("writes what JSON leaves out as JSON does", () => {
    expect(encode(event(undefined, { a: undefined, f() {} })).text).toBe('2["e",null,{}]');
    expect(encode(event(undefined, { a: undefined, f() {} }, new Uint8Array(1))).text).toBe(
      '51-["e",null,{},{"_placeholder":true,"num":0}]',
    );
  });

  it("keeps a key named __proto__ a key beside a buffer", () => {
    const hostile = JSON.parse('{"__proto__":{"polluted":1}}');
    expect(encode(event(hostile, new Uint8Array(1))).text).toBe(
      '51-["e",{"__proto__":{"polluted":1}},{"_placeholder":true,"num":0}]',
    );
  });

  it("does not let an application's object pass for a placeholder", () => {
    const lookalike = { _placeholder: true, num: 0 };
    expect(encode(event(lookalike)).text).toBe('2["e",{"_placeholder":true,"num":0}]');
    expect(encode(event(lookalike, new Uint8Array(1))).text).toBe(
      '51-["e",{"_placeholder":null,"num":0},{"_placeholder":true,"num":0}]',
    );
  });

  it("takes inherited buffers for what they are: not part of the JSON", () => {
    expect(encode(event(Object.create({ inherited: new Uint8Array(1) }))).text).toBe('2["e",{}]');
  });

  it("writes deep data that is not cyclic", () => {
    const text = `${"[".repeat(600)}${"]".repeat(600)}`;
    expect(encode(event(JSON.parse(text))).text).toBe(`2["e",${text}]`);
  });

  it("throws the caller's mistake", () => {
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    const code = { code: "BARO_DATA" };
    expect(() => encode(event(cyclic))).toThrow(expect.objectContaining(code));
    expect(() => encode(event(new Uint8Array(1), cyclic))).toThrow(expect.objectContaining(code));
    expect(() => encode(event(1n))).toThrow(expect.objectContaining(code));
  });
});
