import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The key that signs cookies and tickets. Made once, readable only by the owner of the process.
 * @param {string} folder
 */
export function loadSessionKey(folder) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "session.key");
  try {
    writeFileSync(path, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
  }
  return readFileSync(path, "utf8").trim();
}
