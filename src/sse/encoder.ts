import { BaroError, ERR_FIELD } from "../errors.ts";

/** One event of a stream, as it is sent. */
export interface EventFields {
  /** What listeners wait for; `"message"` where there is none. */
  readonly event?: string | undefined;
  /** Any text: its line breaks, whichever they are, arrive as U+000A. Without it nobody hears the event. */
  readonly data?: string | undefined;
  /** What a client says when it comes back. Empty: it says nothing any more. */
  readonly id?: string | undefined;
  /** Milliseconds that a client waits before it comes back. */
  readonly retry?: number | undefined;
  /** For whoever reads along; no client hears it. */
  readonly comment?: string | undefined;
}

// A lone CR ends a line, too: `\r\n` stands first so that it counts once.
const LINE_BREAK = /\r\n|\r|\n/g;
/** What would end the line that it stands in, or makes a client ignore the `id` (HTML standard, section 9.2.6). */
const UNFIT = /[\r\n\0]/;

/**
 * Writes an event as a block of lines and the blank line that dispatches it (HTML standard, section 9.2.5).
 *
 * @throws BaroError `BARO_FIELD` for a line break or U+0000 in `event`, `id` or `comment`: it could forge fields and
 *   events; and for a `retry` that is no whole number of milliseconds.
 */
export function encodeEvent({ event, data, id, retry, comment }: EventFields): string {
  let block = "";
  if (comment !== undefined) block += `: ${line("comment", comment)}\n`;
  if (event !== undefined) block += `event: ${line("event", event)}\n`;
  if (id !== undefined) block += `id: ${line("id", id)}\n`;
  if (retry !== undefined) block += `retry: ${milliseconds(retry)}\n`;
  if (data !== undefined) block += `data: ${dataLines(data)}\n`;
  return `${block}\n`;
}

/**
 * Writes a comment alone. Sent now and then, it keeps proxies from ending a silent stream.
 *
 * @throws BaroError `BARO_FIELD` for a line break or U+0000.
 */
export function encodeComment(text = ""): string {
  return text === "" ? ":\n\n" : `: ${line("comment", text)}\n\n`;
}

function line(field: string, value: string): string {
  if (typeof value !== "string") {
    throw new BaroError(ERR_FIELD, `The ${field} of an event must be a string, not ${typeof value}`);
  }
  if (!UNFIT.test(value)) return value;
  const sentence = `The ${field} of an event must have no line break and no U+0000; put such text into its data`;
  throw new BaroError(ERR_FIELD, sentence);
}

function milliseconds(retry: number): number {
  if (Number.isSafeInteger(retry) && retry >= 0) return retry;
  throw new BaroError(ERR_FIELD, `retry must be a whole number of milliseconds, not ${String(retry)}`);
}

/** Most data is JSON on one line, and is taken as it is. */
function dataLines(data: string): string {
  if (typeof data !== "string") {
    throw new BaroError(ERR_FIELD, `The data of an event must be a string, not ${typeof data}`);
  }
  const breaks = data.includes("\n") || data.includes("\r");
  return breaks ? data.replace(LINE_BREAK, "\ndata: ") : data;
}
