const CONTROLS = /\p{Cc}|\p{Cs}|[\u2028\u2029]/gu;
// Overrides turn the text around them about.
const DIRECTIONS = /[\u202A-\u202E\u2066-\u2069]/gu;
// Ten thousand accents on one letter paint over the whole page.
const STACKED_MARKS = /(\p{M}{6})\p{M}+/gu;

/**
 * One line of text that is harmless to show; nothing where it is none, is invisible, or too long.
 * @param {unknown} value
 * @param {number} max in code points
 */
export function parseLine(value, max) {
  if (typeof value !== "string" || value.length > 10 * max) return undefined;
  const line = value
    .normalize("NFC")
    .replace(CONTROLS, " ")
    .replace(DIRECTIONS, "")
    .replace(STACKED_MARKS, "$1")
    .replace(/\s+/gu, " ")
    .trim();
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(line) && [...line].length <= max ? line : undefined;
}
