import type { IncomingMessage } from "node:http";
import type { EngineSettings } from "./engine-options.ts";
import type { EngineQuery } from "./engine-query.ts";
import {
  BAD_HANDSHAKE_METHOD,
  BAD_REQUEST,
  FORBIDDEN,
  type Refusal,
  UNKNOWN_SID,
  UNKNOWN_TRANSPORT,
  UNSUPPORTED_PROTOCOL,
} from "./refusal.ts";
import type { Entry, SessionTable } from "./session-table.ts";

/** A new session's id, when nothing is against it. */
export interface NewSession {
  readonly id: string;
}

/** What a request comes to in the end. */
export type Admission = Refusal | Entry | NewSession;

/** The version of the protocol, as the `EIO` parameter has it. */
const PROTOCOL = "4";

/**
 * What a request comes to: its session, a refusal, or `undefined` for one that asks for a new session and may.
 * The rules are those of Engine.IO 4, "HTTP requests", in the order in which its clients know the errors.
 *
 * @param mayUse whether the page that sent the request may use the session, or open one.
 */
export function checkRequest(
  { method }: IncomingMessage,
  query: EngineQuery | undefined,
  kind: "request" | "upgrade",
  transports: EngineSettings["transports"],
  mayUse: (entry: Entry | undefined) => boolean,
  sessions: SessionTable,
): Entry | Refusal | undefined {
  if (query === undefined) return BAD_REQUEST;
  const transport = transports.find((name) => name === query.transport);
  if (transport === undefined) return { ...UNKNOWN_TRANSPORT, context: { transport: query.transport } };
  const entry = query.sid === undefined ? undefined : sessions.get(query.sid);
  if (query.sid !== undefined && entry === undefined) return { ...UNKNOWN_SID, context: { sid: query.sid } };
  if (!mayUse(entry)) return FORBIDDEN;
  if (kind === "upgrade" && transport !== "websocket") return BAD_REQUEST;
  if (entry === undefined) {
    if (method !== "GET") return { ...BAD_HANDSHAKE_METHOD, context: { method } };
    if (kind === "request" && transport === "websocket") return BAD_REQUEST;
    return query.version === PROTOCOL ? undefined : unsupported(query.version);
  }
  if (query.version !== undefined && query.version !== PROTOCOL) return unsupported(query.version);
  if (kind === "upgrade") return entry.session.mayUpgradeTo(transport) ? entry : BAD_REQUEST;
  if (transport === "websocket" || entry.session.transportName !== transport) return BAD_REQUEST;
  if (method === "POST") return entry;
  return method === "GET" && entry.http?.receivePoll !== undefined ? entry : BAD_REQUEST;
}

function unsupported(version: string | undefined): Refusal {
  // Without a number it was the protocol before this one.
  return { ...UNSUPPORTED_PROTOCOL, context: { protocol: Number(version ?? 3) } };
}
