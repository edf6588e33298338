/** The bounds of what a client without a library may send. */
export const PLAIN_LIMITS = {
  /** Levels of JSON. Deeper data overflows the stack of a program that walks it. */
  depth: 64,
  /** Bytes of the name of an event, a namespace or a room. Names fill maps and logs. */
  name: 256,
} as const;

/** The largest id of an acknowledgement: 15 digits, so that every number type of every language holds it. */
export const MAX_ACK_ID = 999_999_999_999_999;

/** What a client says: an event, which may want an answer, or the answer to an event of the server. */
export type ClientMessage =
  | {
      readonly type: "event";
      /** The name, then the arguments. */
      readonly data: readonly [event: string, ...args: unknown[]];
      /** Where the client wants an acknowledgement, what it will know it by. */
      readonly id: number | undefined;
    }
  | { readonly type: "ack"; readonly id: number; readonly args: readonly unknown[] };

const ENCODER = new TextEncoder();
/** A UTF-16 unit is three bytes at most. */
const WIDEST_UNIT = 3;

/** Whether `name` has no more bytes than a name may have. */
export function isName(name: string): boolean {
  const { name: limit } = PLAIN_LIMITS;
  if (name.length * WIDEST_UNIT <= limit) return true;
  return name.length <= limit && ENCODER.encode(name).length <= limit;
}
