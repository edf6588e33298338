import type { PacketType } from "./packet.ts";

/** What stands before the JSON of a packet: `<type>[<attachments>-][/<namespace>,][<id>]`. */
export interface Header {
  /** Never a binary one: those say that there are attachments, and nothing else. */
  readonly type: PacketType;
  readonly attachments: number;
  readonly nsp: string;
  readonly id: number | undefined;
  /** Where the JSON begins; the length of the text when there is none. */
  readonly end: number;
}

/**
 * Every character has one meaning or none. A namespace is a key of tables: 1,024 characters of it are enough. Some clients
 * leave out the comma behind it when nothing follows. An id of 15 digits is always a safe integer, so that it comes back as
 * it was sent.
 */
const HEADER = /^(?:([0-4])|([56])([1-9]\d*)-)(?:(\/[^,]{0,1023})(?:,|$))?(\d{0,15})/;

/** Reads the header of a packet; gives `undefined` for what is none. */
export function parseHeader(text: string): Header | undefined {
  const match = HEADER.exec(text);
  if (!match) return undefined;
  const [header, plain, binary, attachments = 0, nsp = "/", id] = match;
  return {
    // A binary type is three above its plain one.
    type: Number(plain ?? Number(binary) - 3) as PacketType,
    attachments: Number(attachments),
    nsp,
    id: id ? Number(id) : undefined,
    end: header.length,
  };
}
