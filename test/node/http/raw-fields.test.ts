import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { fieldOf, toHandshakeRequest } from "../../../src/node/http/raw-fields.ts";

/** A request as Node's parser makes it: with the headers that it gives when they are asked for. */
function requestWith(rawHeaders: string[], headers: Record<string, string> = {}): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  Object.assign(request, { method: "GET", httpVersion: "1.1", rawHeaders, headers });
  return request;
}

describe("fieldOf", () => {
  it("finds a field however its name is written", () => {
    expect(fieldOf(requestWith(["Host", "a", "oRiGiN", "https://a.example"]), "origin")).toBe(
      "https://a.example",
    );
  });

  it("gives none for one that is missing, and does not take a value for a name", () => {
    expect(fieldOf(requestWith(["Host", "a", "X-Some", "origin"]), "origin")).toBeUndefined();
  });

  it("leaves a field that comes twice to Node", () => {
    const request = requestWith(["Origin", "a", "Origin", "b"], { origin: "a, b" });
    expect(fieldOf(request, "origin")).toBe("a, b");
  });
});

describe("toHandshakeRequest", () => {
  it("has the fields of the handshake by their names in lower case", () => {
    const request = requestWith(["HOST", "a", "Upgrade", "websocket", "Cookie", "b", "__proto__", "c"]);
    const { method, httpVersion, headers } = toHandshakeRequest(request);
    expect({ method, httpVersion }).toEqual({ method: "GET", httpVersion: "1.1" });
    expect(headers).toMatchObject({ host: "a", upgrade: "websocket", "content-length": undefined });
    expect(headers).not.toHaveProperty("cookie");
  });

  it("leaves a request with one of them twice to Node", () => {
    const twice = ["Sec-WebSocket-Key", "a", "sec-websocket-key", "b"];
    const request = requestWith(twice, { "sec-websocket-key": "a, b" });
    expect(toHandshakeRequest(request).headers["sec-websocket-key"]).toBe("a, b");
  });
});
