import type { Binary } from "../binary.ts";
import type { Held } from "./blobs.ts";
import type { PacketType } from "./packet.ts";

/** One unit of what a client sends: a packet with the binary packets that must follow it without anything between. */
export interface ClientOutgoing extends Held {
  readonly type: PacketType;
  /** The data of the packet, and behind it each attachment. */
  readonly parts: readonly (string | Binary)[];
  /** About how many bytes this holds, for the limits of queues: UTF-16 units count as one byte. */
  readonly bytes: number;
}

/** A packet as a client sends it. */
export function createOutgoing(type: PacketType, parts: ClientOutgoing["parts"] = [""]): ClientOutgoing {
  return { type, parts, bytes: sizeOf(parts) };
}

/** About how many bytes `parts` hold. */
export function sizeOf(parts: ClientOutgoing["parts"]): number {
  let size = 0;
  for (const part of parts) size += typeof part === "string" ? part.length : part.byteLength;
  return size;
}
