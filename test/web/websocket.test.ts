import { afterEach, describe, expect, it, vi } from "vitest";
import type { Binary } from "../../src/binary.ts";
import { createOutgoing } from "../../src/engine/client-outgoing.ts";
import { type ClientTransport, transportError } from "../../src/engine/client-transport.ts";
import { PacketType } from "../../src/engine/packet.ts";
import { type WebSocketOptions, WebSocketTransport } from "../../src/web/websocket.ts";

/** What the transport uses of a browser's WebSocket. */
class FakeSocket {
  readonly OPEN = 1;
  readyState = 0;
  binaryType = "blob";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: (() => void) | null = null;
  onclose: ((event: object) => void) | null = null;
  readonly log: unknown[] = [];
  opened: unknown[] = [];

  send(data: unknown): void {
    this.log.push(data);
  }

  close(): void {
    if (this.readyState < 2) this.log.push("closed");
    this.readyState = 2;
  }

  /** All that a browser may still say once the socket is closed. */
  goOn(): void {
    this.onopen?.();
    this.onmessage?.({ data: "4late" });
    this.onmessage?.({ data: "late" });
    this.onerror?.();
    this.onclose?.({ code: 1006 });
  }
}

/** What `new WebSocket` does in this browser. */
function stub(open: (url: string, protocols?: string[]) => object): void {
  // Not an arrow function: those make no objects.
  vi.stubGlobal("WebSocket", function WebSocket(url: string, protocols?: string[]) {
    return open(url, protocols);
  });
}

afterEach(() => void vi.unstubAllGlobals());

function start(options: WebSocketOptions = {}) {
  const socket = new FakeSocket();
  stub((...args) => {
    socket.opened = args;
    return socket;
  });
  const transport = new WebSocketTransport("ws://host/", options);
  const events = open(transport);
  return { socket, transport, events };
}

function open(transport: ClientTransport): unknown[] {
  const events: unknown[] = [];
  transport.open({
    packet: (type, data: string | Binary) => events.push([type, data]),
    drained: () => events.push("drained"),
    closed: (reason, description) => events.push(["closed", reason, description]),
  });
  return events;
}

function opened() {
  const all = start();
  all.socket.readyState = 1;
  all.socket.onopen?.();
  all.events.splice(0);
  return all;
}

describe("WebSocketTransport of the web", () => {
  it("is writable once it is open", () => {
    const { socket, transport, events } = start();
    expect([transport.writable, socket.binaryType]).toEqual([false, "arraybuffer"]);
    socket.readyState = 1;
    socket.onopen?.();
    expect([transport.writable, events]).toEqual([true, ["drained"]]);
  });

  it("sends a packet as one message, and each attachment as another", () => {
    const { socket, transport } = opened();
    const [first, second] = [Uint8Array.of(1), new ArrayBuffer(2)];
    transport.send(createOutgoing(PacketType.MESSAGE, ["hello", first, second]));
    transport.send(createOutgoing(PacketType.MESSAGE, [first]));
    expect(socket.log).toEqual(["4hello", first, second, first]);
  });

  it("takes a message as one packet", () => {
    const { socket, events } = opened();
    const bytes = new ArrayBuffer(3);
    socket.onmessage?.({ data: "4hello" });
    socket.onmessage?.({ data: bytes });
    expect(events).toEqual([
      [PacketType.MESSAGE, "hello"],
      [PacketType.MESSAGE, bytes],
    ]);
  });

  it.each(["", "7", "hello"])("closes at %j, which is no packet", (data) => {
    const { socket, events } = opened();
    socket.onmessage?.({ data });
    socket.goOn();
    expect([socket.log, events]).toEqual([["closed"], [["closed", "parse error", undefined]]]);
  });

  it("says that the server closed it, and how", () => {
    const { socket, events, transport } = opened();
    const context = { code: 1001 };
    socket.readyState = 3;
    socket.onclose?.(context);
    const description = { description: "websocket connection closed", context };
    expect([events, transport.writable]).toEqual([[["closed", "transport close", description]], false]);
  });

  it("says once that it failed", () => {
    const { socket, events } = start();
    socket.onerror?.();
    socket.goOn();
    expect(events).toEqual([["closed", "transport error", transportError("websocket error")]]);
  });

  it("sends base64 where it is told to", () => {
    const { socket, transport } = start({ forceBase64: true });
    transport.send(createOutgoing(PacketType.MESSAGE, ["hello", Uint8Array.of(1, 2, 255)]));
    transport.send(createOutgoing(PacketType.MESSAGE, [new ArrayBuffer(1)]));
    expect(socket.log).toEqual(["4hello", "bAQL/", "bAA=="]);
  });

  it("says later that there can be no socket", async () => {
    const cause = new SyntaxError("no such protocol");
    stub(() => {
      throw cause;
    });
    const transport = new WebSocketTransport("ws://host/", {});
    const events = open(transport);
    expect(events).toEqual([]);
    await expect
      .poll(() => events)
      .toEqual([["closed", "transport error", transportError("websocket error", undefined, { cause })]]);
  });

  it("offers its subprotocols", () => {
    expect(start({ protocols: ["a", "b"] }).socket.opened).toEqual(["ws://host/", ["a", "b"]]);
    expect(start().socket.opened).toEqual(["ws://host/", undefined]);
  });

  it("says nothing after it was closed", () => {
    const { socket, transport, events } = opened();
    transport.close();
    transport.close();
    socket.goOn();
    expect([socket.log, events]).toEqual([["closed"], []]);
  });

  it("pauses at once: it has no request under way", () => {
    const { transport } = opened();
    let paused = false;
    transport.pause(() => {
      paused = true;
    });
    expect(paused).toBe(true);
  });
});
