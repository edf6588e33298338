import type { Binary } from "../binary.ts";
import { Outgoing } from "../engine/outgoing.ts";
import { PacketType as MessageType } from "../engine/packet.ts";
import { BaroError, ERR_DATA, ERR_OPTION } from "../errors.ts";
import { type Decoded, toPacket } from "../socketio/decoder.ts";
import { Malformed } from "../socketio/malformed.ts";
import { type Packet, PacketType } from "../socketio/packet.ts";
import type { Parser, ParserPacket } from "../socketio/parser.ts";
import type { Codec, PacketDecoder } from "./codec.ts";

/** Puts a parser of the application in the place of Socket.IO's own. @throws BaroError `BARO_OPTION` for what is none. */
export function toCodec(parser: Parser): Codec {
  if (typeof parser?.Encoder !== "function" || typeof parser.Decoder !== "function") {
    throw new BaroError(ERR_OPTION, "The option parser must have two classes, Encoder and Decoder.");
  }
  const encoder = new parser.Encoder();
  return {
    encode: ({ type, nsp, id, data }) => {
      const packet: ParserPacket = { type, nsp, data };
      if (id !== undefined) packet.id = id;
      return toOutgoing(encoder.encode(packet));
    },
    createDecoder: () => new CustomDecoder(new parser.Decoder()),
  };
}

function toOutgoing([first, ...attachments]: readonly unknown[]): Outgoing {
  if ((typeof first !== "string" && !isBinary(first)) || !attachments.every(isBinary)) {
    throw new BaroError(
      ERR_DATA,
      "A parser must encode a packet as text or bytes, with only bytes behind it.",
    );
  }
  return new Outgoing(MessageType.MESSAGE, first, attachments);
}

function isBinary(value: unknown): value is Binary {
  return value instanceof Uint8Array || value instanceof ArrayBuffer;
}

/** Believes a parser as little as a peer: its packets come from there. */
class CustomDecoder implements PacketDecoder {
  readonly #decoder: InstanceType<Parser["Decoder"]>;
  #decoded: unknown[] = [];

  constructor(decoder: InstanceType<Parser["Decoder"]>) {
    this.#decoder = decoder;
    decoder.on("decoded", (packet) => {
      this.#decoded.push(packet);
    });
  }

  receiveText(text: string): Decoded {
    return this.#receive(text);
  }

  receiveBinary(data: Binary): Decoded {
    return this.#receive(data);
  }

  destroy(): void {
    this.#decoder.destroy?.();
  }

  #receive(chunk: string | Binary): Decoded {
    this.#decoded = [];
    try {
      this.#decoder.add(chunk);
    } catch (error) {
      return new Malformed(`the parser: ${String(error)}`);
    }
    const [packet, ...more] = this.#decoded;
    if (more.length > 0) return new Malformed("several packets in one message");
    return packet === undefined ? "incomplete" : check(packet);
  }
}

function check(packet: unknown): Packet | Malformed {
  if (typeof packet !== "object" || packet === null) return new Malformed("no packet");
  const { type, nsp, id, data } = packet as Partial<Record<keyof ParserPacket, unknown>>;
  const isType = typeof type === "number" && type >= PacketType.CONNECT && type <= PacketType.CONNECT_ERROR;
  // Formats without `undefined` write null.
  const isId =
    id === undefined || id === null || (typeof id === "number" && Number.isSafeInteger(id) && id >= 0);
  if (isDeeper(data, MAX_DEPTH)) return new Malformed("data too deep");
  if (!isType || !Number.isInteger(type) || !isId || typeof nsp !== "string" || nsp.length > MAX_NAMESPACE) {
    return new Malformed("illegal packet");
  }
  return (
    toPacket(type as PacketType, nsp, (id as number | null) ?? undefined, data ?? undefined) ??
    new Malformed("illegal payload")
  );
}

/** As in the protocol's own form: a namespace is a key of tables. */
const MAX_NAMESPACE = 1_024;
/** As in JSON: nesting that overflows the stack of a program that walks it. */
const MAX_DEPTH = 256;

/** Whether `value` holds more than `depth` objects, each in the other. It goes no deeper itself. */
function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null || isBinary(value)) return false;
  return depth === 0 || Object.values(value).some((each) => isDeeper(each, depth - 1));
}
