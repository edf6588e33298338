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
