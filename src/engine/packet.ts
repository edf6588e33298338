/** The packet types of Engine.IO 4, by their number on the wire. */
export const PacketType = {
  OPEN: 0,
  CLOSE: 1,
  PING: 2,
  PONG: 3,
  MESSAGE: 4,
  UPGRADE: 5,
  NOOP: 6,
} as const;
export type PacketType = (typeof PacketType)[keyof typeof PacketType];

const DIGIT_ZERO = 0x30;

/** A packet as text: the digit of its type, then its data (Engine.IO 4, "Packet encoding"). */
export function encodePacket(type: PacketType, data: string): string {
  return `${type}${data}`;
}

/** The code of the character that stands for a type. */
export function characterOf(type: PacketType): number {
  return DIGIT_ZERO + type;
}

/** The type of a packet in text, by its first character; `undefined` for text that is no packet. The data follows it. */
export function decodePacketType(text: string): PacketType | undefined {
  return packetTypeOf(text.charCodeAt(0));
}

/** The type that a character stands for, by its code; `undefined` for none, and for the `NaN` of empty text. */
export function packetTypeOf(characterCode: number): PacketType | undefined {
  const type = characterCode - DIGIT_ZERO;
  return type >= PacketType.OPEN && type <= PacketType.NOOP ? (type as PacketType) : undefined;
}
