import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import type { Traffic } from "../../diagnostics.ts";
import type { Outgoing } from "../../engine/outgoing.ts";
import { characterOf, encodePacket, PacketType, packetTypeOf } from "../../engine/packet.ts";
import type { ServerTransport, TransportReceiver } from "../../engine/transport.ts";
import { CloseCode } from "../../websocket/close-code.ts";
import type { Deflate } from "../../websocket/deflate.ts";
import { COPY_LIMIT, encodeLed, encodeMessage, type Frames } from "../../websocket/frame.ts";
import { SharedMessage } from "../../websocket/shared-message.ts";
import { Violation } from "../../websocket/violation.ts";
import type { WebSocketError } from "../../websocket/websocket-error.ts";
import { asBuffer, base64 } from "../base64.ts";
import { clock } from "../process.ts";
import { Reading, type ReadingRates } from "../reading.ts";
import { Shell } from "./shell.ts";
import { SHELL_DEFAULTS, type ShellOptions } from "./shell-options.ts";

/** A second. The heartbeat of Engine.IO is in its messages: an honest client sends none. */
const MAX_CONTROL_FRAMES = 1000;

/**
 * The bounds of a server's transports.
 *
 * @param maxPayload bytes of the largest message that the peer may send.
 * @param maxQueued bytes that may wait for the peer to read.
 * @param traffic where the bytes of all of them are counted.
 */
export function engineShellOptions(maxPayload: number, maxQueued: number, traffic?: Traffic): ShellOptions {
  const counted = traffic === undefined ? {} : { traffic };
  return { ...SHELL_DEFAULTS, maxPayload, maxQueued, maxControlFrames: MAX_CONTROL_FRAMES, ...counted };
}

/** What stands before base64 (Engine.IO 4, "Packet encoding"). */
const LETTER_B = 0x62;

/** Bytes that are kept for a peer that reads too slowly, so that it hears why it is closed. */
const LAST_WORDS = 64 * 1024;

const SILENT: TransportReceiver = { packet() {}, drained() {}, closed() {} };

/**
 * Engine.IO 4 over WebSocket on the server: a text message is one packet, a binary message is the data of one
 * message packet. It is writable until the kernel refuses bytes because the peer reads too slowly.
 */
export class EngineTransport extends Shell implements ServerTransport {
  receiver: TransportReceiver = SILENT;
  readonly #compresses: boolean;
  /** What the peer has sent of late, where it is held to a rate. */
  readonly #reading: Reading | undefined;

  /**
   * @param socket after the handshake; call `start` when `receiver` is there.
   * @param options those of {@link engineShellOptions}: one object for all transports of a server.
   * @param deflate permessage-deflate, where the handshake agreed on it.
   * @param rates what the peer is held to, if to anything.
   */
  constructor(socket: Duplex, options: ShellOptions, deflate?: Deflate, rates?: ReadingRates) {
    super("server", socket, options, undefined, deflate);
    this.#compresses = deflate !== undefined;
    this.#reading = rates && new Reading(rates);
  }

  // Getters: as fields, each would be 8 bytes of each idle client.
  get name(): string {
    return "websocket";
  }

  /** Each packet is a message of its own. */
  get mayClose(): boolean {
    return true;
  }

  send(outgoing: Outgoing): void {
    if (this.#compresses && outgoing.compress) {
      this.#sendCompressed(outgoing);
      return;
    }
    const { type, data } = outgoing;
    if (outgoing.isForOne && typeof data === "string" && isShortAscii(outgoing, data)) {
      this.connection.sendAscii(encodePacket(type, data));
      return;
    }
    outgoing.frames ??= encodeFrames(outgoing);
    if (this.#compresses) this.connection.sendFrame(outgoing.frames);
    else this.sendReady(outgoing.frames);
  }

  #sendCompressed(outgoing: Outgoing): void {
    outgoing.messages ??= toMessages(outgoing);
    for (const message of outgoing.messages) this.connection.sendFrame(message as SharedMessage, true);
  }

