import type { EventSourceSettings } from "./options.ts";

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** As many as `fetch` itself follows (Fetch standard, section 4.4). */
const MAX_REDIRECTS = 20;

/** Where a stream came from. */
export interface Found {
  readonly response: Response;
  /** The origin that answered, behind all redirects. */
  readonly origin: string;
}

/**
 * Asks for a stream of events (HTML standard, section 9.2.2). Redirects are followed here and not by `fetch`, which
 * would carry the program's headers to whatever origin a server names.
 *
 * @param lastEventId what the program has heard last; empty for nothing.
 * @throws what `fetch` throws, and an error for redirects that lead nowhere.
 */
export async function requestStream(
  start: URL,
  lastEventId: string,
  { headers, credentials, fetch }: EventSourceSettings,
  signal: AbortSignal,
): Promise<Found> {
  let url = start;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const sent = new Headers(url.origin === start.origin ? headers : {});
    sent.set("Accept", "text/event-stream");
    if (lastEventId !== "") sent.set("Last-Event-ID", toByteString(lastEventId));
    const init: RequestInit = { headers: sent, redirect: "manual", cache: "no-store", credentials, signal };
    const response = await fetch(url.href, init);
    const location = REDIRECTS.has(response.status) ? response.headers.get("location") : null;
    if (location === null) return { response, origin: url.origin };
    discard(response);
    const next = new URL(location, url);
    if (!isHttp(next)) throw new Error(`a redirect leads to ${next.protocol}`);
    url = next;
  }
  throw new Error(`more than ${MAX_REDIRECTS} redirects`);
}

/** Whether a stream can be asked for there. */
export function isHttp({ protocol }: URL): boolean {
  return protocol === "http:" || protocol === "https:";
}

/** Lets go of a response whose body nobody reads, and of its connection. */
export function discard(response: Response): void {
  response.body?.cancel().catch(() => {});
}

/** In UTF-8, byte for character, as a header takes it. */
function toByteString(text: string): string {
  let bytes = "";
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}
