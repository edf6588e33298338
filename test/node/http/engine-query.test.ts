import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEngineQuery, rememberLast } from "../../../src/node/http/engine-query.ts";

describe("parseEngineQuery", () => {
  it("reads what clients send", () => {
    expect(parseEngineQuery("/socket.io/?EIO=4&transport=polling&t=abc&sid=x_-")).toEqual({
      version: "4",
      transport: "polling",
      sid: "x_-",
    });
    expect(parseEngineQuery("/socket.io/")).toEqual({});
    expect(parseEngineQuery("/??EIO=4")).toEqual({ version: "4" });
  });

  it("refuses a parameter that stands there twice, and JSONP", () => {
    for (const query of ["EIO=4&EIO=4", "transport=a&transport=b", "sid=&sid=", "EIO=4&j=0", "j"]) {
      expect(parseEngineQuery(`/?${query}`)).toBeUndefined();
    }
  });

  it("reads every query as the URL standard does", () => {
    const part = fc.constantFrom(
      "EIO",
      "transport",
      "sid",
      "j",
      "=",
      "&",
      "?",
      "%45IO",
      "+",
      "a",
      "#",
      "é",
      "%zz",
      "4",
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const query = parts.join("");
        const standard = new URLSearchParams(query);
        const isRefused =
          ["EIO", "transport", "sid"].some((name) => standard.getAll(name).length > 1) || standard.has("j");
        const [version, transport, sid] = ["EIO", "transport", "sid"].map(
          (name) => standard.get(name) ?? undefined,
        );
        expect(parseEngineQuery(`/path?${query}`)).toEqual(
          isRefused ? undefined : { version, transport, sid },
        );
      }),
    );
  });
});

describe("rememberLast", () => {
  it("gives for each target what stands there, whatever was read before", () => {
    const parse = rememberLast(parseEngineQuery);
    const targets = ["/?EIO=4", "/?EIO=4", "/?EIO=3", "/?j=0", "/?j=0", "/?EIO=4", "", undefined, "/"];
    for (const target of targets) expect(parse(target)).toEqual(parseEngineQuery(target ?? ""));
  });
});
