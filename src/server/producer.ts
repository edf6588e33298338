import type { Outgoing } from "../engine/outgoing.ts";
import { Malformed } from "../socketio/malformed.ts";
import { PacketType } from "../socketio/packet.ts";
import type { Codec } from "./codec.ts";
import { type StoredAck, StoredAcks, type StoreLimits } from "./stored-acks.ts";

/** Where a producer is connected at present. */
export interface ProducerLink {
  send(outgoing: Outgoing): void;
  /** The event `["~gone", id]`: no acknowledgement will come under this id. */
  sendGone(id: number): void;
  /** The event of this number was acknowledged on this connection. */
  acknowledged(sequence: number): void;
  /** The producer has come back on another connection: this one must be dead, though nobody has noticed yet. */
  supersede(): void;
}

/** What a producer needs of the table that it stands in. */
export interface ProducerHost {
  readonly codec: Codec;
  readonly limits: StoreLimits & { readonly maxAwaited: number };
  /** What the producer keeps has grown by so many bytes, or shrunk. */
  resized(producer: Producer, bytes: number): void;
}

/** What the number of an event says: the next one, one that was taken before, or one after a hole. */
export type Verdict = "next" | "repeat" | "ahead";

/** An acknowledgement that the program owes: it goes to the id, and the connection, by which it was last asked for. */
interface AwaitedAck {
  readonly sequence: number;
  id: number;
  link: ProducerLink | undefined;
}

/**
 * What one socket of a client of ours has sent, over all its connections: which of its events were taken, and what
 * was answered. By this an event that the client sends again, because it cannot know whether it came, is handled once.
 */
export class Producer {
  readonly namespace: string;
  /** Names this state: a client that meets another one knows that what it sent before is not known here. */
  readonly epoch: string;
  /** Absent while the client is away. */
  link: ProducerLink | undefined;

  readonly #host: ProducerHost;
  #last = 0;
  #forgotten = false;
  // Made when they are first needed: many a client asks for no acknowledgement.
  #awaited: Map<number, AwaitedAck> | undefined;
  #stored: StoredAcks | undefined;

  constructor(host: ProducerHost, namespace: string, epoch: string) {
    this.#host = host;
    this.namespace = namespace;
    this.epoch = epoch;
  }

  /** The number of the last event that was taken. */
  get last(): number {
    return this.#last;
  }

  /** Whether the program owes an acknowledgement. */
  get isBusy(): boolean {
    return this.#awaited !== undefined && this.#awaited.size > 0;
  }

  /** About how many bytes the stored acknowledgements hold. */
  get bytes(): number {
    return this.#stored?.bytes ?? 0;
  }

  /**
   * Takes the event of this number, if it is the next one: nothing but this call decides that it is handled.
   *
   * @param isFirst whether its connection has brought none before. The client was told then how far this is, and
   *   leaves out what it cannot send: an event whose blob could not be read.
   */
  take(sequence: number, isFirst: boolean): Verdict {
    if (sequence <= this.#last) return "repeat";
    if (sequence > this.#last + 1 && !isFirst) return "ahead";
    this.#last = sequence;
    return "next";
  }

  /** The function by which the program acknowledges an event that was taken: once, whatever becomes of connections. */
  acknowledgement(sequence: number, id: number): (...args: unknown[]) => void {
    const ack: AwaitedAck = { sequence, id, link: this.link };
    this.#awaited ??= new Map();
    this.#awaited.set(sequence, ack);
    if (this.#awaited.size > this.#host.limits.maxAwaited) this.#dropOldestAwaited();
    let answered = false;
    return (...args) => {
      if (answered || this.#forgotten) return;
      answered = true;
      this.#answer(ack, args);
    };
  }

  /** An event that was taken before came again, and asks for its acknowledgement under another id. */
  repeat(sequence: number, id: number): void {
    const awaited = this.#awaited?.get(sequence);
    if (awaited !== undefined) {
      awaited.id = id;
      awaited.link = this.link;
      return;
    }
    const stored = this.#stored?.get(sequence);
    const args = stored && this.#decode(stored);
    if (args === undefined) this.link?.sendGone(id);
    else this.link?.send(this.#encode(id, args));
  }

  /** It has left the table: nobody can ask for anything any more. */
  forget(): void {
    this.#forgotten = true;
    this.#awaited = undefined;
    this.#stored = undefined;
  }

  /** Says whether there was a stored acknowledgement to drop. */
  dropOldestAck(): boolean {
    const before = this.bytes;
    const dropped = this.#stored?.dropOldest() ?? false;
    this.#host.resized(this, this.bytes - before);
    return dropped;
  }

  #answer(ack: AwaitedAck, args: readonly unknown[]): void {
    const { id } = ack;
    const outgoing = this.#encode(id, args);
    // With a blob in it, it cannot be stored before that was read. Until then it counts as awaited.
    if (outgoing.waiting) outgoing.waiting.push(() => this.#answered(ack, id, outgoing));
    else this.#answered(ack, id, outgoing);
  }

  #answered({ sequence, id, link }: AwaitedAck, encodedFor: number, outgoing: Outgoing): void {
    this.#awaited?.delete(sequence);
    if (!outgoing.dropped) this.#store(sequence, outgoing);
    // The client is away, or is back and has not asked again yet: it will.
    if (link === undefined || link !== this.link) return;
    if (id === encodedFor) link.send(outgoing);
    else this.repeat(sequence, id);
    link.acknowledged(sequence);
  }

  #store(sequence: number, outgoing: Outgoing): void {
    this.#stored ??= new StoredAcks();
    const before = this.bytes;
    this.#stored.add(sequence, outgoing, this.#host.limits);
    this.#host.resized(this, this.bytes - before);
  }

  /** What is not told by its id any more is still told, as long as the connection lasts. */
  #dropOldestAwaited(): void {
    for (const sequence of this.#awaited?.keys() ?? []) {
      this.#awaited?.delete(sequence);
      return;
    }
  }

  #encode(id: number, args: readonly unknown[]): Outgoing {
    return this.#host.codec.encode({ type: PacketType.ACK, nsp: this.namespace, id, data: args });
  }

  #decode({ data, attachments }: StoredAck): readonly unknown[] | undefined {
    const decoder = this.#host.codec.createDecoder({
      maxAttachments: attachments.length,
      maxAttachmentBytes: Number.POSITIVE_INFINITY,
    });
    let decoded = typeof data === "string" ? decoder.receiveText(data) : decoder.receiveBinary(data);
    for (const attachment of attachments) decoded = decoder.receiveBinary(attachment);
    decoder.destroy?.();
    if (decoded === "incomplete" || decoded instanceof Malformed) return undefined;
    return decoded.type === PacketType.ACK ? decoded.data : undefined;
  }
}
