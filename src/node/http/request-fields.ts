import { type IncomingMessage, ServerResponse } from "node:http";
import { pathOf } from "./engine-query.ts";

// Shared by all requests, and computed when they are first read: most requests are never asked for either. An idle
// connection keeps its first request, and a response of its own would be a kilobyte for each.
const RES: PropertyDescriptor = {
  configurable: true,
  get(this: IncomingMessage): ServerResponse {
    return keep(this, "res", new ServerResponse(this));
  },
  set(this: IncomingMessage, response: ServerResponse) {
    keep(this, "res", response);
  },
};
const QUERY: PropertyDescriptor = {
  configurable: true,
  get(this: IncomingMessage): Record<string, string | string[]> {
    return keep(this, "_query", parseQuery(this.url ?? ""));
  },
  set(this: IncomingMessage, query: unknown) {
    keep(this, "_query", query);
  },
};

/**
 * Gives `request` what programs for Socket.IO find there: `res`, its response, as Express has it, and `_query`, the
 * parameters of its target, by which the documentation's middlewares know a handshake (`_query.sid === undefined`).
 * @param response absent for an upgrade: then `res` is a response that leads nowhere.
 */
export function describeRequest(request: IncomingMessage, response?: ServerResponse): void {
  // Another layer, Express for one, may have set it.
  if (!("_query" in request)) {
    // One by one: both at once take twice to four times as long.
    Object.defineProperty(request, "res", RES);
    Object.defineProperty(request, "_query", QUERY);
  }
  if (response !== undefined) Object.assign(request, { res: response });
}

function keep<Value>(request: IncomingMessage, name: string, value: Value): Value {
  Object.defineProperty(request, name, { value, writable: true, enumerable: true, configurable: true });
  return value;
}

function parseQuery(target: string): Record<string, string | string[]> {
  // No prototype: a parameter named "__proto__" is one like any other.
  const query: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(target.slice(pathOf(target).length))) {
    const before = query[name];
    query[name] = before === undefined ? value : [before, value].flat();
  }
  return query;
}
