import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/**
 * The secrets of sessions: each is the signature of its id under a key of this process, so that none has to be kept,
 * and a secret still tells who once had a session.
 */
export class Secrets {
  readonly #key = randomBytes(32);

  /** The secret of the session `id`: 256 bits that nobody can guess. */
  of(id: string): string {
    return createHmac("sha256", this.#key).update(id).digest("base64url");
  }

  /** Whether `secret` is that of `id`; takes as long whatever is wrong with it. */
  isOf(id: string, secret: string): boolean {
    return sameText(secret, this.of(id));
  }
}

/** Whether two texts are the same; how long it takes tells nothing of where they differ. */
export function sameText(left: string, right: string): boolean {
  // Hashed first, so that neither their lengths show.
  const [a, b] = [left, right].map((text) => createHmac("sha256", HASH_KEY).update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

const HASH_KEY = randomBytes(32);
