import type { Base64, Binary } from "../binary.ts";
import type { Outgoing } from "./outgoing.ts";
import { decodePacketType, encodePacket, PacketType } from "./packet.ts";

// The payload of HTTP long-polling: packets joined by U+001E, binary ones as "b" and base64 (Engine.IO 4,
// "Packet encoding", HTTP long-polling).

/** Stands between two packets. */
export const SEPARATOR = "\x1e";
const BINARY_MARK = "b";

/**
 * The most packets that a server takes in one payload, however short they are: a megabyte of heartbeats would otherwise
 * be half a million packets.
 */
export const MAX_TINY_PACKETS = 16_384;
/**
 * In a payload of more packets, each takes so many characters on average, with its separator. Honest clients batch what
 * they sent during one round trip, and the shortest event, `42["a"]`, takes eight.
 */
const PACKET_LENGTH = 6;

/** How far a decoder came: to the end, to the end of its budget, or to text that is no packet. */
export type PayloadProgress = "done" | "more" | "malformed";

/** Takes one decoded packet. */
export type PacketCallback = (type: PacketType, data: string | Binary) => void;

/** One payload of all `outgoings`, in order. */
export function encodePayload(outgoings: readonly Outgoing[], base64: Base64): string {
  const [first] = outgoings;
  if (first === undefined) return "";
  if (outgoings.length === 1) return encodeOutgoing(first, base64);
  return outgoings.map((outgoing) => encodeOutgoing(outgoing, base64)).join(SEPARATOR);
}

/** The payload of one alone. It is built once and kept in its `payload`. */
function encodeOutgoing(outgoing: Outgoing, base64: Base64): string {
  if (outgoing.payload === undefined) {
    let payload = encodeText(outgoing.type, outgoing.data, base64);
    for (const attachment of outgoing.attachments) {
      payload += SEPARATOR + encodeText(outgoing.type, attachment, base64);
    }
    outgoing.payload = payload;
  }
  return outgoing.payload;
}

/** A packet as text, whatever its data is. */
export function encodeText(type: PacketType, data: string | Binary, base64: Base64): string {
  return typeof data === "string" ? encodePacket(type, data) : BINARY_MARK + base64.encode(data);
}

/**
 * Decodes one payload in slices, so that a request full of tiny packets cannot hold the event loop. It scans for
 * the separators: splitting the text would make an array as large as the sender likes before the first check.
 */
export class PayloadDecoder {
  readonly #text: string;
  readonly #base64: Base64;
  #position = 0;
  #packets = 0;

  constructor(text: string, base64: Base64) {
    this.#text = text;
    this.#base64 = base64;
  }

  /**
   * Hands up to `budget` packets to `receive`, in order. At `"more"` it wants to be called again. At
   * `"malformed"` the packets before the fault were handed over, and nothing follows; a payload of more than
   * {@link MAX_TINY_PACKETS} packets is malformed too, where these are shorter than any event. Throws only what `receive`
   * throws.
   */
  decode(budget: number, receive: PacketCallback): PayloadProgress {
    for (let left = budget; left > 0; left -= 1) {
      const found = this.#text.indexOf(SEPARATOR, this.#position);
      const end = found === -1 ? this.#text.length : found;
      const tooMany = this.#packets >= MAX_TINY_PACKETS && this.#position < this.#packets * PACKET_LENGTH;
      if (tooMany) return "malformed";
      const packet = this.#text.slice(this.#position, end);
      if (!decodePacket(packet, this.#base64, receive)) return "malformed";
      this.#packets += 1;
      if (found === -1) return "done";
      this.#position = found + 1;
    }
    return "more";
  }
}

/** The most packets that a client takes in one payload: 100 MiB of them would hold it up for many seconds. */
const MAX_PACKETS = 1_000_000;

/**
 * Decodes a whole payload at once, of a million packets at most: a client trusts its server with that, which may
 * have broadcast a thousand times a second while the client was away. Hands the packets before a fault to `receive`,
 * and says whether there was none. Throws only what `receive` throws.
 */
export function decodePayload(text: string, base64: Base64, receive: PacketCallback): boolean {
  const packets = text.split(SEPARATOR, MAX_PACKETS + 1);
  return packets.length <= MAX_PACKETS && packets.every((packet) => decodePacket(packet, base64, receive));
}

/** Decodes one packet of a payload; false for what is none. */
export function decodePacket(packet: string, base64: Base64, receive: PacketCallback): boolean {
  let type = decodePacketType(packet);
  let data: string | Binary | undefined = packet.slice(1);
  if (packet[0] === BINARY_MARK) {
    type = PacketType.MESSAGE;
    data = base64.decode(data);
  }
  if (type === undefined || data === undefined) return false;
  receive(type, data);
  return true;
}
