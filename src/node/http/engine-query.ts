/** What a request to the engine asks for. */
export interface EngineQuery {
  /** The protocol version. */
  readonly version: string | undefined;
  readonly transport: string | undefined;
  readonly sid: string | undefined;
}

/**
 * Reads the target of a request; never throws, whatever the target is. `undefined` for a parameter that stands there
 * twice, because others on the way may read the other one, and for JSONP, which Engine.IO 4 has no more.
 */
export function parseEngineQuery(target: string): EngineQuery | undefined {
  const start = target.indexOf("?");
  const query = start === -1 ? "" : target.slice(start + 1);
  return ENCODED.test(query) ? parseEncoded(query) : parsePlain(query);
}

/**
 * Reads targets by `read`, and one that is the same as before not again: nearly all clients that begin with WebSocket ask
 * for the same. What reads is not even compiled for the first 10,000 of them then.
 */
export function rememberLast<Result>(read: (target: string) => Result): (target?: string) => Result {
  let last: { readonly target: string; readonly result: Result } | undefined;
  return (target = "") => {
    if (last?.target !== target) last = { target, result: read(target) };
    return last.result;
  };
}

/** What only a parser of URLs reads rightly; a second question mark at the beginning is one that it leaves out. */
const ENCODED = /^\?|[%+]/;

/** As nearly all clients ask: of what it costs to accept one, the parser of URLs would take a fiftieth. */
function parsePlain(query: string): EngineQuery | undefined {
  let version: string | undefined;
  let transport: string | undefined;
  let sid: string | undefined;
  for (let at = 0; at < query.length; ) {
    const stop = query.indexOf("&", at);
    const end = stop === -1 ? query.length : stop;
    const parameter = query.slice(at, end);
    const equals = parameter.indexOf("=");
    const name = equals === -1 ? parameter : parameter.slice(0, equals);
    const value = equals === -1 ? "" : parameter.slice(equals + 1);
    if (name === "EIO") {
      if (version !== undefined) return undefined;
      version = value;
    } else if (name === "transport") {
      if (transport !== undefined) return undefined;
      transport = value;
    } else if (name === "sid") {
      if (sid !== undefined) return undefined;
      sid = value;
    } else if (name === "j") {
      return undefined;
    }
    at = end + 1;
  }
  return { version, transport, sid };
}

function parseEncoded(query: string): EngineQuery | undefined {
  const parameters = new URLSearchParams(query);
  for (const name of ["EIO", "transport", "sid"]) {
    if (parameters.getAll(name).length > 1) return undefined;
  }
  if (parameters.has("j")) return undefined;
  const get = (name: string): string | undefined => parameters.get(name) ?? undefined;
  return { version: get("EIO"), transport: get("transport"), sid: get("sid") };
}

/** Whether the client asks in its URL for what Baro speaks beyond Socket.IO (docs/protocol.md). */
export function asksForMore(target = ""): boolean {
  return /[?&]baro=1(?:&|$)/.test(target);
}

/**
 * What stands below `path` in a request's target: `""` for the path itself, `undefined` for a target that is not below it.
 *
 * @param folder the path with a slash at its end.
 */
export function nameBelow(path: string, folder: string, target: string): string | undefined {
  const asked = pathOf(target);
  if (asked.startsWith(folder)) return asked.slice(folder.length);
  return asked === path ? "" : undefined;
}

/** The path of a request's target, without its query. */
export function pathOf(target: string): string {
  const end = target.indexOf("?");
  return end === -1 ? target : target.slice(0, end);
}