  override close(): void {
    this.receiver = SILENT;
    super.close(CloseCode.NORMAL);
  }

  shed(): void {
    this.receiver = SILENT;
    // A close frame is behind what the kernel refused. A peer that still reads a little has a use for it.
    if (this.queued <= LAST_WORDS) super.close(CloseCode.TRY_AGAIN_LATER, Violation.SLOW_READER.message);
    else this.terminate();
  }

  get resting(): boolean {
    return this.isPaused;
  }

  message(data: Buffer, isText: boolean): void {
    if (this.#reading !== undefined) this.#count(this.#reading, data.length);
    if (!isText) {
      this.receiver.packet(PacketType.MESSAGE, data);
      return;
    }
    this.#receiveText(data[0], data.toString("utf8", 1));
  }

  /** Nearly all messages: text that needs no view of its bytes. */
  ascii(chunk: Buffer, start: number, end: number): void {
    if (this.#reading !== undefined) this.#count(this.#reading, end - start);
    // A CONNECT is one character: a fifth of what it takes to read one was for that string.
    const rest =
      end - start === 2
        ? String.fromCharCode(chunk[start + 1] as number)
        : chunk.toString("latin1", start + 1, end);
    this.#receiveText(start < end ? chunk[start] : undefined, rest);
  }

  /** @param first the first byte of a message; `undefined` for none. */
  #receiveText(first: number | undefined, rest: string): void {
    const type = packetTypeOf(first ?? Number.NaN);
    if (type !== undefined) {
      this.receiver.packet(type, rest);
      return;
    }
    // Clients that are told `forceBase64` write binary data as in a payload.
    const binary = first === LETTER_B ? base64.decode(rest) : undefined;
    if (binary !== undefined) {
      this.receiver.packet(PacketType.MESSAGE, binary);
      return;
    }
    const { receiver } = this;
    this.close();
    receiver.closed("parse error", "a message that is no packet");
  }

  // The heartbeat of Engine.IO is in its packets; these belong to WebSocket.
  ping(): void {
    this.receiveControl();
  }
  pong(): void {
    this.receiveControl();
  }

  /** TCP holds the peer back meanwhile. */
  #count(reading: Reading, bytes: number): void {
    const rest = reading.receive(bytes);
    if (rest === 0) return;
    this.pause();
    reading.cancelRest = clock.after(rest, () => this.resume());
  }

  override closed(code: number, reason: string, error?: WebSocketError): void {
    super.closed(code, reason, error);
    const { receiver } = this;
    this.receiver = SILENT;
    this.#reading?.cancelRest?.();
    if (error !== undefined) receiver.closed("transport error", error);
    else receiver.closed("transport close", { code, reason });
  }

  protected override filled(): void {
    this.receiver.filled?.();
  }

  protected drained(): void {
    this.receiver.drained();
  }
}

/** The messages of a packet and its attachments. */
function toMessages({ type, data, attachments }: Outgoing): SharedMessage[] {
  const head = new SharedMessage(typeof data === "string" ? encodePacket(type, data) : asBuffer(data));
  return [head, ...attachments.map((attachment) => new SharedMessage(asBuffer(attachment)))];
}

/** The frames of a packet and its attachments, in one buffer when they are small. */
function encodeFrames({ type, data, attachments }: Outgoing): Frames {
  const head = typeof data === "string" ? encodeLed(characterOf(type), data) : encodeMessage(asBuffer(data));
  if (attachments.length === 0) return head;
  const parts = [head, ...attachments.map((attachment) => encodeMessage(asBuffer(attachment)))].flat();
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return length <= COPY_LIMIT ? Buffer.concat(parts, length) : parts;
}

/** Whether a packet is better put together as a string: longer ones would be copied more often. */
function isShortAscii({ isAscii, attachments }: Outgoing, data: string): boolean {
  if (data.length > COPY_LIMIT || attachments.length > 0) return false;
  return isAscii || Buffer.byteLength(data) === data.length;
}
