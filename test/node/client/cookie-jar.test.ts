import { describe, expect, it, vi } from "vitest";
import { CookieJar } from "../../../src/node/client/cookie-jar.ts";

function jar(...headers: string[]): CookieJar {
  const all = new CookieJar();
  all.receive(headers);
  return all;
}

describe("CookieJar", () => {
  it.each([
    ["a=1", "a=1"],
    [" a = 1 ; Path=/; HttpOnly; Secure; SameSite=None", "a=1"],
    ["a=b=c", "a=b=c"],
    ["a=", "a="],
    ['a="1 2"', 'a="1 2"'],
    ["__proto__=1", "__proto__=1"],
    ["a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "a=1"],
    ["a=1; expires=soon", "a=1"],
  ])("of %j sends %j", (header, sent) => {
    expect(jar(header).header).toBe(sent);
  });

  it.each([
    "",
    "a",
    "=1",
    " =1",
    "a=1\r\nx-evil: 1",
    "a=\u0000",
    "a=1; Max-Age=0",
    "a=1; max-age=-1",
    "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    `a=${"x".repeat(4_096)}`,
  ])("of %j sends nothing", (header) => {
    expect(jar(header).header).toBe("");
  });

  it("replaces a cookie, and forgets one that the server takes back", () => {
    const all = jar("a=1", "b=2", "a=3");
    expect(all.header).toBe("b=2; a=3");
    all.receive(["b=; Max-Age=0"]);
    expect(all.header).toBe("a=3");
    all.receive(undefined);
    expect(all.header).toBe("a=3");
  });

  it("forgets a cookie when its time is over", () => {
    vi.useFakeTimers({ now: 0, toFake: ["Date"] });
    try {
      const all = jar("a=1; Max-Age=10", "b=2; Expires=Thu, 01 Jan 1970 00:00:05 GMT");
      expect(all.header).toBe("a=1; b=2");
      vi.setSystemTime(5_000);
      expect(all.header).toBe("a=1");
      vi.setSystemTime(10_000);
      expect(all.header).toBe("");
    } finally {
      vi.useRealTimers();
    }
  });

  it("keeps no more than servers may count on, the newest", () => {
    const many = jar(...Array.from({ length: 1_000 }, (_, index) => `c${index}=1`));
    expect(many.header.split("; ")).toHaveLength(50);
    expect(many.header).toMatch(/c999=1$/);
    const long = jar(...Array.from({ length: 10 }, (_, index) => `c${index}=${"x".repeat(3_000)}`));
    expect(long.header.length).toBeLessThanOrEqual(8_192);
    expect(long.header).toMatch(/^c8=x+; c9=x+$/);
  });

  it("adds its cookies behind those of the program", () => {
    expect(jar("a=1").addTo({ Cookie: "b=2", x: "y" })).toEqual({ Cookie: "b=2; a=1", x: "y" });
    expect(jar("a=1").addTo({})).toEqual({ cookie: "a=1" });
    expect(jar().addTo({ x: "y" })).toEqual({ x: "y" });
  });
});
