import type { Binary } from "../binary.ts";
import { fillFromBlobs } from "../engine/blobs.ts";
import { type ClientOutgoing, createOutgoing } from "../engine/client-outgoing.ts";
import { PacketType as MessageType } from "../engine/packet.ts";
import { type Decoded, Decoder, toPacket } from "../socketio/decoder.ts";
import { encode } from "../socketio/encoder.ts";
import { Malformed } from "../socketio/malformed.ts";
import type { Packet } from "../socketio/packet.ts";
import type { Parser, ParserPacket } from "../socketio/parser.ts";

/** As much as the WebSocket of a client takes in one message: a server may send what its own clients could not. */
const MAX_ATTACHMENT_BYTES = 100 * 1024 * 1024;

/** How the packets of one connection stand in messages of Engine.IO. */
export interface ClientCodec {
  /** @throws BaroError `BARO_DATA` when the data cannot be sent. */
  encode(packet: Packet): ClientOutgoing;
  /** Takes the next message. */
  decode(message: string | Binary): Decoded;
}

/** The packets of Socket.IO protocol 5, or those of a parser of the program. */
export function createCodec(parser?: Parser): ClientCodec {
  if (parser) return parserCodec(parser);
  const decoder = new Decoder({ maxAttachmentBytes: MAX_ATTACHMENT_BYTES });
  return {
    encode(packet) {
      const { text, attachments, blobs } = encode(packet);
      const outgoing = createOutgoing(MessageType.MESSAGE, [text, ...attachments]);
      fillFromBlobs(outgoing, blobs);
      return outgoing;
    },
    decode: (message) =>
      typeof message === "string" ? decoder.receiveText(message) : decoder.receiveBinary(message),
  };
}

function parserCodec({ Encoder, Decoder }: Parser): ClientCodec {
  const encoder = new Encoder();
  const decoder = new Decoder();
  let decoded: Decoded;
  // Believes the parser as little as the server: its packets come from there. What it throws, and what is no object, is
  // caught below.
  decoder.on("decoded", ({ type, nsp, id, data }: ParserPacket) => {
    // Some tell binary packets by a type of their own, three above the plain one. Formats without `undefined` write null.
    decoded =
      toPacket(type > 4 ? type - 3 : type, nsp, id ?? undefined, data ?? undefined) ??
      new Malformed("illegal payload");
  });
  return {
    encode: (packet) => createOutgoing(MessageType.MESSAGE, encoder.encode(packet)),
    decode(message) {
      decoded = "incomplete";
      try {
        decoder.add(message);
      } catch (error) {
        decoded = new Malformed(String(error));
      }
      return decoded;
    },
  };
}
