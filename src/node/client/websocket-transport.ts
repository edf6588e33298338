import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import type { Binary } from "../../binary.ts";
import type { ResolvedOptions } from "../../client/options.ts";
import type { ClientOutgoing } from "../../engine/client-outgoing.ts";
import { type ClientTransport, transportError } from "../../engine/client-transport.ts";
import { encodePacket, PacketType, packetTypeOf } from "../../engine/packet.ts";
import type { TransportCloseReason, TransportReceiver } from "../../engine/transport.ts";
import { parseRetryAfter } from "../../web/retry-after.ts";
import { CloseCode } from "../../websocket/close-code.ts";
import type { WebSocketError } from "../../websocket/websocket-error.ts";
import { asBuffer, base64 } from "../base64.ts";
import { Shell } from "../websocket/shell.ts";
import { SHELL_DEFAULTS } from "../websocket/shell-options.ts";
import { DialError, dial } from "./dial.ts";
import { type ClientRequests, clientRequests } from "./request-options.ts";

const SILENT: TransportReceiver = { packet() {}, drained() {}, closed() {} };

// What waits for a slow server waits in the session, which bounds it. Here is what one turn sends: one event of the
// program may be larger than any bound that would do for a server's many clients.
const OPTIONS = { ...SHELL_DEFAULTS, maxQueued: 0 };

/** Engine.IO 4 over a WebSocket that Node dials: a text message is one packet, a binary message is data of one. */
export class WebSocketTransport implements ClientTransport {
  static readonly transport: string = "websocket";
  readonly name = "websocket";
  /** Silent before this opens and after its end. */
  receiver: TransportReceiver = SILENT;
  readonly #url: string;
  readonly #requests: ClientRequests;
  readonly #protocols: string[];
  readonly #forceBase64: boolean;
  #cancelDial: () => void = () => {};
  #shell: ClientShell | undefined;

  constructor(url: string, options: ResolvedOptions) {
    this.#url = url;
    this.#requests = clientRequests(options);
    this.#protocols = [options.protocols ?? []].flat();
    this.#forceBase64 = options.forceBase64 === true;
  }

  get writable(): boolean {
    return this.#shell?.writable === true;
  }

  open(receiver: TransportReceiver): void {
    this.receiver = receiver;
    const { request, headers, cookies, unref } = this.#requests;
    this.#cancelDial = dial(
      this.#url,
      {
        request,
        headers: cookies?.addTo(headers) ?? headers,
        protocols: this.#protocols,
        // The manager bounds the time.
        handshakeTimeout: 0,
        hooks: {
          send(request) {
            if (unref) request.on("socket", (socket) => socket.unref());
            request.end();
          },
          upgraded: (response) => cookies?.receive(response.headers["set-cookie"]),
        },
      },
      (socket, head) => {
        this.#shell = new ClientShell(socket, this, this.#forceBase64);
        this.receiver.drained();
        this.#shell?.start(head);
      },
      (cause) => {
        const { status, retryAfter = undefined } = cause instanceof DialError ? cause : {};
        const retryIn = parseRetryAfter(retryAfter);
        this.fail("transport error", transportError("websocket error", status, { cause, retryIn }));
      },
    );
  }

  opened(): void {}

  send(outgoing: ClientOutgoing): void {
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
  readonly #forceBase64: boolean;

  constructor(socket: Duplex, transport: WebSocketTransport, forceBase64: boolean) {
    super("client", socket, OPTIONS);
    this.#transport = transport;
    this.#forceBase64 = forceBase64;
  }

  send({ type, parts }: ClientOutgoing): void {
    for (const part of parts) {
      if (typeof part === "string") this.connection.sendText(encodePacket(type, part));
      else this.#sendBinary(part);
    }
  }

  #sendBinary(data: Binary): void {
    if (this.#forceBase64) this.connection.sendText(`b${base64.encode(data)}`);
    else this.connection.sendBinary(asBuffer(data));
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
    this.#transport.fail("parse error", transportError("The server sent a message that is no packet"));
    this.close(CloseCode.NORMAL);
  }

  // The heartbeat of Engine.IO is in its packets; these belong to WebSocket.
  ping(): void {}
  pong(): void {}

  override closed(code: number, reason: string, error?: WebSocketError): void {
    super.closed(code, reason, error);
    if (error !== undefined) {
      this.#transport.fail("transport error", transportError("websocket error", code, { cause: error }));
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
