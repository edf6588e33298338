import type { Binary } from "../binary.ts";
import { fillFromBlobs } from "../engine/blobs.ts";
import { Outgoing } from "../engine/outgoing.ts";
import { PacketType } from "../engine/packet.ts";
import type { Decoded, DecoderLimits } from "../socketio/decoder.ts";
import { encode, toDataError, toHead } from "../socketio/encoder.ts";
import { hasBinary } from "../socketio/has-binary.ts";
import { type JsonObject, PacketType as MessageType, type Packet } from "../socketio/packet.ts";
import { ServerDecoder } from "../socketio/server-decoder.ts";
import { stringifyLong } from "../socketio/stringify-long.ts";
import { PLAIN, stringifyPlain } from "../socketio/stringify-plain.ts";

/** Puts the messages of one client together to packets. It never throws: a fault is a value. */
export interface PacketDecoder {
  receiveText(text: string): Decoded;
  receiveBinary(data: Binary): Decoded;
  /** The client is gone. */
  destroy?(): void;
}

/** How packets of Socket.IO stand in messages of Engine.IO. */
export interface Codec {
  /** Encodes a packet, for one session or for many. @throws BaroError `BARO_DATA` for data that it cannot hold. */
  encode(packet: Packet): Outgoing;
  createDecoder(limits: DecoderLimits): PacketDecoder;
}

/** The packets of Socket.IO protocol 5. */
export const socketIoCodec: Codec = {
  encode(packet) {
    const plain = encodePlain(packet);
    if (plain !== undefined) return plain;
    const { text, attachments, blobs } = encode(packet);
    const outgoing = new Outgoing(PacketType.MESSAGE, text, attachments);
    fillFromBlobs(outgoing, blobs);
    return outgoing;
  },
  createDecoder: (limits) => new ServerDecoder(limits),
};

/**
 * The short way for nearly all that a server sends, without lists of attachments: an event or an acknowledgement that
 * holds nothing binary, and the answer to a CONNECT. Gives `undefined` for anything else.
 */
function encodePlain({ type, nsp, id, data }: Packet): Outgoing | undefined {
  if (type === MessageType.CONNECT && data !== undefined) {
    return encodeAnswer(nsp, data);
  }
  if (type !== MessageType.EVENT && type !== MessageType.ACK) return undefined;
  const head = toHead(type, nsp, id);
  // A namespace is part of the head, and may be of any alphabet.
  const ascii = nsp === "/" ? stringifyPlain(data, head) : undefined;
  if (ascii !== undefined) {
    const outgoing = new Outgoing(PacketType.MESSAGE, ascii);
    outgoing.isAscii = true;
    return outgoing;
  }
  try {
    return hasBinary(data) ? undefined : new Outgoing(PacketType.MESSAGE, stringifyLong(data, head));
  } catch (cause) {
    throw toDataError(cause);
  }
}

/** The answer to a CONNECT: nearly always it is an id alone, which needs no `JSON.stringify` and no count of its bytes. */
function encodeAnswer(nsp: string, data: JsonObject): Outgoing {
  const { sid } = data;
  const isPlain = nsp === "/" && Object.keys(data).length === 1 && typeof sid === "string" && PLAIN.test(sid);
  const json = isPlain ? `{"sid":"${sid}"}` : JSON.stringify(data);
  const outgoing = new Outgoing(PacketType.MESSAGE, toHead(MessageType.CONNECT, nsp, undefined) + json);
  outgoing.isAscii = isPlain;
  return outgoing;
}
