import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));

/** The demo's server is a process of its own, which runs what is built. */
export function ensureBuilt(): void {
  if (existsSync(`${ROOT}/dist/entry/server.js`)) return;
  spawnSync(process.execPath, ["scripts/build.mjs"], { cwd: ROOT, stdio: "inherit" });
}
