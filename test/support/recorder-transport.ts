import type { Binary } from "../../src/binary.ts";
import type { ClientOutgoing } from "../../src/engine/client-outgoing.ts";
import type { Outgoing } from "../../src/engine/outgoing.ts";
import { decodePacketType, encodePacket } from "../../src/engine/packet.ts";
import type { ServerTransport, TransportReceiver } from "../../src/engine/transport.ts";

const SILENT: TransportReceiver = { packet() {}, drained() {}, closed() {} };

/**
 * A transport that writes down what it is given, as packets in text, and plays the peer on demand. Set `writable`
 * to false for a peer that does not read, and call `drain()` for one that does again.
 */
export class RecorderTransport implements ServerTransport {
  readonly name: string;
  writable = true;
  mayClose = true;
  queued = 0;
  resting = false;
  receiver: TransportReceiver = SILENT;
  /** What was sent: text packets as they stand on the wire, binary as bytes, and `"closed"` at the end. */
  readonly log: (string | Binary)[] = [];

  constructor(name = "recorder") {
    this.name = name;
  }

  send(outgoing: Outgoing | ClientOutgoing): void {
    const parts = "parts" in outgoing ? outgoing.parts : [outgoing.data, ...outgoing.attachments];
    this.log.push(
      ...parts.map((part) => (typeof part === "string" ? encodePacket(outgoing.type, part) : part)),
    );
  }

  close(): void {
    this.receiver = SILENT;
    this.log.push("closed");
  }

  shed(): void {
    this.receiver = SILENT;
    this.log.push("shed");
  }

  /** What was sent since the last call. */
  take(): (string | Binary)[] {
    return this.log.splice(0);
  }

  /** The peer sends one packet, given as it stands on the wire. */
  receive(packet: string): void {
    const type = decodePacketType(packet);
    if (type === undefined) throw new Error(`${packet} is no packet`);
    this.receiver.packet(type, packet.slice(1));
  }

  /** Takes packets again. */
  drain(): void {
    this.writable = true;
    this.receiver.drained();
  }
}
