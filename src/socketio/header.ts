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

/**
 * Every character has one meaning or none. Some clients leave out the comma behind a namespace when nothing follows. An
 * id of 15 digits is always a safe integer, so that it comes back as it was sent.
 */
const HEADER = /^([0-6])(?:([1-9]\d*)-)?(?:(\/[^,]*),?)?(\d{0,15})/;

/** Reads the header of a packet. */
export function parseHeader(text: string, maxAttachments: number): Header | Malformed {
  const match = HEADER.exec(text);
  if (match === null) return new Malformed("illegal type");
  const [header, digit, count = 0, namespace = "/", id] = match;
  const type = Number(digit) as PacketType;
  const attachments = Number(count);
  if (attachments > 0 !== type >= PacketType.BINARY_EVENT || attachments > maxAttachments) {
    return new Malformed("illegal attachments");
  }
  if (namespace.length > MAX_NAMESPACE_LENGTH) return new Malformed("namespace too long");
  return { type, attachments, namespace, id: id ? Number(id) : undefined, end: header.length };
}
