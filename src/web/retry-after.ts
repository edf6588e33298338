/**
 * Milliseconds that `Retry-After` asks for (RFC 9110, section 10.2.3): seconds or a date; `NaN` for anything else, and
 * `undefined` where there is no such header.
 */
export function parseRetryAfter(header: string | null | undefined): number | undefined {
  if (!header) return undefined;
  const seconds = Number(header);
  return seconds >= 0 ? seconds * 1_000 : Date.parse(header) - Date.now();
}
