import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseHandshake } from "../../src/engine/handshake.ts";

const whole = {
  sid: "abc",
  upgrades: ["websocket"],
  pingInterval: 25_000,
  pingTimeout: 20_000,
  maxPayload: 1e6,
};
const parse = (changes: object) => parseHandshake(JSON.stringify({ ...whole, ...changes }));

describe("parseHandshake", () => {
  it("reads what the server says of the session", () => {
    expect(parse({})).toEqual(whole);
  });

  it("needs a session id that fits into a URL", () => {
    for (const sid of [undefined, "", 1, {}, "x".repeat(1_025)]) expect(parse({ sid })).toBeUndefined();
  });

  it("needs both times of the heartbeat, finite", () => {
    for (const time of [undefined, "25000", {}]) {
      expect(parse({ pingInterval: time })).toBeUndefined();
      expect(parse({ pingTimeout: time })).toBeUndefined();
    }
    expect(parseHandshake('{"sid":"a","pingInterval":1e999,"pingTimeout":1}')).toBeUndefined();
  });

  it("takes no bound where the server names none that makes sense", () => {
    for (const maxPayload of [undefined, 0, {}, "x", null]) {
      expect(parse({ maxPayload })?.maxPayload).toBe(Number.POSITIVE_INFINITY);
    }
  });

  it("has a list of upgrades, whatever the server sent", () => {
    expect(parse({ upgrades: ["websocket"] })?.upgrades).toEqual(["websocket"]);
    expect(parse({ upgrades: { length: 1 } })?.upgrades).toEqual([{ length: 1 }]);
    expect(parse({ upgrades: undefined })?.upgrades).toEqual([undefined]);
  });

  it("takes no id that a URL cannot hold: no request could be made", () => {
    for (const sid of ["\ud800", "a\udc00b"]) expect(parse({ sid })).toBeUndefined();
    expect(parse({ sid: "\u{1f600}" })?.sid).toBe("\u{1f600}");
  });

  it("takes nothing but an object in JSON", () => {
    for (const text of ["", "null", "1", '"abc"', "{", "[]"]) expect(parseHandshake(text)).toBeUndefined();
    expect(parseHandshake(new Uint8Array(3))).toBeUndefined();
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseHandshake(text)));
  });
});
