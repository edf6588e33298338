import { describe, expect, it } from "vitest";
import { parseAgreement, withoutAgreement } from "../../src/server/agreement.ts";

const PRODUCER = "abcdefghijklmnopqrst_-";

describe("an agreement", () => {
  it("names the producer", () => {
    expect(parseAgreement({ v: 1, prod: PRODUCER, more: 1 })).toEqual({ producer: PRODUCER });
  });

  it.each([
    undefined,
    null,
    "x",
    [],
    {},
    { v: 1 },
    { prod: PRODUCER },
    { v: 2, prod: PRODUCER },
    { v: "1", prod: PRODUCER },
    { v: 1, prod: PRODUCER.slice(1) },
    { v: 1, prod: `${PRODUCER}abc` },
    { v: 1, prod: `${PRODUCER.slice(1)}*` },
    { v: 1, prod: [PRODUCER] },
  ])("is none: %j", (value) => {
    expect(parseAgreement(value)).toBeUndefined();
  });

  it("is no part of the credentials", () => {
    const auth = { token: "a", "~rt": { v: 1 } };
    expect(withoutAgreement(auth)).toEqual({ token: "a" });
    expect(auth).toHaveProperty("~rt");
  });
});
