import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { Server } from "baro";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium, openProfile, type Profile } from "../../test/e2e/support/chromium.ts";
import { OUTCOME } from "./probe.mjs";
import { startServer } from "./start-server.mjs";

const executable = findChromium();

/** Run in the page: each starts the script as one kind of worker, and gives what that says. */
const WORKERS = {
  "a Web Worker": () =>
    new Promise((resolve) => {
      const worker = new Worker("/worker.js", { type: "module" });
      worker.onmessage = ({ data }) => resolve(data);
      worker.postMessage("go");
    }),
  "a shared worker": () =>
    new Promise((resolve) => {
      const { port } = new SharedWorker("/worker.js", { type: "module" });
      port.onmessage = ({ data }) => resolve(data);
    }),
  "a service worker": async () => {
    await navigator.serviceWorker.register("/worker.js", { type: "module" });
    const { active } = await navigator.serviceWorker.ready;
    return new Promise((resolve) => {
      navigator.serviceWorker.onmessage = ({ data }) => resolve(data);
      active?.postMessage("go");
    });
  },
};

describe.skipIf(executable === undefined)("baro/client in Chromium, in", () => {
  const http = createServer();
  const io = new Server(http);
  let profile: Profile;
  let url: string;

  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL("worker.mjs", import.meta.url))],
      ...{ bundle: true, write: false, format: "esm", target: "es2022" },
    });
    const files = new Map([
      ["/", ["text/html", "<!doctype html><title>a page</title>"]],
      ["/worker.js", ["text/javascript; charset=utf-8", outputFiles[0]?.text ?? ""]],
    ]);
    http.on("request", (request, response) => {
      const [type = "", text] = files.get(request.url ?? "") ?? [];
      if (text !== undefined) response.setHeader("Content-Type", type).end(text);
    });
    url = await startServer(http, io);
    profile = await openProfile(executable as string);
  });
  afterAll(async () => {
    await profile?.close();
    await io.close();
  });

  it.each(Object.entries(WORKERS))("%s", async (_, run) => {
    const page = await profile.context.newPage();
    await page.goto(url);
    expect(await page.evaluate(run)).toEqual(OUTCOME);
    await page.close();
  });
});
