import type { ClientOutgoing } from "../engine/client-outgoing.ts";
import { type ClientTransport, TransportError } from "../engine/client-transport.ts";
import { PacketType } from "../engine/packet.ts";
import { decodePacket, encodeText } from "../engine/payload.ts";
import type { TransportCloseReason, TransportReceiver } from "../engine/transport.ts";
import { base64 } from "./base64.ts";

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
  readonly #url: string;
  readonly #options: WebSocketOptions;
  #socket: WebSocket | undefined;
  /** None once this is closed. */
  #receiver: TransportReceiver | undefined;

  /** A browser without WebSocket, or one that throws, fails to open. */
  constructor(url: string, options: WebSocketOptions) {
    this.#url = url;
    this.#options = options;
  }

  get writable(): boolean {
    return this.#socket?.readyState === OPEN;
  }

  open(receiver: TransportReceiver): void {
    this.#receiver = receiver;
    const fail = (cause: unknown): void =>
      this.#fail("transport error", new TransportError("websocket error", undefined, { cause }));
    try {
      const socket = new WebSocket(this.#url, this.#options.protocols);
      this.#socket = socket;
      socket.binaryType = "arraybuffer";
      socket.onopen = () => this.#receiver?.drained();
      socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => this.#receive(event.data);
      socket.onerror = fail;
      socket.onclose = (context) =>
        this.#fail("transport close", { description: "websocket connection closed", context });
    } catch (cause) {
      queueMicrotask(() => fail(cause));
    }
  }

  opened(): void {}

  send({ type, parts }: ClientOutgoing): void {
    for (const part of parts) {
      const isText = typeof part === "string" || this.#options.forceBase64;
      // The DOM's types leave out views of shared memory, which no code here makes.
      this.#socket?.send(isText ? encodeText(type, part, base64) : (part as BufferSource));
    }
  }

  pause(paused: () => void): void {
    paused();
  }

  resume(): void {}

  close(): void {
    this.#receiver = undefined;
    this.#socket?.close();
  }

  #receive(data: string | ArrayBuffer): void {
    if (typeof data !== "string") this.#receiver?.packet(PacketType.MESSAGE, data);
    else if (!decodePacket(data, base64, (type, packet) => this.#receiver?.packet(type, packet)))
      this.#fail("parse error");
  }

  #fail(reason: TransportCloseReason, description?: unknown): void {
    const receiver = this.#receiver;
    this.close();
    receiver?.closed(reason, description);
  }
}
