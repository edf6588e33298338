import type { Answer } from "../../../server/open-client.ts";
import type { Refusal } from "../refusal.ts";

const refusal = (status: number, code: string, message: string): Refusal => ({ status, code, message });

/** Why a request of a client without a library is not served. `code` is for programs, `message` for people. */
export const OpenRefusal = {
  QUERY: refusal(400, "query", "The query has a parameter twice, or one with a value that it cannot have."),
  NAME: refusal(400, "name", "A name may have 256 bytes at most, and must have one."),
  ROOMS: refusal(400, "rooms", "Too many rooms at once."),
  METHOD: {
    ...refusal(405, "method", "This method is not for this address."),
  },
  UPGRADE: {
    ...refusal(426, "upgrade", "This address speaks WebSocket only."),
    headers: { Connection: "Upgrade", Upgrade: "websocket" },
  },
  FORBIDDEN: refusal(403, "forbidden", "The server does not let this client in."),
  ROOM: refusal(403, "room", "This client may not listen to any of these rooms."),
  NAMESPACE: refusal(404, "namespace", "There is no such namespace."),
  ADDRESS: refusal(404, "address", "There is nothing at this address."),
  SILENT: refusal(503, "silent", "The application did not answer in time."),
  CLOSING: refusal(503, "closing", "The server is closing."),
} as const;

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
