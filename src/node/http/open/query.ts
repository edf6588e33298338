import { isName } from "../../../plain/message.ts";
import { parseJson } from "../../../socketio/json.ts";
import type { Refusal } from "../refusal.ts";
import { OpenRefusal } from "./refusals.ts";

/** What the query of a client without a library asks for. */
export interface OpenQuery {
  readonly namespace: string;
  /** In their order, each once. */
  readonly rooms: readonly string[];
  /** The credentials: an object, as Socket.IO clients send it with their CONNECT. */
  readonly auth: Record<string, unknown>;
  /** Where the client stands: what came after it is sent first. */
  readonly after: string | undefined;
  readonly parameters: URLSearchParams;
}

const MAX_AUTH_DEPTH = 64;
/** Those that may stand once only: others on the way may read the other one. */
const SINGLE = ["ns", "auth", "after", "lastEventId", "id", "wait", "last"] as const;

/** Reads the target of a request; never throws, whatever the target is. */
export function parseOpenQuery(target: string, maxRooms: number): OpenQuery | Refusal {
  const start = target.indexOf("?");
  const parameters = new URLSearchParams(start === -1 ? "" : target.slice(start + 1));
  if (SINGLE.some((name) => parameters.getAll(name).length > 1)) return OpenRefusal.QUERY;
  const asked = parameters.get("ns") ?? "/";
  const namespace = asked.startsWith("/") ? asked : `/${asked}`;
  const rooms = [...new Set(parameters.getAll("room"))];
  if (rooms.length > maxRooms) return OpenRefusal.ROOMS;
  if (!isName(namespace) || rooms.some((room) => room === "" || !isName(room))) return OpenRefusal.NAME;
  const auth = parseAuth(parameters.get("auth"));
  if (auth === undefined) return OpenRefusal.QUERY;
  const after = parameters.get("after") ?? parameters.get("lastEventId") ?? undefined;
  return { namespace, rooms, auth, after, parameters };
}

function parseAuth(text: string | null): Record<string, unknown> | undefined {
  if (text === null) return {};
  const auth = parseJson(text, MAX_AUTH_DEPTH);
  const isObject = typeof auth === "object" && auth !== null && !Array.isArray(auth);
  // A fault of the parser is an instance, and no plain object.
  return isObject && Object.getPrototypeOf(auth) === Object.prototype
    ? (auth as Record<string, unknown>)
    : undefined;
}
