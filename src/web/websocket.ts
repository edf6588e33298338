import type { Cancel } from "../clock.ts";
import { type ClientTransport, TransportError } from "../engine/client-transport.ts";
import type { Outgoing } from "../engine/outgoing.ts";
import { decodePacketType, encodePacket, PacketType } from "../engine/packet.ts";
import type { TransportCloseReason, TransportReceiver } from "../engine/transport.ts";
import { base64 } from "./base64.ts";
import { clock } from "./clock.ts";

/** The state of a WebSocket that takes messages. */
const OPEN = 1;

/** How a page opens its WebSocket. */
export interface WebSocketOptions {
  /** Subprotocols to offer. */
  readonly protocols?: string | string[];
  /** Whether binary data goes as base64. */
  readonly forceBase64?: boolean;
}

/** The browser's WebSocket (Engine.IO 4, "WebSocket"): one message for each packet. */
export class WebSocketTransport implements ClientTransport {
  static readonly transport: string = "websocket";
  readonly name = "websocket";
  receiver: TransportReceiver = { packet() {}, drained() {}, closed() {} };
  readonly #create: () => WebSocket;
  readonly #forceBase64: boolean | undefined;
  #socket: WebSocket | undefined;
  #cancelTimer: Cancel | undefined;

  /** A browser without WebSocket, or one that throws, fails to open. */
  constructor(url: string, { protocols, forceBase64 }: WebSocketOptions) {
    this.#forceBase64 = forceBase64;
    this.#create = () => new WebSocket(url, protocols);
  }

  get writable(): boolean {
    return this.#socket?.readyState === OPEN;
  }

  open(): void {
    let socket: WebSocket;
    try {
      socket = this.#create();
    } catch (cause) {
      const error = new TransportError("websocket error", undefined, { cause });
      this.#cancelTimer = clock.after(0, () => this.receiver.closed("transport error", error));
      return;
    }
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.receiver.drained();
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => this.#receive(event.data);
    socket.onerror = () => this.#fail("transport error", new TransportError("websocket error"));
    socket.onclose = (context) =>
      this.#fail("transport close", { description: "websocket connection closed", context });
  }

  opened(): void {}

  send(outgoing: Outgoing): void {
    const { type, data, attachments } = outgoing;
    for (const part of [data, ...attachments]) {
      if (typeof part === "string") this.#socket?.send(encodePacket(type, part));
      // The DOM's types leave out views of shared memory, which no code here makes.
      else this.#socket?.send(this.#forceBase64 ? `b${base64.encode(part)}` : (part as BufferSource));
    }
  }

  pause(paused: () => void): void {
    paused();
  }

  resume(): void {}

  close(): void {
    this.#cancelTimer?.();
    this.#release()?.close();
  }

  #receive(data: string | ArrayBuffer): void {
    const type = typeof data === "string" ? decodePacketType(data) : PacketType.MESSAGE;
    if (type === undefined) this.#fail("parse error");
    else this.receiver.packet(type, typeof data === "string" ? data.slice(1) : data);
  }

  #fail(reason: TransportCloseReason, description?: unknown): void {
    this.#release()?.close();
    this.receiver.closed(reason, description);
  }

  /** Lets go of the socket: it tells nothing more. */
  #release(): WebSocket | undefined {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket) socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null;
    return socket;
  }
}
