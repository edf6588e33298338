import { Malformed } from "./malformed.ts";
import { PacketType } from "./packet.ts";

/** What stands before the JSON of a packet: `<type>[<attachments>-][/<namespace>,][<id>]`. */
export interface Header {
  readonly type: PacketType;
  readonly attachments: number;
  readonly namespace: string;
  readonly id: number | undefined;
  /** Where the JSON begins; the length of the text when there is none. */
  readonly end: number;
}

/** In UTF-16 units. A namespace is a key of tables: a megabyte of a name must not be kept or answered. */
const MAX_NAMESPACE_LENGTH = 1_024;
/** 15 digits are always a safe integer, so that an id comes back as it was sent. */
const MAX_ID_DIGITS = 15;

const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const SLASH = 0x2f;
const DASH = 0x2d;

/** Reads the header of a packet, strictly: every character has one meaning or none. */
export function parseHeader(text: string, maxAttachments: number): Header | Malformed {
  const type = text.charCodeAt(0) - DIGIT_0;
  if (!isPacketType(type)) return new Malformed("illegal type");
  let position = 1;

  let attachments = 0;
  if (type === PacketType.BINARY_EVENT || type === PacketType.BINARY_ACK) {
    const end = endOfDigits(text, position);
    attachments = Number(text.slice(position, end));
    if (text.charCodeAt(end) !== DASH || attachments < 1 || attachments > maxAttachments) {
      return new Malformed("illegal attachments");
    }
    position = end + 1;
  }

  let namespace = "/";
  if (text.charCodeAt(position) === SLASH) {
    const comma = text.indexOf(",", position);
    // Some clients leave out the comma when nothing follows.
    const end = comma === -1 ? text.length : comma;
    if (end - position > MAX_NAMESPACE_LENGTH) return new Malformed("namespace too long");
    namespace = text.slice(position, end);
    position = comma === -1 ? end : end + 1;
  }

  const end = endOfDigits(text, position);
  if (end - position > MAX_ID_DIGITS) return new Malformed("id too long");
  const id = end === position ? undefined : Number(text.slice(position, end));
  return { type, attachments, namespace, id, end };
}

function isPacketType(type: number): type is PacketType {
  return type >= PacketType.CONNECT && type <= PacketType.BINARY_ACK;
}

function endOfDigits(text: string, start: number): number {
  let position = start;
  for (;;) {
    const code = text.charCodeAt(position);
    // NaN behind the end is no digit either.
    if (!(code >= DIGIT_0 && code <= DIGIT_9)) return position;
    position += 1;
  }
}
