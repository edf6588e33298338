import type { Binary } from "../../src/binary.ts";
import type { Outgoing } from "../../src/engine/outgoing.ts";
import { decodePacketType, encodePacket, PacketType } from "../../src/engine/packet.ts";
import type { ServerTransport, TransportReceiver } from "../../src/engine/transport.ts";

const SILENT: TransportReceiver = { packet() {}, drained() {}, closed() {} };

/** The simplest transport there is: what it is given reaches its peer in a later turn. */
export class MemoryTransport implements ServerTransport {
  readonly name = "memory";
  readonly mayClose = true;
  queued = 0;
  resting = false;
  receiver: TransportReceiver = SILENT;
  /** What reached the peer. */
  readonly delivered: (string | Binary)[] = [];
  #open = true;

  get writable(): boolean {
    return this.#open;
  }

  send({ type, data, attachments }: Outgoing): void {
    const packet = typeof data === "string" ? encodePacket(type, data) : data;
    setImmediate(() => this.delivered.push(packet, ...attachments));
  }

  close(): void {
    this.#open = false;
    this.receiver = SILENT;
  }

  shed(): void {
    this.close();
  }

  /** The peer sends. */
  receive(packet: string | Binary): void {
    if (typeof packet !== "string") {
      this.receiver.packet(PacketType.MESSAGE, packet);
      return;
    }
    const type = decodePacketType(packet);
    if (type === undefined) this.#end("parse error");
    else this.receiver.packet(type, packet.slice(1));
  }

  /** The peer goes. */
  breakOff(): void {
    this.#end("transport close");
  }

  #end(reason: "parse error" | "transport close"): void {
    const { receiver } = this;
    this.close();
    receiver.closed(reason);
  }
}
