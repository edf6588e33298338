import { isName } from "../../../plain/message.ts";
import type { From } from "../../../server/recovery/past.ts";
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
  /** Where the client begins; absent for one that wants what comes. */
  readonly from: From | undefined;
  /** Milliseconds that a poll waits for something new. */
  readonly wait: number;
  /** The id of the stream whose client posts. */
  readonly id: string;
}

const MAX_AUTH_DEPTH = 64;
/** Events of the past that a client may ask for. */
const MAX_LAST = 1_000;
/** Seconds that a poll may wait: proxies cut off what is silent for a minute. */
const MAX_WAIT = 55;
/** Those that may stand once only: others on the way may read the other one. */
const SINGLE = ["ns", "auth", "after", "lastEventId", "id", "wait", "last"] as const;

/**
 * Reads the target of a request; never throws, whatever the target is.
 *
 * @param lastEventId the header of `EventSource`, which is newer than what its URL says.
 */
export function parseOpenQuery(
  target: string,
  lastEventId: string | undefined,
  maxRooms: number,
): OpenQuery | Refusal {
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
  const token = lastEventId ?? parameters.get("after") ?? parameters.get("lastEventId");
  const last = toNumber(parameters.get("last"), MAX_LAST);
  const wait = toNumber(parameters.get("wait"), MAX_WAIT);
  if (last === "illegal" || wait === "illegal") return OpenRefusal.QUERY;
  const from = token !== null ? { token } : last === undefined ? undefined : { last };
  return { namespace, rooms, auth, from, wait: (wait ?? 0) * 1000, id: parameters.get("id") ?? "" };
}

function toNumber(text: string | null, most: number): number | "illegal" | undefined {
  if (text === null) return undefined;
  return /^\d{1,9}$/.test(text) ? Math.min(Number(text), most) : "illegal";
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
