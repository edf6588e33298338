import { Outgoing } from "../engine/outgoing.ts";
import { PacketType } from "../engine/packet.ts";
import { encode } from "../socketio/encoder.ts";
import type { Packet } from "../socketio/packet.ts";

/** Encodes a packet of Socket.IO into messages of Engine.IO, for one session or for many. */
export function toOutgoing(packet: Packet): Outgoing {
  const { text, attachments } = encode(packet);
  return new Outgoing(PacketType.MESSAGE, text, attachments);
}
