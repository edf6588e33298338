import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import { type ClientTransport, TransportError } from "../../engine/client-transport.ts";
import type { Outgoing } from "../../engine/outgoing.ts";
import { encodePacket, PacketType, packetTypeOf } from "../../engine/packet.ts";
import type { TransportCloseReason, TransportReceiver } from "../../engine/transport.ts";
import { CloseCode } from "../../websocket/close-code.ts";
import type { WebSocketError } from "../../websocket/websocket-error.ts";
import { asBuffer } from "../base64.ts";
import { Shell } from "../websocket/shell.ts";
import { SHELL_DEFAULTS } from "../websocket/shell-options.ts";
import { type DialOptions, dial } from "./dial.ts";

const SILENT: TransportReceiver = { packet() {}, drained() {}, closed() {} };

// What waits for a slow server waits in the session, which bounds it. Here is what one turn sends: one event of the
// program may be larger than any bound that would do for a server's many clients.
const OPTIONS = { ...SHELL_DEFAULTS, maxQueued: 0 };

/** Engine.IO 4 over a WebSocket that Node dials: a text message is one packet, a binary message is data of one. */
export class WebSocketTransport implements ClientTransport {
  readonly name = "websocket";
  receiver: TransportReceiver = SILENT;
  readonly #url: string;
  readonly #options: DialOptions;
  #cancelDial: () => void = () => {};
  #shell: ClientShell | undefined;

  constructor(url: string, options: DialOptions) {
    this.#url = url;
    this.#options = options;
  }

  get writable(): boolean {
    return this.#shell?.writable === true;
  }

  open(): void {
    this.#cancelDial = dial(
      this.#url,
      this.#options,
      (socket, head) => {
        this.#shell = new ClientShell(socket, this);
        this.receiver.drained();
        this.#shell?.start(head);
      },
      (cause) => {
        const status = "status" in cause ? cause.status : undefined;
        this.fail("transport error", new TransportError("websocket error", status, { cause }));
      },
    );
  }

  opened(): void {}

  send(outgoing: Outgoing): void {
    this.#shell?.send(outgoing);
  }

  pause(paused: () => void): void {
    paused();
  }

  resume(): void {}

  close(): void {
    this.receiver = SILENT;
    this.#cancelDial();
    this.#shell?.close(CloseCode.NORMAL);
  }

  /** Says to the receiver that it is over, if it was not told before. */
  fail(reason: TransportCloseReason, description?: unknown): void {
    const { receiver } = this;
    this.receiver = SILENT;
    receiver.closed(reason, description);
  }
}

/** The connection of a {@link WebSocketTransport}, from the server's 101 on. */
class ClientShell extends Shell {
  readonly #transport: WebSocketTransport;

  constructor(socket: Duplex, transport: WebSocketTransport) {
    super("client", socket, OPTIONS);
    this.#transport = transport;
  }

  get writable(): boolean {
    return !this.full && this.connection.state === "open";
  }

  send({ type, data, attachments }: Outgoing): void {
    if (typeof data === "string") this.connection.sendText(encodePacket(type, data));
    else this.connection.sendBinary(asBuffer(data));
    for (const attachment of attachments) this.connection.sendBinary(asBuffer(attachment));
  }

  message(data: Buffer, isText: boolean): void {
    const { receiver } = this.#transport;
    if (!isText) {
      receiver.packet(PacketType.MESSAGE, keep(data));
      return;
    }
    const type = packetTypeOf(data[0] ?? Number.NaN);
    if (type !== undefined) {
      receiver.packet(type, data.toString("utf8", 1));
      return;
    }
    this.#transport.fail("parse error", new TransportError("The server sent a message that is no packet"));
    this.close(CloseCode.NORMAL);
  }

  // The heartbeat of Engine.IO is in its packets; these belong to WebSocket.
  ping(): void {}
  pong(): void {}

  closed(code: number, reason: string, error?: WebSocketError): void {
    if (error !== undefined) {
      this.#transport.fail("transport error", new TransportError("websocket error", code, { cause: error }));
    } else {
      const description = "websocket connection closed";
      this.#transport.fail("transport close", { description, context: { code, reason } });
    }
  }

  protected drained(): void {
    this.#transport.receiver.drained();
  }
}

/** A program may keep what it receives: a short message must not keep the chunk that it came in. */
function keep(data: Buffer): Buffer {
  return data.length * 2 < data.buffer.byteLength ? Buffer.from(data) : data;
}
