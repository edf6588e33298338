/** The packet types of Socket.IO 5, by their number on the wire. */
export const PacketType = {
  CONNECT: 0,
  DISCONNECT: 1,
  EVENT: 2,
  ACK: 3,
  CONNECT_ERROR: 4,
  BINARY_EVENT: 5,
  BINARY_ACK: 6,
} as const;
export type PacketType = (typeof PacketType)[keyof typeof PacketType];

/** An object of JSON: no array, not null. */
export type JsonObject = { readonly [key: string]: unknown };

/** Asks for a namespace with credentials, or grants it with the socket's id. */
export interface ConnectPacket {
  readonly type: typeof PacketType.CONNECT;
  readonly nsp: string;
  readonly id: undefined;
  readonly data: JsonObject | undefined;
}

/** Leaves a namespace. */
interface DisconnectPacket {
  readonly type: typeof PacketType.DISCONNECT;
  readonly nsp: string;
  readonly id: undefined;
  readonly data: undefined;
}

/** An event: its name, then its arguments. With an `id` it wants an acknowledgement. */
export interface EventPacket {
  readonly type: typeof PacketType.EVENT;
  readonly nsp: string;
  readonly id: number | undefined;
  readonly data: readonly [event: string, ...args: unknown[]];
}

/** The answer to the event that carried the same `id`. */
export interface AckPacket {
  readonly type: typeof PacketType.ACK;
  readonly nsp: string;
  readonly id: number;
  readonly data: readonly unknown[];
}

/** Refuses a namespace. */
interface ConnectErrorPacket {
  readonly type: typeof PacketType.CONNECT_ERROR;
  readonly nsp: string;
  readonly id: undefined;
  readonly data: JsonObject | string;
}

/**
 * A packet as the policy layers see it. The two binary types exist only on the wire: whether an event or an
 * acknowledgement holds binary data is for the codec to find out.
 */
export type Packet = ConnectPacket | DisconnectPacket | EventPacket | AckPacket | ConnectErrorPacket;
