import { describe, expect, it } from "vitest";
import { isSameSite, matchesOrigin } from "../../../src/node/http/origin.ts";
import { type EngineApp, startEngine } from "../../support/engine-app.ts";
import { RawPolling, RawWebSocket } from "../../support/engine-client.ts";
import { ask } from "../../support/http.ts";

describe("isSameSite", () => {
  it.each([
    ["https://good.example", "good.example"],
    ["http://good.example", "good.example"],
    ["http://good.example", "good.example:80"],
    ["https://good.example", "good.example:443"],
    ["https://good.example:8443", "good.example:8443"],
    ["HTTPS://GOOD.EXAMPLE", "Good.Example"],
    ["http://[::1]:3000", "[::1]:3000"],
  ])("takes a page of %s at %s", (origin, host) => {
    expect(isSameSite(origin, host, false)).toBe(true);
  });

  it.each([
    ["null", "good.example"],
    ["", "good.example"],
    ["https://evil.example", "good.example"],
    ["https://good.example.evil.example", "good.example"],
    ["https://good.example@evil.example", "good.example"],
    ["https://evil.example@good.example", "good.example"],
    ["https://good.example/evil", "good.example"],
    ["https://good.example:444", "good.example"],
    ["https://good.example, https://evil.example", "good.example"],
    ["file://good.example", "good.example"],
    ["https://good.example", ""],
    ["https://good.example", "http://["],
    ["https://good.example", undefined],
  ])("H-13: refuses a page of %j at %j", (origin, host) => {
    expect(isSameSite(origin, host, false)).toBe(false);
  });

  it("H-13: refuses a page that came in the clear to a server that does not serve in the clear", () => {
    expect(isSameSite("http://good.example", "good.example", true)).toBe(false);
    expect(isSameSite("https://good.example", "good.example", true)).toBe(true);
  });
});

describe("matchesOrigin", () => {
  it.each([
    [true, true],
    [false, false],
    ["*", true],
    ["https://good.example", true],
    ["https://good", false],
    [/good\.example$/, true],
    [/evil/, false],
    [["https://other.example", /^https:\/\/good\./], true],
    [["https://other.example", /evil/], false],
    [[], false],
  ])("by %j is %j", (rule, expected) => {
    expect(matchesOrigin("https://good.example", rule)).toBe(expected);
  });

  it("forgets where a sticky or global expression stopped", () => {
    const rule = /good/g;
    expect([1, 2, 3].map(() => matchesOrigin("https://good.example", rule))).toEqual([true, true, true]);
  });
});

describe("a page of another origin", () => {
  const EVIL = { Origin: "https://evil.example" };
  const FORBIDDEN = [403, '{"code":4,"message":"Forbidden"}'];

  /** What becomes of an opening, a poll, an opening over WebSocket, and an upgrade that all bring `headers`. */
  async function attempts({ port }: EngineApp, headers: Record<string, string>) {
    const own = await RawPolling.open(port);
    const answers = [];
    for (const path of ["/engine.io/?EIO=4&transport=polling", own.path]) {
      const pending = ask({ port, path, headers });
      if (path === own.path) await own.post("4x");
      const { status, body } = await pending;
      answers.push([status, status === 200 ? "" : body]);
    }
    for (const query of ["", `&sid=${own.opening.sid}`]) {
      const outcome = RawWebSocket.open(port, query, { headers });
      answers.push(await outcome.then(() => "open").catch((error: Error) => error.message));
    }
    return answers;
  }

  const ALL_FORBIDDEN = [FORBIDDEN, FORBIDDEN, "refused: 403", "refused: 403"];
  const ALL_TAKEN = [[200, ""], [200, ""], "open", "open"];

  it("H-13: is refused at every request, also at those with a sid", async () => {
    expect(await attempts(await startEngine(), EVIL)).toEqual(ALL_FORBIDDEN);
    expect(await attempts(await startEngine(), { Origin: "null" })).toEqual(ALL_FORBIDDEN);
  });

  it("is refused where cors names others", async () => {
    const app = await startEngine({ cors: { origin: ["https://good.example"] } });
    expect(await attempts(app, EVIL)).toEqual(ALL_FORBIDDEN);
  });

  it("is let in where cors names it", async () => {
    for (const origin of ["*", "https://evil.example", true, /evil/] as const) {
      expect(await attempts(await startEngine({ cors: { origin } }), EVIL)).toEqual(ALL_TAKEN);
    }
  });

  it("is let in where the check is off", async () => {
    expect(await attempts(await startEngine({ checkOrigin: false }), EVIL)).toEqual(ALL_TAKEN);
  });

  it("is let in where allowRequest says so, and only into its own session", async () => {
    const app = await startEngine({ allowRequest: (_request, callback) => callback(null, true) });
    expect(await attempts(app, EVIL)).toEqual([[200, ""], FORBIDDEN, "open", "refused: 403"]);
    const client = await RawPolling.open(app.port, { headers: EVIL });
    await client.post("4mine");
    expect(await client.poll()).toEqual(["4mine"]);
  });
});

it("a page of the server's own origin is let in", async () => {
  const { port } = await startEngine();
  const client = await RawPolling.open(port, { headers: { Origin: `http://127.0.0.1:${port}` } });
  await client.post("4x");
  expect(await client.poll()).toEqual(["4x"]);
});
