import type { Base64, Binary } from "../binary.ts";
import { parseHeader } from "../socketio/header.ts";
import { PacketType } from "../socketio/packet.ts";
import { mark, mayHoldMarker } from "./binary.ts";

/** What the server says, from which each form for clients without a library is made. */
export interface PlainPacket {
  readonly type: PacketType;
  /** The acknowledgement that it asks for, or that it is. */
  readonly id: number | undefined;
  /** Its data as JSON, binary data as base64: of an event, the array of its name and its arguments. */
  readonly json: string;
}

/**
 * Reads the plain form off the encoded packet of Socket.IO, whose JSON is the same: no object of the application is
 * looked at a second time, and none can have changed since.
 *
 * @param text the packet as Socket.IO protocol 5 writes it, our own encoder's.
 */
export function toPlainPacket(text: string, attachments: readonly Binary[], base64: Base64): PlainPacket {
  const header = parseHeader(text);
  if (header === undefined) return { type: PacketType.EVENT, id: undefined, json: "[]" };
  const { type, id, end } = header;
  const json = text.slice(end);
  const isMarked = attachments.length > 0 || mayHoldMarker(json);
  if (!isMarked || json === "") return { type, id, json };
  return { type, id, json: JSON.stringify(mark(JSON.parse(json), attachments, base64)) };
}

/**
 * The message of an event or an acknowledgement for WebSocket and polling.
 *
 * @param position what a client that comes back says to hear what came after this event.
 */
export function encodeMessage({ type, id, json }: PlainPacket, position?: string): string {
  if (type === PacketType.ACK) return `{"ack":${id},"args":${json}}`;
  if (id === undefined && position === undefined) return json;
  const asks = id === undefined ? "" : `,"id":${id}`;
  const stands = position === undefined ? "" : `,"position":${JSON.stringify(position)}`;
  return `{"event":${json}${asks}${stands}}`;
}

/** A notice as polling has it: a message of its own. */
export function encodeGap(rooms: readonly object[]): string {
  return JSON.stringify({ gap: { rooms } });
}

/** An event as a stream of events has it: none of its fields has a line break. */
export interface StreamedEvent {
  readonly event: string;
  /** JSON. */
  readonly data: string;
}

/** The names that a stream itself uses, or the browser: an event with one of them travels in an envelope. */
const STREAM_EVENTS: ReadonlySet<string> = new Set(["open", "close", "error", "gap", "envelope"]);
/** What cannot stand in a line of its own (HTML standard, section 9.2.6). */
const LINE_BREAKING = /[\r\n\0]/;

/**
 * An event or an acknowledgement for a stream: one argument stands for itself, several and none in an array. What
 * does not fit, an event that wants an answer or one whose name no line can hold, is an `envelope` with the message.
 */
export function toStreamedEvent(packet: PlainPacket): StreamedEvent {
  const { type, id, json } = packet;
  if (type === PacketType.EVENT && id === undefined) {
    const [event, ...args] = JSON.parse(json) as [string, ...unknown[]];
    if (event !== "" && !STREAM_EVENTS.has(event) && !LINE_BREAKING.test(event)) {
      const rest = json.slice(JSON.stringify(event).length + 2, -1);
      return { event, data: args.length === 1 ? rest : `[${rest}]` };
    }
  }
  return { event: "envelope", data: encodeMessage(packet) };
}
