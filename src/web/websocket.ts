import { type ClientTransport, transportError } from "../engine/client-transport.ts";
import { PacketType } from "../engine/packet.ts";
import { decodePacket, encodeText } from "../engine/payload.ts";
import type { TransportCloseReason, TransportReceiver } from "../engine/transport.ts";
import { base64 } from "./base64.ts";
import { transportClass } from "./transport-class.ts";

/** The state of a WebSocket that takes messages. */
const OPEN = 1;

/** How a page opens its WebSocket. */
export interface WebSocketOptions {
  /** Subprotocols to offer. */
  readonly protocols?: string | string[];
  /** Whether binary data goes as base64. */
  readonly forceBase64?: boolean;
}

/**
 * The browser's WebSocket (Engine.IO 4, "WebSocket"): one message for each packet. A browser without one, or whose
 * constructor throws, fails to open.
 */
export const WebSocketTransport = /* @__PURE__ */ transportClass("websocket", createWebSocket);

function createWebSocket(url: string, { protocols, forceBase64 }: WebSocketOptions): ClientTransport {
  let socket: WebSocket | undefined;
  /** None once this is closed. */
  let receiver: TransportReceiver | undefined;

  const transport: ClientTransport = {
    name: "websocket",

    get writable() {
      return socket?.readyState === OPEN;
    },

    open(hearer) {
      receiver = hearer;
      try {
        socket = new WebSocket(url, protocols);
        socket.binaryType = "arraybuffer";
        socket.onopen = () => receiver?.drained();
        socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => receive(data);
        socket.onerror = fail;
        socket.onclose = (context) =>
          end("transport close", { description: "websocket connection closed", context });
      } catch (cause) {
        queueMicrotask(() => fail(cause));
      }
    },

    opened() {},

    send({ type, parts }) {
      for (const part of parts) {
        const isText = typeof part === "string" || forceBase64;
        // The DOM's types leave out views of shared memory, which no code here makes.
        socket?.send(isText ? encodeText(type, part, base64) : (part as BufferSource));
      }
    },

    pause(paused) {
      paused();
    },

    resume() {},

    close() {
      receiver = undefined;
      socket?.close();
    },
  };

  function receive(data: string | ArrayBuffer): void {
    if (typeof data !== "string") receiver?.packet(PacketType.MESSAGE, data);
    else if (!decodePacket(data, base64, (type, packet) => receiver?.packet(type, packet)))
      end("parse error");
  }

  function fail(cause: unknown): void {
    end("transport error", transportError("websocket error", undefined, { cause }));
  }

  function end(reason: TransportCloseReason, description?: unknown): void {
    const told = receiver;
    transport.close();
    told?.closed(reason, description);
  }

  return transport;
}
