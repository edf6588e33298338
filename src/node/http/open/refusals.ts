import type { Answer } from "../../../server/open-client.ts";
import type { Refusal } from "../refusal.ts";

const refusal = (status: number, code: string, message: string): Refusal => ({ status, code, message });

/** Why a request of a client without a library is not served. `code` is for programs, `message` for people. */
export const OpenRefusal = {
  QUERY: refusal(400, "query", "The query has a parameter twice, or one with a value that it cannot have."),
  NO_ROOMS: refusal(400, "rooms", "A poll must name the rooms that it asks about."),
  NAME: refusal(400, "name", "A name may have 256 bytes at most, and must have one."),
  ROOMS: refusal(400, "rooms", "Too many rooms at once."),
  SECRET: {
    ...refusal(401, "secret", "Authorization must have the secret of this stream."),
    headers: { "WWW-Authenticate": "Bearer" },
  },
  UPGRADE: {
    ...refusal(426, "upgrade", "This address speaks WebSocket only."),
    headers: { Connection: "Upgrade", Upgrade: "websocket" },
  },
  NO_UPGRADE: refusal(400, "upgrade", "This address does not speak WebSocket."),
  POSITION: refusal(400, "position", "This is no position."),
  NO_POSITION: refusal(409, "position", "There is no such position in the history of this namespace."),
  EXPIRED: refusal(410, "expired", "What came after this position is not kept any more: begin without it."),
  HISTORY: refusal(404, "history", "Nothing is kept of any of these rooms."),
  FORBIDDEN: refusal(403, "forbidden", "The server does not let this client in."),
  ROOM: refusal(403, "room", "This client may not listen to any of these rooms."),
  NAMESPACE: refusal(404, "namespace", "There is no such namespace."),
  ADDRESS: refusal(404, "address", "There is nothing at this address."),
  KEY: {
    ...refusal(401, "key", "Authorization must have a key of this server, or a signature with one."),
    headers: { "WWW-Authenticate": "Bearer" },
  },
  REPEAT_KEY: refusal(400, "idempotency", "An idempotency key has 1 to 256 characters."),
  REPEAT: refusal(409, "idempotency", "This idempotency key came with another body before."),
  GONE: refusal(410, "gone", "This stream has ended."),
  BODY: {
    ...refusal(413, "body", "The body is over the limit."),
    headers: { Connection: "close" },
  },
  ACKS: refusal(429, "acks", "Too many events of this client wait for their acknowledgement."),
  SILENT: refusal(503, "silent", "The application did not answer in time."),
  UNANSWERED: refusal(504, "unanswered", "The application did not acknowledge the event in time."),
  CLOSING: refusal(503, "closing", "The server is closing."),
} as const;

/** A request that came with a method that its address does not have. */
export function wrongMethod(allowed: string): Refusal {
  return {
    ...refusal(405, "method", `This address answers ${allowed} only.`),
    headers: { Allow: allowed },
  };
}

/** A body that is none of the messages that a client may send. */
export function wrongMessage(reason: string): Refusal {
  return refusal(400, "message", `This is no message: ${reason}.`);
}

/** A client that sends too much. @param rest milliseconds until it may send again. */
export function tooFast(rest: number): Refusal {
  return {
    ...refusal(429, "rate", "This client sends too much."),
    headers: { "Retry-After": String(Math.ceil(rest / 1000)) },
  };
}

/** A client that connects too soon, or finds no room. @param wait seconds until it may ask again. */
export function tooBusy(wait: number): Refusal {
  return {
    ...refusal(503, "busy", "Too many clients connect to this server."),
    headers: { "Retry-After": String(Math.ceil(wait)) },
  };
}

/** What the client hears when the application did not let it in. */
export function toRefusal(answer: Exclude<Answer, { kind: "granted" }>): Refusal {
  switch (answer.kind) {
    case "unknown namespace":
      return OpenRefusal.NAMESPACE;
    case "silent":
      return OpenRefusal.SILENT;
    case "no room":
      return OpenRefusal.ROOM;
    case "refused":
      return { ...OpenRefusal.FORBIDDEN, message: answer.message };
  }
}
