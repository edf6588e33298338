import type { Binary } from "../binary.ts";
import type { Cancel, Clock } from "../clock.ts";
import { type ClientTransport, TransportError } from "../engine/client-transport.ts";
import type { Outgoing } from "../engine/outgoing.ts";
import { decodePacketType, encodePacket, PacketType } from "../engine/packet.ts";
import type { TransportCloseReason, TransportReceiver } from "../engine/transport.ts";

/** The browser's WebSocket (Engine.IO 4, "WebSocket"): one message for each packet. */
export class WebSocketTransport implements ClientTransport {
  readonly name = "websocket";
  receiver: TransportReceiver = { packet() {}, drained() {}, closed() {} };
  readonly #create: () => WebSocket;
  readonly #clock: Clock;
  #socket: WebSocket | undefined;
  #cancelTimer: Cancel | undefined;

  /** @param create makes the socket; what it throws is a failure to open. */
  constructor(create: () => WebSocket, clock: Clock) {
    this.#create = create;
    this.#clock = clock;
  }

  get writable(): boolean {
    return this.#socket !== undefined && this.#socket.readyState === this.#socket.OPEN;
  }

  open(): void {
    let socket: WebSocket;
    try {
      socket = this.#create();
    } catch (cause) {
      const error = new TransportError("websocket error", undefined, { cause });
      this.#cancelTimer = this.#clock.after(0, () => this.receiver.closed("transport error", error));
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
    this.#socket?.send(typeof data === "string" ? encodePacket(type, data) : toBufferSource(data));
    for (const attachment of attachments) this.#socket?.send(toBufferSource(attachment));
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
    if (socket !== undefined) socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null;
    return socket;
  }
}

/** The DOM's types leave out views of shared memory, which no code here makes. */
function toBufferSource(data: Binary): BufferSource {
  return data as BufferSource;
}
