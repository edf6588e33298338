import type { Binary } from "../binary.ts";
import { parseHeader } from "./header.ts";
import { Malformed } from "./malformed.ts";
import { type JsonObject, type Packet, PacketType } from "./packet.ts";
import { RESERVED_EVENTS } from "./reserved.ts";

/** The bounds of what a peer may send. */
export interface DecoderLimits {
  /** Binary attachments of one packet; 10 by default. Stops headers that announce buffers without end. */
  readonly maxAttachments?: number;
  /** Sum of the bytes of one packet's attachments; 1,000,000 by default. The limit of a message bounds each alone. */
  readonly maxAttachmentBytes?: number;
}

/** What a message of the peer led to: a whole packet, a packet that still lacks attachments, or a fault. */
export type Decoded = Packet | "incomplete" | Malformed;

/** An event name is an entry in tables and logs: it has the bound of all names. In UTF-16 units. */
const MAX_EVENT_LENGTH = 1_024;

/** The place of one attachment in the data of its packet. */
interface Slot {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

interface Pending {
  readonly packet: Packet;
  /** Where the attachments go that are still to come, in their order. */
  readonly slots: Slot[];
  bytes: number;
}

/**
 * Puts the messages of one peer together to packets (Socket.IO protocol 5, "Packet encoding"). It believes
 * nothing: each payload has the shape that its type asks for, each attachment exactly one place. It never
 * throws; after a {@link Malformed} the connection is to be closed.
 */
export class Decoder {
  readonly #maxAttachments: number;
  readonly #maxAttachmentBytes: number;
  /** The packet whose attachments are awaited. */
  protected pending: Pending | undefined = undefined;

  constructor({ maxAttachments = 10, maxAttachmentBytes = 1_000_000 }: DecoderLimits = {}) {
    this.#maxAttachments = maxAttachments;
    this.#maxAttachmentBytes = maxAttachmentBytes;
  }

  /** A text message: the head of a packet, or all of it. */
  receiveText(text: string): Decoded {
    const header = parseHeader(text);
    if (!header || this.pending || header.attachments > this.#maxAttachments) {
      return new Malformed("illegal header");
    }
    const { type, attachments, nsp, id, end } = header;
    const slots: (Slot | null)[] = new Array(attachments).fill(null);
    let data: unknown;
    try {
      if (end < text.length)
        data = this.parseJson(text.slice(end), attachments > 0 ? toFind(slots) : undefined);
    } catch {
      return new Malformed("illegal JSON");
    }
    const packet = toPacket(type, nsp, id, data);
    if (!packet || slots.includes(null)) return new Malformed("illegal payload");
    if (attachments === 0) return packet;
    this.pending = { packet, slots: slots as Slot[], bytes: 0 };
    return "incomplete";
  }

  /** A binary message: the next attachment of the packet that waits. */
  receiveBinary(data: Binary): Decoded {
    const { pending } = this;
    const slot = pending?.slots.shift();
    if (!pending || !slot) return new Malformed("an attachment of no packet");
    pending.bytes += data.byteLength;
    if (pending.bytes > this.#maxAttachmentBytes) return new Malformed("attachments too long");
    // An own property always, so that `__proto__` is one like any other.
    slot.holder[slot.key] = data;
    if (pending.slots.length > 0) return "incomplete";
    this.pending = undefined;
    return pending.packet;
  }

  /** Throws for what is no JSON. How deep it is nested a client leaves to `JSON.parse`: it trusts its server so far. */
  protected parseJson(json: string, reviver: Reviver | undefined): unknown {
    return JSON.parse(json, reviver);
  }
}

/** What looks at each value while JSON is parsed. */
export type Reviver = (this: Record<string, unknown>, key: string, value: unknown) => unknown;

/**
 * Finds the places of attachments while JSON is parsed. Each number must stand once: a buffer that a hundred thousand
 * placeholders name, or an index such as "splice", is how binary packets have been attacked. Throws at such a one.
 */
function toFind(slots: (Slot | null)[]): Reviver {
  return function (key, value) {
    const { _placeholder, num } = (value ?? {}) as { _placeholder?: unknown; num?: unknown };
    if (_placeholder === true) {
      if (typeof num !== "number" || slots[num] !== null) throw new RangeError();
      slots[num] = { holder: this, key };
    }
    return value;
  };
}

/** Gives `undefined` where the payload has not the shape that its type asks for. */
export function toPacket(
  type: number,
  nsp: string,
  id: number | undefined,
  data: unknown,
): Packet | undefined {
  return hasShape(type, id, data) ? ({ type, nsp, id, data } as Packet) : undefined;
}

function hasShape(type: number, id: number | undefined, data: unknown): boolean {
  if (type === PacketType.EVENT) return isEvent(data);
  if (type === PacketType.ACK) return id !== undefined && Array.isArray(data);
  // Only the two above are acknowledged, or acknowledge.
  if (id !== undefined) return false;
  if (type === PacketType.CONNECT) return data === undefined || isObject(data);
  if (type === PacketType.CONNECT_ERROR) return typeof data === "string" || isObject(data);
  return type === PacketType.DISCONNECT && data === undefined;
}

/** Whether the data is that of an event. */
export function isEvent(data: unknown): data is [string, ...unknown[]] {
  if (!Array.isArray(data)) return false;
  const event: unknown = data[0];
  return typeof event === "string" && event.length <= MAX_EVENT_LENGTH && !RESERVED_EVENTS.has(event);
}

function isObject(data: unknown): data is JsonObject {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}
