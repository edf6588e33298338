/** Longer numbers are not exact any more; no producer comes near. */
const NUMBERED = /^~[1-9][0-9]{0,14}$/;

/** Stands behind an event without a number whose own last argument could be taken for one. */
export const UNNUMBERED = 0;

/**
 * The number of an event, which is its last argument: `"~5"` is 5, `"~"` alone is {@link UNNUMBERED}, and everything
 * else belongs to the event.
 */
export function parseSequence(argument: unknown): number | undefined {
  // The first character first: most events end with something else.
  if (typeof argument !== "string" || argument.charCodeAt(0) !== TILDE) return undefined;
  if (argument.length === 1) return UNNUMBERED;
  return NUMBERED.test(argument) ? Number(argument.slice(1)) : undefined;
}

const TILDE = 0x7e;
