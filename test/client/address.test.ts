import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAddress, transportUrl } from "../../src/client/address.ts";

const page = { protocol: "https:", host: "example.com:8443" };
const path = { path: "/socket.io", addTrailingSlash: true, query: {} };

describe("parseAddress", () => {
  it.each([
    [undefined, "https://example.com:8443", "/"],
    ["/admin", "https://example.com:8443", "/admin"],
    ["//other.com/a/b", "https://other.com", "/a/b"],
    ["other.com:3000", "https://other.com:3000", "/"],
    ["http://Other.com:80/x?y=1#z", "http://other.com", "/x"],
    ["wss://other.com:443", "https://other.com", "/"],
    ["ws://other.com:443", "http://other.com:443", "/"],
    ["http://[::1]:3000/", "http://[::1]:3000", "/"],
  ])("on a page, %j is %s and the namespace %s", (url, origin, namespace) => {
    const address = parseAddress(url, page);
    expect(`${address.secure ? "https" : "http"}://${address.authority}`).toBe(origin);
    expect(address.namespace).toBe(namespace);
  });

  it.each([
    [undefined, "http://localhost", "/"],
    ["/admin", "http://localhost", "/admin"],
    ["localhost:3000", "https://localhost:3000", "/"],
  ])("without a page, %j is %s and the namespace %s", (url, origin, namespace) => {
    const address = parseAddress(url, undefined);
    expect(`${address.secure ? "https" : "http"}://${address.authority}`).toBe(origin);
    expect(address.namespace).toBe(namespace);
  });

  it("reads the query", () => {
    const { query } = parseAddress("http://a/?x=1&y=%EA%B0%80&z&%=b=c", undefined);
    expect(query).toEqual({ x: "1", y: "가", z: "", "%": "b=c" });
  });

  it.each(["ftp://host", "file:///x", "http://", "javascript://x"])("refuses %j", (url) => {
    expect(() => parseAddress(url, page)).toThrow(expect.objectContaining({ code: "BARO_OPTION" }));
  });
});

describe("transportUrl", () => {
  const address = parseAddress("http://host", undefined);

  it("names protocol, transport and session", () => {
    expect(transportUrl(address, path, "polling")).toBe(
      "http://host/socket.io/?EIO=4&transport=polling&baro=1",
    );
    expect(transportUrl(address, path, "websocket", "a/b")).toBe(
      "ws://host/socket.io/?EIO=4&transport=websocket&baro=1&sid=a%2Fb",
    );
    expect(transportUrl(parseAddress("wss://host", undefined), path, "websocket")).toMatch(/^wss:/);
  });

  it("keeps to the path as it is wanted", () => {
    expect(transportUrl(address, { ...path, path: "/x/" }, "polling")).toMatch(/^http:\/\/host\/x\/\?/);
    expect(transportUrl(address, { ...path, addTrailingSlash: false }, "polling")).toMatch(
      /^http:\/\/host\/socket\.io\?/,
    );
  });

  it("lets no parameter of the program stand for one of the protocol", () => {
    const query = { EIO: 3, transport: "x", token: "a&b", 가: 1 };
    const url = new URL(transportUrl(address, { ...path, query }, "polling"));
    expect(Object.fromEntries(url.searchParams)).toEqual({
      EIO: "4",
      transport: "polling",
      baro: "1",
      token: "a&b",
      가: "1",
    });
    expect(url.searchParams.getAll("EIO")).toHaveLength(1);
  });

  it("gives back any parameter", () => {
    const text = fc.string({ unit: "grapheme" });
    fc.assert(
      fc.property(text, text, (name, value) => {
        const query = { [`_${name}`]: value };
        const url = new URL(transportUrl(address, { ...path, query }, "polling"));
        expect(url.searchParams.get(`_${name}`)).toBe(value);
      }),
    );
  });
});
