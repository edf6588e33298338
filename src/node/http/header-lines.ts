import { type OutgoingHttpHeaders, validateHeaderName, validateHeaderValue } from "node:http";

/** Gives what adds headers of the application to an answer; `undefined` where it has none. */
export function changeBy(headers: OutgoingHttpHeaders): ((lines: string[]) => void) | undefined {
  for (const _name in headers) return (lines) => appendHeaders(lines, headers);
  return undefined;
}

/** Adds headers of the application to the lines of an answer. @throws what Node throws for what no header can hold. */
function appendHeaders(lines: string[], headers: OutgoingHttpHeaders): void {
  for (const [name, values] of Object.entries(headers)) {
    validateHeaderName(name);
    for (const value of [values ?? []].flat()) {
      validateHeaderValue(name, String(value));
      lines.push(`${name}: ${value}`);
    }
  }
}
