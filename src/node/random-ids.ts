import { Buffer } from "node:buffer";
import { randomFillSync } from "node:crypto";

/** Bytes that are fetched at a time. */
const POOL = 8_192;

/**
 * Makes a source of ids that nobody can guess: `bytes` random bytes each, as base64url. They are fetched many at a
 * time, because each call of the random generator is a call of the system: a fourteenth of what it takes to accept a
 * client that gets two ids.
 */
export function randomIds(bytes: number): () => string {
  let pool: Buffer | undefined;
  let next = 0;
  return () => {
    if (pool === undefined || next + bytes > pool.length) {
      pool = randomFillSync(pool ?? Buffer.allocUnsafeSlow(POOL));
      next = 0;
    }
    next += bytes;
    return pool.toString("base64url", next - bytes, next);
  };
}
