// Starts each recipe as its reader would: installed from its own lock, with the package as it is packed, built, started.
// Then all of them answer the same questions. `node scripts/recipes.mjs [name…]`; the last line counts: `N passed, N failed`.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";
import { Child } from "./recipes/child.mjs";
import { Inbox } from "./recipes/inbox.mjs";
import { request } from "./recipes/request.mjs";
import { PATIENCE, within } from "./recipes/within.mjs";

const recipes = readdirSync(join(root, "recipes")).filter((name) =>
  existsSync(join(root, "recipes", name, "package.json")),
);
const wanted = process.argv.length > 2 ? process.argv.slice(2) : recipes;
const work = mkdtempSync(join(tmpdir(), "baro-recipes-"));
let passed = 0;
let failed = 0;

prepare();
const { io } = await import("baro/client");
const { EventSource } = await import("baro/sse");
try {
  const packed = execute("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", work], root);
  const tarball = join(work, JSON.parse(packed)[0].filename);
  for (const name of wanted) await check(name, tarball);
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** One recipe, from its copy to its end. */
async function check(name, tarball) {
  const started = performance.now();
  const folder = join(work, name);
  try {
    // A copy: nothing that the check installs and builds is left in the repository, and nothing of it is used.
    cpSync(join(root, "recipes", name), folder, { recursive: true, filter: isSource });
    // The lock decides on everything but Baro, which is the file.
    const how = [
      "--no-save",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--prefer-offline",
      "--loglevel=error",
    ];
    execute("npm", ["install", ...how, tarball], folder);
    const { scripts } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    if (scripts.build !== undefined) execute("npm", ["run", "--silent", "build"], folder);
    await question(folder, scripts.start);
    passed += 1;
    console.log(`ok      recipe ${name} (${seconds(started)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  recipe ${name} (${seconds(started)} s)\n${error.stack.replace(/^/gm, "        ")}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts it, and asks what every recipe answers. */
async function question(folder, command) {
  const server = new Child(folder, command);
  const socket = { close() {} };
  const source = { close() {} };
  try {
    const url = await server.url();

    const page = await request("GET", url);
    expect(
      page.status === 200 && page.text.includes("and Baro on one port"),
      `GET / gave ${page.status} ${page.text}`,
    );
    const missing = await request("GET", `${url}/nothing`);
    expect(missing.status === 404, `GET /nothing gave ${missing.status}`);

    const heard = new Inbox();
    const streamed = new Inbox();
    Object.assign(source, listen(`${url}/socket.io/sse?room=news`, "said", streamed));
    const client = io(url, { reconnection: false });
    socket.close = () => client.close();
    client.on("said", (said) => heard.put(said));
    client.on("connect_error", (error) => heard.fail(error));
    await within("a stream that opens", source.opened);

    const answer = await within(
      "an acknowledgement",
      client.timeout(PATIENCE).emitWithAck("say", "by a socket"),
    );
    expect(answer === "heard", `the acknowledgement was ${answer}`);
    expect((await heard.take()) === "by a socket", "the room heard something else");
    expect((await streamed.take()) === '"by a socket"', "the stream heard something else");

    const posted = await request("POST", `${url}/say?text=by%20a%20route`);
    expect(posted.status === 204, `POST /say gave ${posted.status}`);
    expect((await heard.take()) === "by a route", "the room heard something else");
    expect((await streamed.take()) === '"by a route"', "the stream heard something else");

    await checkTicks(url);
    const gone = new Promise((resolve) => client.on("disconnect", resolve));
    server.terminate();
    await within("the client to be moved away", gone);
    source.close();
    await within("the end of the server", server.ended);
  } catch (error) {
    throw new Error(`${error.message}\n${server.output}`, { cause: error });
  } finally {
    socket.close();
    source.close();
    server.kill();
  }
}

/** The stream that is no room, where a recipe has one. */
async function checkTicks(url) {
  const { status, type } = await request("GET", `${url}/ticks`);
  const isStream = type.startsWith("text/event-stream");
  expect(isStream || status === 404, `GET /ticks gave ${status}`);
  if (!isStream) return;
  const ticks = new Inbox();
  const source = listen(`${url}/ticks`, "tick", ticks);
  expect(Number(await ticks.take()) > 0, "a tick without a time");
  source.close();
}

function listen(url, event, inbox) {
  const source = new EventSource(url);
  source.addEventListener(event, ({ data }) => inbox.put(data));
  return {
    opened: new Promise((resolve) => source.addEventListener("open", resolve, { once: true })),
    close: () => source.close(),
  };
}

function isSource(path) {
  return !/[\\/](node_modules|dist|\.next)$/.test(path);
}

function expect(holds, sentence) {
  if (!holds) throw new Error(sentence);
}

function execute(command, args, cwd) {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1" };
  const result = spawnSync(command, args, { cwd, env, encoding: "utf8", timeout: PATIENCE });
  if (result.status !== 0) {
    throw new Error(
      `${command} ${args.join(" ")}\n${result.stdout}${result.stderr}${result.error?.message ?? ""}`,
    );
  }
  return result.stdout;
}

function seconds(started) {
  return ((performance.now() - started) / 1_000).toFixed(1);
}
