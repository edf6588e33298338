import { describe, expect, it } from "vitest";
import type { CorsOptions } from "../../../src/node/http/cors.ts";
import { startEngine } from "../../support/engine-app.ts";
import { ask } from "../../support/http.ts";

const path = "/engine.io/?EIO=4&transport=polling";
const Origin = "https://good.example";

async function headersOf(cors: CorsOptions | undefined, headers: Record<string, string>, method = "GET") {
  const { port } = await startEngine(cors === undefined ? {} : { cors });
  const answer = await ask({ port, path, method, headers });
  const found = Object.entries(answer.headers).filter(([name]) => /^access-control|^vary/.test(name));
  return { status: answer.status, ...Object.fromEntries(found) };
}

describe("an answer", () => {
  it("P-13: says nothing about other origins by default", async () => {
    expect(await headersOf(undefined, { Origin })).toEqual({ status: 403 });
    expect(await headersOf(undefined, { Origin: "null" })).toEqual({ status: 403 });
    expect(await headersOf(undefined, {})).toEqual({ status: 200 });
  });

  it.each<[name: string, cors: CorsOptions, allowed: string]>([
    ["any", {}, "*"],
    ["any, by name", { origin: "*" }, "*"],
    ["a text", { origin: Origin }, Origin],
    ["true", { origin: true }, Origin],
    ["an expression", { origin: /good/ }, Origin],
    ["a list", { origin: ["https://other.example", Origin] }, Origin],
    ["a function", { origin: (_origin, callback) => callback(null, true) }, Origin],
    ["a function that names one", { origin: (origin, callback) => callback(null, origin ?? false) }, Origin],
  ])("names an origin that is allowed by %s", async (_name, cors, allowed) => {
    expect(await headersOf(cors, { Origin })).toEqual({
      status: 200,
      "access-control-allow-origin": allowed,
      ...(allowed === "*" ? {} : { vary: "Origin" }),
    });
  });

  it.each<[name: string, cors: CorsOptions]>([
    ["false", { origin: false }],
    ["an expression", { origin: /evil/ }],
    ["a list", { origin: ["https://other.example"] }],
    ["a function", { origin: (_origin, callback) => callback(null, false) }],
    ["a function that fails", { origin: (_origin, callback) => callback(new Error("no")) }],
    [
      "a function that throws",
      {
        origin() {
          throw new Error("no");
        },
      },
    ],
  ])("names no origin that is not allowed by %s", async (_name, cors) => {
    expect(await headersOf(cors, { Origin })).toEqual({ status: 403, vary: "Origin" });
  });

  it("tells of cookies and of headers", async () => {
    const cors = { origin: Origin, credentials: true, exposedHeaders: ["X-One", "X-Two"] };
    expect(await headersOf(cors, { Origin })).toEqual({
      status: 200,
      "access-control-allow-origin": Origin,
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": "X-One,X-Two",
      vary: "Origin",
    });
  });
});

describe("a preflight", () => {
  it("is answered with what may be sent", async () => {
    const asked = { Origin, "Access-Control-Request-Headers": "x-one" };
    expect(await headersOf({ origin: true }, asked, "OPTIONS")).toEqual({
      status: 204,
      "access-control-allow-origin": Origin,
      "access-control-allow-methods": "GET,HEAD,PUT,PATCH,POST,DELETE",
      "access-control-allow-headers": "x-one",
      vary: "Origin, Access-Control-Request-Headers",
    });
  });

  it("is answered by the options", async () => {
    const cors = {
      origin: "*",
      methods: ["GET", "POST"],
      allowedHeaders: "x-two",
      maxAge: 600,
      optionsSuccessStatus: 200,
    };
    expect(await headersOf(cors, { Origin }, "OPTIONS")).toEqual({
      status: 200,
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "GET,POST",
      "access-control-allow-headers": "x-two",
      "access-control-max-age": "600",
    });
  });

  it("P-13: names no origin that is not allowed", async () => {
    expect(await headersOf({ origin: "https://other.example" }, { Origin }, "OPTIONS")).toMatchObject({
      "access-control-allow-origin": "https://other.example",
    });
    expect(await headersOf({ origin: /other/ }, { Origin }, "OPTIONS")).not.toHaveProperty(
      "access-control-allow-origin",
    );
  });
});
