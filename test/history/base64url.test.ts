import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeBase64Url, encodeBase64Url } from "../../src/history/base64url.ts";

it("writes and reads what Node does", () => {
  const bytes = fc.uint8Array({ maxLength: 30 });
  const property = fc.property(bytes, (each) => {
    const text = Buffer.from(each).toString("base64url");
    expect(encodeBase64Url([...each])).toBe(text);
    expect(decodeBase64Url(text)).toEqual([...each]);
  });
  fc.assert(property);
});

it.each(["A", "AAAAA", "AA==", "A+", "A/", "AB", "AAB", "A A", "ÄA"])("does not read %j", (text) => {
  expect(decodeBase64Url(text)).toBeUndefined();
});
