import { describe, expect, it } from "vitest";
import { DEFAULTS } from "../../src/client/options.ts";
import * as errors from "../../src/errors.ts";
import { settleOptions } from "../../src/node/http/engine-options.ts";
import * as refusals from "../../src/node/http/refusal.ts";
import { STREAM_DEFAULTS } from "../../src/node/sse/options.ts";
import { toPolicy } from "../../src/server/options.ts";
import { RESERVED_EVENTS } from "../../src/socketio/reserved.ts";
import { settleEventSource } from "../../src/web/event-source/options.ts";
import { Violation } from "../../src/websocket/violation.ts";
import { read } from "./page.ts";

describe("docs/errors.md", () => {
  const page = read("docs/errors.md");

  it("has every code of BaroError, and no other", () => {
    const codes = Object.values(errors).filter((value) => typeof value === "string");
    const documented = [...page.matchAll(/^\| `(BARO_\w+)`/gm)].map((match) => match[1]);
    expect(documented.sort()).toEqual(codes.sort());
  });

  it("has every violation with its close code, and no other", () => {
    const rows = [...page.matchAll(/^\| `(WS_ERR_\w+)` \| (\d+) \|/gm)].map(
      (match) => `${match[1]} ${match[2]}`,
    );
    const all = Object.values(Violation).map(({ code, closeCode }) => `${code} ${closeCode}`);
    expect(rows.sort()).toEqual(all.sort());
  });

  it("has every refusal of Engine.IO", () => {
    for (const value of Object.values(refusals)) {
      if (typeof value === "function") continue;
      expect(page).toContain(`| ${value.status} | ${value.code} | ${value.message} |`);
    }
  });

  it("has every reserved event", () => {
    for (const event of RESERVED_EVENTS) expect(page).toContain(`\`${event}\``);
  });
});

describe("docs/limits.md", () => {
  const rows = read("docs/limits.md").split("\n");

  it.each([
    ["The server", { ...settleOptions({}), ...toPolicy({}) }],
    ["The client", DEFAULTS],
    ["`baro/sse`", { ...STREAM_DEFAULTS, ...settleEventSource({}) }],
  ])("%s: has the default of each option that is a number", (title, options) => {
    const start = rows.indexOf(`## ${title}`);
    const end = rows.findIndex((row, index) => index > start && row.startsWith("## "));
    const section = rows.slice(start, end === -1 ? undefined : end);
    for (const [name, value] of Object.entries(options)) {
      // Chance is no limit.
      if (typeof value !== "number" || !Number.isInteger(value)) continue;
      const row = section.find((line) => line.includes(`\`${name}\``));
      const mebibytes = value % 2 ** 20 === 0 ? `${value / 2 ** 20} MiB` : "";
      const written = value === 0 ? "no limit" : mebibytes || value.toLocaleString("en");
      expect(row ?? `no row of ${name}`).toContain(written);
    }
  });
});
