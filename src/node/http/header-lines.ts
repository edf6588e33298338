import { type OutgoingHttpHeaders, validateHeaderName, validateHeaderValue } from "node:http";

/** Adds headers of the application to the lines of an answer. @throws what Node throws for what no header can hold. */
export function appendHeaders(lines: string[], headers: OutgoingHttpHeaders): void {
  for (const [name, values] of Object.entries(headers)) {
    validateHeaderName(name);
    for (const value of [values ?? []].flat()) {
      validateHeaderValue(name, String(value));
      lines.push(`${name}: ${value}`);
    }
  }
}
