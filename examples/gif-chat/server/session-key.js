import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** 32 bytes in base64url. */
const KEY = /^[\w-]{43}$/;

/**
 * The key that signs cookies and tickets. Made once, readable only by the owner of the process.
 *
 * A file that holds no such key, as a full disk leaves one, is replaced: with an empty key, anybody could sign. Who
 * was here before is then somebody new.
 * @param {string} folder
 */
export function loadSessionKey(folder) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "session.key");
  const kept = read(path);
  if (KEY.test(kept)) return kept;
  const key = randomBytes(32).toString("base64url");
  // Never half a key, whenever this is cut off.
  writeFileSync(`${path}.new`, key, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
  return key;
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT") return "";
    throw error;
  }
}
