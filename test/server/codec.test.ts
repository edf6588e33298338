import { describe, expect, it } from "vitest";
import { socketIoCodec } from "../../src/server/codec.ts";
import { encode } from "../../src/socketio/encoder.ts";
import { type Packet, PacketType } from "../../src/socketio/packet.ts";

const event = (data: readonly [string, ...unknown[]], namespace = "/", id?: number): Packet => ({
  type: PacketType.EVENT,
  nsp: namespace,
  id,
  data,
});

describe("socketIoCodec", () => {
  it.each<[string, Packet]>([
    ["an event", event(["a", 1, "b", null, { c: [undefined] }])],
    ["one of another namespace that asks", event(["a"], "/admin", 12)],
    ["an acknowledgement", { type: PacketType.ACK, nsp: "/", id: 0, data: ["é", new Date(0)] }],
    ["what looks like an attachment", event(["a", { _placeholder: true, num: 0 }])],
    ["a namespace of another alphabet", event(["a", 1, true, null], "/é")],
    ["attachments", event(["a", Buffer.of(1), { b: new Uint8Array([2]) }])],
    ["a grant", { type: PacketType.CONNECT, nsp: "/", id: undefined, data: { sid: "a" } }],
    ["one with more", { type: PacketType.CONNECT, nsp: "/", id: undefined, data: { sid: "a", pid: "b" } }],
    ["one elsewhere", { type: PacketType.CONNECT, nsp: "/é", id: undefined, data: { sid: "a" } }],
    ["one to escape", { type: PacketType.CONNECT, nsp: "/", id: undefined, data: { sid: 'é"' } }],
    ["one of no id", { type: PacketType.CONNECT, nsp: "/", id: undefined, data: { pid: "b" } }],
    ["an end", { type: PacketType.DISCONNECT, nsp: "/a", id: undefined, data: undefined }],
  ])("writes %s as the codec of the client does", (_name, packet) => {
    const { text, attachments } = encode(packet);
    expect(socketIoCodec.encode(packet)).toMatchObject({ data: text, attachments });
  });

  it("knows ASCII where it looks for it anyway", () => {
    expect(socketIoCodec.encode(event(["a", 1])).isAscii).toBe(true);
    expect(socketIoCodec.encode(event(["é"])).isAscii).toBe(false);
    expect(socketIoCodec.encode(event(["a"], "/é")).isAscii).toBe(false);
    const grant = (nsp: string, sid: string): boolean =>
      socketIoCodec.encode({ type: PacketType.CONNECT, nsp, id: undefined, data: { sid } }).isAscii;
    expect([grant("/", "a-_1"), grant("/", "é"), grant("/é", "a")]).toEqual([true, false, false]);
  });

  it("says what cannot be sent", () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    for (const data of [cycle, 1n]) {
      expect(() => socketIoCodec.encode(event(["a", data]))).toThrow(
        expect.objectContaining({ code: "BARO_DATA" }),
      );
    }
  });
});
