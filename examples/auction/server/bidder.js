import { createHash, randomBytes } from "node:crypto";

const COOKIE = "baro-bidder";
const YEAR = 365 * 24 * 60 * 60 * 1_000;

/**
 * Who asks: whoever has the cookie. Others know them by a digest of it, which opens nothing.
 * @param {import("express").Request} request
 * @returns {string | undefined}
 */
export function bidderOf(request) {
  const secret = new RegExp(`(?:^|;\\s*)${COOKIE}=([\\w-]{22})(?:;|$)`).exec(
    request.headers.cookie ?? "",
  )?.[1];
  return secret === undefined ? undefined : toPublic(secret);
}

/**
 * The same; whoever has no cookie gets one.
 * @param {import("express").Request} request
 * @param {import("express").Response} response
 */
export function welcome(request, response) {
  const known = bidderOf(request);
  if (known !== undefined) return known;
  const secret = randomBytes(16).toString("base64url");
  response.cookie(COOKIE, secret, { httpOnly: true, sameSite: "lax", maxAge: YEAR, path: request.baseUrl });
  return toPublic(secret);
}

/** @param {string} secret */
const toPublic = (secret) => createHash("sha256").update(secret).digest("hex").slice(0, 16);
