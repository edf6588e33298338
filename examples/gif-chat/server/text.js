import { ChatRefusal } from "./refusal.js";

const CONTROLS = /[^\P{Cc}\n\t]|\p{Cs}/gu;
// Embeddings, overrides and isolates turn the text around them about ("txt.exe" reads "exe.txt").
const DIRECTIONS = /[\u202A-\u202E\u2066-\u2069]/gu;
// Ten thousand accents on one letter paint over the whole page. No script stacks more than a few.
const STACKED_MARKS = /(\p{M}{6})\p{M}+/gu;

/**
 * Makes text harmless to show, and leaves what people write alone.
 * @param {string} text
 */
function clean(text) {
  return text
    .normalize("NFC")
    .replace(/\r\n?|[\u2028\u2029]/gu, "\n")
    .replace(CONTROLS, "")
    .replace(DIRECTIONS, "")
    .replace(STACKED_MARKS, "$1");
}

/** @param {string} text */
const length = (text) => [...text].length;

/**
 * @param {unknown} value
 * @param {number} max in code points
 */
export function parseMessageText(value, max) {
  if (typeof value !== "string") throw new ChatRefusal("badRequest");
  const text = clean(value).trim();
  if (length(text) > max) throw new ChatRefusal("messageTooLong");
  return text;
}

/**
 * One line: a name or a title.
 * @param {unknown} value
 * @param {number} max in code points
 * @param {{ empty: import("../types.d.ts").ErrorCode, tooLong: import("../types.d.ts").ErrorCode }} codes
 */
export function parseLine(value, max, codes) {
  if (typeof value !== "string") throw new ChatRefusal("badRequest");
  const line = clean(value).replace(/\s+/gu, " ").trim();
  // Letters, digits, punctuation, symbols: without one of them the line is invisible.
  if (!/[\p{L}\p{N}\p{P}\p{S}]/u.test(line)) throw new ChatRefusal(codes.empty);
  if (length(line) > max) throw new ChatRefusal(codes.tooLong);
  return line;
}
