import { Buffer } from "node:buffer";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Binary } from "../../binary.ts";
import type { Outgoing } from "../../engine/outgoing.ts";
import type { PacketType } from "../../engine/packet.ts";
import { encodePayload } from "../../engine/payload.ts";
import type { SessionCloseReason } from "../../engine/session.ts";
import type { ServerTransport, TransportCloseReason, TransportReceiver } from "../../engine/transport.ts";
import { encodeEvent } from "../../sse/encoder.ts";
import { base64 } from "../base64.ts";
import { type PostOwner, type PostSettings, Posts } from "./posts.ts";
import { ResponseStream } from "./response-stream.ts";

/** What all of these transports of a server have in common. */
export interface StreamTransportSettings extends PostSettings {
  /** Bytes that may wait for a client to read. */
  readonly maxQueued: number;
}

const SILENT: TransportReceiver = { packet() {}, drained() {}, closed() {} };
const LINE_BREAKING = /[\r\n]/;

/**
 * Engine.IO 4 over Server-Sent Events, which Baro's own client speaks where WebSocket is blocked: packets come down as
 * events of one answer that does not end, and go up by POST, as with polling. The data of an event is a payload; of one
 * named `json` it is a payload as JSON, because it has line breaks.
 */
export class StreamTransport implements ServerTransport, PostOwner {
  readonly name = "sse";
  /** Each packet is an event of its own. */
  readonly mayClose = true;
  receiver: TransportReceiver = SILENT;
  readonly #stream: Downstream;
  readonly #posts: Posts;
  readonly #settings: StreamTransportSettings;
  #closed = false;

  constructor(response: ServerResponse, settings: StreamTransportSettings) {
    this.#settings = settings;
    this.#stream = new Downstream(response, settings, this);
    this.#posts = new Posts(settings, this);
  }

  get writable(): boolean {
    return this.#stream.writable;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Sends the head of the stream. @param headers a cookie, for one. */
  start(request: IncomingMessage, headers: OutgoingHttpHeaders): void {
    this.#settings.customize?.(headers, request, true);
    this.#stream.start(request, headers);
  }

  get resting(): boolean {
    return this.#posts.isResting;
  }

  send(outgoing: Outgoing): void {
    outgoing.events ??= encode(outgoing);
    this.#stream.push(outgoing.events);
  }

  get queued(): number {
    return this.#stream.queued;
  }

  shed(): void {
    this.#end();
    this.#stream.shed();
  }

  close(): void {
    this.#end();
    this.#stream.close();
  }

  /** Takes a POST. */
  receivePost(request: IncomingMessage, response: ServerResponse): void {
    this.#posts.receive(request, response);
  }

  /** Called by the posts. */
  receivePacket(type: PacketType, data: string | Binary): void {
    this.receiver.packet(type, data);
  }

  /** Called by the posts. */
  fail(reason: TransportCloseReason, description: string): void {
    if (this.#closed) return;
    const { receiver } = this;
    this.close();
    receiver.closed(reason, description);
  }

  /** Called by the stream. */
  filled(): void {
    this.receiver.filled?.();
  }

  /** Called by the stream. */
  drained(): void {
    this.receiver.drained();
  }

  /** Called by the stream: it is over. */
  ended(reason: SessionCloseReason, description?: unknown): void {
    if (this.#closed) return;
    const { receiver } = this;
    this.#end();
    receiver.closed(reason === "transport error" ? reason : "transport close", description);
  }

  #end(): void {
    this.#closed = true;
    this.receiver = SILENT;
    this.#posts.close();
  }
}

class Downstream extends ResponseStream {
  readonly #transport: StreamTransport;

  constructor(
    response: ServerResponse,
    { maxQueued, traffic }: StreamTransportSettings,
    transport: StreamTransport,
  ) {
    // The heartbeat of Engine.IO is in its packets.
    super(response, { maxQueued, traffic, streamHeartbeat: 0 });
    this.#transport = transport;
  }

  shed(): void {
    this.cutOff("the client reads too slowly");
  }

  protected filled(): void {
    this.#transport.filled();
  }

  protected drained(): void {
    this.#transport.drained();
  }

  protected ended(reason: SessionCloseReason, description?: unknown): void {
    this.#transport.ended(reason, description);
  }
}

function encode(outgoing: Outgoing): Uint8Array {
  const payload = encodePayload([outgoing], base64);
  const event = LINE_BREAKING.test(payload)
    ? { event: "json", data: JSON.stringify(payload) }
    : { data: payload };
  return Buffer.from(encodeEvent(event));
}
