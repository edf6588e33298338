import { Malformed } from "./malformed.ts";

/** Nesting that V8 parses without a stack, and that then overflows the stack of whoever walks it. */
const MAX_DEPTH = 256;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Parses the JSON of a packet: nested 256 levels at most. Gives no `undefined`. */
export function parseJson(text: string): unknown {
  if (isTooDeep(text)) return new Malformed("JSON nested too deeply");
  try {
    return JSON.parse(text);
  } catch {
    return new Malformed("not JSON");
  }
}

function isTooDeep(text: string): boolean {
  // Each level takes a bracket at both ends: short texts, which most are, need no look.
  if (text.length <= 2 * MAX_DEPTH) return false;
  let depth = 0;
  for (let position = 0; position < text.length; position += 1) {
    const code = text.charCodeAt(position);
    if (code === QUOTE) {
      position = endOfString(text, position);
    } else if (code === OPEN_BRACKET || code === OPEN_BRACE) {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (code === CLOSE_BRACKET || code === CLOSE_BRACE) {
      depth -= 1;
    }
  }
  return false;
}

/** Gives the place of the quote that ends the string which begins at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  let position = start + 1;
  while (position < text.length) {
    const code = text.charCodeAt(position);
    if (code === QUOTE) return position;
    position += code === BACKSLASH ? 2 : 1;
  }
  return position;
}
