import type { Binary } from "../binary.ts";
import type { Held } from "./blobs.ts";
import type { PacketType } from "./packet.ts";

const NONE: readonly Binary[] = [];

/**
 * One unit of sending: a packet with the binary packets that must follow it without anything between.
 * A broadcast makes one `Outgoing` and hands the same object to every session, so that each of its wire
 * forms is built at most once, however many clients hear it.
 */
export class Outgoing implements Held {
  readonly type: PacketType;
  readonly data: string | Binary;
  /** Sent right behind `data`, each as a binary message of its own. */
  readonly attachments: readonly Binary[];

  /** The token of its place in the history of its namespace, where it is kept: what a stream writes as `id`. */
  position: string | undefined = undefined;
  /** Whether a token stands behind the arguments in {@link data}, for clients of Socket.IO; others need not see it. */
  isPositionLast = false;

  /** Whether the wire forms may be compressed; false where the application said so. */
  compress = true;

  /** Whether it goes to one client alone: then no wire form has to be kept for others. */
  isForOne = false;

  /** Whether {@link data} is known to be text of ASCII alone; false where nobody has looked. */
  isAscii = false;

  /** In how many queues this waits; they count it. */
  queues = 0;

  // Until its blobs are read, a queue holds this back, and all behind it.
  waiting: (() => void)[] | undefined = undefined;
  dropped = false;

  // The wire forms. A transport builds the one that it needs when it first needs it, and finds it here the
  // next time. No other code touches them.
  /** The form of a WebSocket server: finished frames, one buffer when they are small. */
  frames: Uint8Array | readonly Uint8Array[] | undefined = undefined;
  /** The form of a WebSocket server that compresses: messages, each of which is compressed once. */
  messages: readonly object[] | undefined = undefined;
  /** The form of long-polling: a payload of one or more packets. */
  payload: string | undefined = undefined;
  /** The form of a stream of events that carries Engine.IO: the bytes of an event. */
  events: Uint8Array | undefined = undefined;
  /** The forms of clients without a library. */
  open: object | undefined = undefined;

  constructor(type: PacketType, data: string | Binary = "", attachments: readonly Binary[] = NONE) {
    this.type = type;
    this.data = data;
    this.attachments = attachments;
  }

  /** Whether it may not be sent yet. */
  get held(): boolean {
    return this.waiting !== undefined;
  }

  /** About how many bytes this holds, for the limits of queues: UTF-16 units count as one byte. */
  get size(): number {
    let size = typeof this.data === "string" ? this.data.length : this.data.byteLength;
    for (const attachment of this.attachments) size += attachment.byteLength;
    return size;
  }
}
