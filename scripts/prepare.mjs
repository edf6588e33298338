// What `npm start` and `npm test` do first, so that a fresh clone needs Node and npm and nothing else. Nothing may
// be imported here that is not part of Node: it runs before the first install.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** The least Node that the tools and `require(esm)` run on. */
const LEAST_NODE = [20, 19];
/** What the build writes; the last of them is written last. */
const OUTPUTS = ["dist/entry/server.js", "dist/client/socket.io.esm.min.js"];
/** What the build is made from. */
const INPUTS = ["src", "scripts/build.mjs", "tsconfig.json", "tsconfig.build.json", "package.json"];

/** Installs and builds whatever is missing or out of date. Ends the process with one sentence where it can't. */
export function prepare() {
  checkNode();
  if (!isInstalled()) install();
  if (!isBuilt()) build();
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])) return;
  fail(`Baro needs Node ${LEAST_NODE.join(".")} or newer; this is Node ${process.versions.node}.`);
}

/** Whether node_modules holds what package-lock.json asks for; npm keeps its own copy of the lock in there. */
function isInstalled() {
  const wanted = readLock("package-lock.json");
  const present = readLock("node_modules/.package-lock.json");
  if (present === undefined) return false;
  if (wanted === undefined) return true;
  return Object.entries(wanted).every(([path, entry]) => {
    // The root itself is not in npm's copy, nor are the optional packages of other platforms.
    if (path === "" || (entry.optional && present[path] === undefined)) return true;
    return present[path] !== undefined && present[path].version === entry.version;
  });
}

function readLock(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), "utf8")).packages;
  } catch {
    return undefined;
  }
}

function install() {
  console.log("Installing what is missing …");
  // As the lock says, but without `npm ci`, which throws away what is there. npm names itself to its scripts;
  // without it (`node scripts/start.mjs`), the one on the path is taken.
  const args = [
    "install",
    "--no-save",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
    "--loglevel=error",
  ];
  const npm = process.env.npm_execpath;
  if (npm?.endsWith(".js")) run("The install", process.execPath, [npm, ...args]);
  else run("The install", "npm", args, { shell: process.platform === "win32" });
}

/** Whether each output exists and is newer than every input; a folder counts, since a deletion changes it. */
function isBuilt() {
  const times = OUTPUTS.map((path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0);
  const built = Math.min(...times);
  return INPUTS.every((path) => newest(join(root, path)) <= built);
}

function newest(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  return readdirSync(path).reduce((time, name) => Math.max(time, newest(join(path, name))), stats.mtimeMs);
}

function build() {
  console.log("Building …");
  run("The build", process.execPath, [join(root, "scripts/build.mjs")]);
}

/** Runs quietly: the output is shown only when it fails. */
function run(what, command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  });
  if (result.status === 0) return;
  // Ctrl-C: the child had it too, and there is nothing to explain.
  if (result.signal === "SIGINT") process.exit(130);
  fail(
    `${result.stdout ?? ""}${result.stderr ?? ""}${result.error?.message ?? ""}\n${what} failed; its output is above.`,
  );
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
