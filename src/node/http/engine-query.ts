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
  const parameters = new URLSearchParams(start === -1 ? "" : target.slice(start + 1));
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

/** What stands below `path` in a request's target; nothing for a target that is not below it. */
export function nameBelow(path: string, target = ""): string {
  const name = pathOf(target);
  const folder = path.endsWith("/") ? path : `${path}/`;
  return name.startsWith(folder) ? name.slice(folder.length) : "";
}

/** The path of a request's target, without its query. */
export function pathOf(target: string): string {
  const end = target.indexOf("?");
  return end === -1 ? target : target.slice(0, end);
}
