import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const bun = locateBun();
// `ws` takes its native addition by itself where it is there, unless it is told not to.
const PLAIN = { WS_NO_BUFFER_UTIL: "1" };

const STREAMS = {
  load: { protocols: ["sse"], protocol: "sse", publisher: "raw" },
  // The bytes of one masked frame with `x` 64 times.
  options: { size: 70 },
};

/** How each server is started, and `missing`, a sentence, where it can't be. */
export const SERVERS = {
  baro: { module: "baro" },
  "baro, recovery": { module: "baro", options: { connectionStateRecovery: {} } },
  "socket.io, recovery": { module: "socket.io", env: PLAIN, options: { connectionStateRecovery: {} } },
  "baro, plain WebSocket": { module: "baro", load: { protocols: ["plain"], protocol: "plain" } },
  "baro, SSE": { module: "baro", load: { protocols: ["sse"], protocol: "sse" } },
  "baro, a third each": { module: "baro", load: { protocols: ["sio", "plain", "sse"] } },
  "baro/sse": { module: "baro-sse", ...STREAMS },
  "better-sse": { module: "better-sse", ...STREAMS },
  "node:http": { module: "node-http", ...STREAMS },
  "node:net": { module: "node-net" },
  "baro/websocket": { module: "baro-websocket" },
  ws: { module: "ws", env: PLAIN },
  "ws + bufferutil": { module: "ws", missing: missing("bufferutil") },
  "socket.io": { module: "socket.io", env: PLAIN },
  "socket.io + bufferutil": { module: "socket.io", missing: missing("bufferutil") },
  bun: {
    module: "bun",
    execPath: bun,
    missing:
      bun === undefined
        ? "Bun is not installed: put it on the path, or name it in the variable BUN"
        : undefined,
  },
};

/** The versions of all that is measured, as installed. */
export function versions() {
  const found = {};
  for (const name of ["ws", "bufferutil", "socket.io", "better-sse"]) {
    const folder = packageFolder(name);
    if (folder !== undefined)
      found[name] = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;
  }
  if (bun !== undefined) found.bun = spawnSync(bun, ["--version"], { encoding: "utf8" }).stdout.trim();
  return found;
}

function missing(name) {
  return packageFolder(name) === undefined ? `${name} is not installed` : undefined;
}

// By its folder: not every package lets its package.json be required.
function packageFolder(name) {
  return require.resolve
    .paths(name)
    ?.map((folder) => join(folder, name))
    .find((folder) => existsSync(folder));
}

/** Where BUN points, or on the path, or the program inside of the package of that name. */
function locateBun() {
  const { BUN, PATH = "" } = process.env;
  if (BUN !== undefined) return BUN;
  const inPackage = packageFolder("@oven/bun-linux-x64");
  const folders = [...PATH.split(":"), ...(inPackage === undefined ? [] : [join(inPackage, "bin")])];
  return folders.map((folder) => join(folder, "bun")).find((file) => existsSync(file));
}
