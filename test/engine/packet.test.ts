import { describe, expect, it } from "vitest";
import { decodePacketType, encodePacket, PacketType } from "../../src/engine/packet.ts";

describe("packet", () => {
  it.each([
    [PacketType.OPEN, "{}", "0{}"],
    [PacketType.CLOSE, "", "1"],
    [PacketType.PING, "probe", "2probe"],
    [PacketType.PONG, "", "3"],
    [PacketType.MESSAGE, "€", "4€"],
    [PacketType.UPGRADE, "", "5"],
    [PacketType.NOOP, "", "6"],
  ])("of type %i with %j is %j", (type, data, text) => {
    expect(encodePacket(type, data)).toBe(text);
    expect(decodePacketType(text)).toBe(type);
  });

  it.each(["", "7", "9", "/", ":", "b", " 4", "٤"])("is not %j", (text) => {
    expect(decodePacketType(text)).toBeUndefined();
  });
});
