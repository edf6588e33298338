import type { Room, SocketId } from "../audience.ts";

/** The socket that a session belongs to while its client is there. */
export interface Holder {
  /** @internal Ends the connection, as if it had been lost: the client has come back on another one. */
  supersede(): void;
  join(room: Room): void;
  leave(room: Room): void;
}

/** What is known of a client beyond its connection. */
export interface Session {
  /** Names the session: its client alone knows it. Good for one recovery at a time. */
  readonly pid: string;
  /** The id of its socket, which others may know. */
  readonly sid: SocketId;
  /** The sequence number at which it began. */
  readonly start: number;
  /** Its rooms, and the sequence number at which it joined each: what was said before is not for it. */
  readonly floors: Map<Room, number>;
  /** As the application left it. */
  data: unknown;
  /** `undefined` while the client is away. */
  holder: Holder | undefined;
}

const FIXED_BYTES = 500;
const ROOM_BYTES = 80;

/** About how many bytes a session holds. */
export function sizeOfSession({ floors, data }: Session): number {
  let size = FIXED_BYTES + sizeOf(data);
  for (const room of floors.keys()) size += ROOM_BYTES + room.length * 2;
  return size;
}

/** Values that are looked at: data of the application may be a graph of everything that it has. */
const MAX_VISITS = 1_000;

/** About how many bytes a value holds, as far as {@link MAX_VISITS} lead. */
export function sizeOf(value: unknown): number {
  const waiting: unknown[] = [value];
  const seen = new Set<unknown>();
  let size = 0;
  for (let visits = 0; waiting.length > 0 && visits < MAX_VISITS; visits++) {
    const next = waiting.pop();
    size += 8;
    if (typeof next === "string") {
      size += next.length * 2;
    } else if (next instanceof ArrayBuffer || ArrayBuffer.isView(next)) {
      size += next.byteLength;
    } else if (typeof next === "object" && next !== null && !seen.has(next)) {
      seen.add(next);
      size += 32;
      for (const [key, inner] of contents(next)) {
        size += key.length * 2;
        if (waiting.length >= MAX_VISITS) break;
        waiting.push(inner);
      }
    }
  }
  return size;
}

/** No accessor is called: it would be code of the application. */
function* contents(value: object): Generator<[string, unknown]> {
  if (value instanceof Map || value instanceof Set) {
    for (const inner of value.values()) yield ["", inner];
    return;
  }
  for (const key in value) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (property !== undefined && "value" in property) yield [key, property.value];
  }
}
