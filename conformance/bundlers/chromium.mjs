import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
];

/** Where a Chromium is. @throws where there is none: a check that checks nothing must not pass. */
function findChromium() {
  const found = [process.env.CHROMIUM_PATH, "/usr/bin/chromium", chromium.executablePath()].find(
    (path) => path && existsSync(path),
  );
  if (found !== undefined) return found;
  throw new Error(
    "No Chromium was found. Get one by `apt-get install chromium` or `npx playwright install chromium`, or name one in " +
      "CHROMIUM_PATH.",
  );
}

/** Runs a script in a page, beside the `baro` of a project, and gives what it leaves in `globalThis.outcome`. */
export async function runInChromium(project, script) {
  const { resolve } = createRequire(join(project, "package.json"));
  const { Server } = await import(pathToFileURL(resolve("baro")).href);
  const http = createServer((request, response) => {
    const isScript = request.url === "/main.js";
    response.setHeader("Content-Type", isScript ? "text/javascript; charset=utf-8" : "text/html");
    response.end(isScript ? script : '<!doctype html><script type="module" src="/main.js"></script>');
  });
  const io = new Server(http);
  io.on("connection", (socket) => {
    socket.on("echo", (value, answer) => answer(value));
    socket.on("drop me", (answer) => {
      answer();
      setImmediate(() => socket.conn.close());
    });
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const browser = await chromium.launch({ executablePath: findChromium(), args: ARGUMENTS });
  try {
    const page = await browser.newPage();
    const faults = [];
    page.on("pageerror", (error) => faults.push(error.message));
    await page.goto(`http://127.0.0.1:${http.address().port}/`, { waitUntil: "load" });
    const outcome = await page.evaluate(() => globalThis.outcome);
    return faults.length === 0 ? outcome : faults.join("\n");
  } finally {
    await browser.close();
    await io.close();
  }
}
