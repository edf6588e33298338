// `npm run runtimes`: `baro/client` in each runtime that it is made for, against a server in this Node. The runtimes come
// from npm where they are there for this machine, and else from the path. What is missing is named and not counted.
// The last line counts: `N passed, N failed`.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { delimiter, join } from "node:path";
import { prepare, root } from "./prepare.mjs";

const folder = join(root, "conformance/runtimes");
const TIME = 60_000;

/** Each runtime with the path of its program in its package, its name elsewhere, and what it needs to run a file. */
const RUNTIMES = [
  { name: "Node 20", paths: [], command: "node20", args: [] },
  { name: "Node 22", paths: ["node-22/bin/node"], command: "node22", args: [] },
  { name: "Node 24", paths: ["node-24/bin/node"], command: "node24", args: [] },
  { name: "Bun", paths: ["@oven/bun-linux-x64/bin/bun"], command: "bun", args: [] },
  {
    name: "Deno",
    paths: ["@deno/linux-x64-glibc/deno"],
    command: "deno",
    args: ["run", "--allow-all", "--node-modules-dir=manual"],
  },
];

prepare();
const npm = ["install", "--no-save", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
spawnSync("npm", npm, { cwd: folder, stdio: "inherit", shell: process.platform === "win32" });
// After the build, which they need.
const { Server } = await import("baro");
const { startServer } = await import("../conformance/runtimes/start-server.mjs");
const { OUTCOME } = await import("../conformance/runtimes/probe.mjs");

const http = createServer();
const url = await startServer(http, new Server(http));
let passed = 0;
let failed = 0;
for (const { name, paths, command, args } of RUNTIMES) {
  const program = locate(name, paths, command);
  if (program === undefined) {
    console.log(`ABSENT  ${name}: put ${command} on the path to have it tested`);
    continue;
  }
  const { version, fault } = await run(program, args);
  if (fault === undefined) passed += 1;
  else failed += 1;
  console.log(
    fault === undefined ? `ok      ${name} (${version})` : `FAILED  ${name} (${version})\n${fault}`,
  );
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

function locate(name, paths, command) {
  if (name === `Node ${process.versions.node.split(".")[0]}`) return process.execPath;
  const onPath = (process.env.PATH ?? "").split(delimiter).map((each) => join(each, command));
  return [...paths.map((path) => join(folder, "node_modules", path)), ...onPath].find((file) =>
    existsSync(file),
  );
}

/** Runs the probe, and says what is wrong with its outcome. */
async function run(program, args) {
  const version = spawnSync(program, ["--version"], { encoding: "utf8" }).stdout.split("\n")[0];
  const child = spawn(program, [...args, join(folder, "client.mjs"), url], { cwd: folder, timeout: TIME });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    errors += text;
  });
  const [code, signal] = await new Promise((resolve) => child.on("close", (...how) => resolve(how)));
  if (code === 0 && output.trim() === JSON.stringify(OUTCOME)) return { version, fault: undefined };
  return { version, fault: `ended with ${code ?? signal}: ${output}${errors}`.replace(/^/gm, "        ") };
}
