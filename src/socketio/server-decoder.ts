import { type Decoded, Decoder, isEvent, type Reviver } from "./decoder.ts";
import { isTooDeep } from "./json.ts";
import { Malformed } from "./malformed.ts";
import { type Packet, PacketType } from "./packet.ts";

/** As in any header. */
const MAX_ID_DIGITS = 15;

/** How nearly all clients join: the main namespace, without credentials. */
const PLAIN_CONNECT: Packet = Object.freeze({
  type: PacketType.CONNECT,
  nsp: "/",
  id: undefined,
  data: undefined,
});

const DIGIT_0 = 0x30;
const DIGIT_2 = 0x32;
const DIGIT_9 = 0x39;
const OPEN_BRACKET = 0x5b;

/**
 * The decoder of a server: it refuses JSON whose nesting would overflow the stack of a program that walks it, and has a
 * short way for the packets that nearly all are, plain events of the main namespace.
 */
export class ServerDecoder extends Decoder {
  override receiveText(text: string): Decoded {
    if (text === "0" && !this.pending) return PLAIN_CONNECT;
    if (text.charCodeAt(0) !== DIGIT_2 || this.pending) return super.receiveText(text);
    let id: number | undefined;
    let position = 1;
    for (;;) {
      const digit = text.charCodeAt(position) - DIGIT_0;
      if (!(digit >= 0 && digit <= DIGIT_9 - DIGIT_0)) break;
      id = (id ?? 0) * 10 + digit;
      position += 1;
      if (position > MAX_ID_DIGITS + 1) return new Malformed("id too long");
    }
    if (text.charCodeAt(position) !== OPEN_BRACKET) return super.receiveText(text);
    const json = text.slice(position);
    if (isTooDeep(json)) return new Malformed("JSON too deep");
    let data: unknown;
    try {
      data = JSON.parse(json);
    } catch {
      return new Malformed("illegal JSON");
    }
    return isEvent(data) ? { type: PacketType.EVENT, nsp: "/", id, data } : new Malformed("illegal payload");
  }

  protected override parseJson(json: string, reviver: Reviver | undefined): unknown {
    if (isTooDeep(json)) throw new RangeError();
    return super.parseJson(json, reviver);
  }
}
