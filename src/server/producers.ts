import type { Codec } from "./codec.ts";
import { Producer, type ProducerHost, type ProducerLink } from "./producer.ts";

/** How much a server keeps of what clients sent and got, so that what they repeat is not handled twice. */
export interface ProducerLimits {
  /** Producers that are away. */
  readonly maxProducers: number;
  /** Acknowledgements stored for one of them, and those that it still waits for. */
  readonly maxStoredAcks: number;
  /** Bytes of the acknowledgements stored for one. */
  readonly maxStoredAckBytes: number;
  /** Bytes of all stored acknowledgements. */
  readonly maxStoredBytes: number;
}

/**
 * The producers of one server: those that are connected, and the last ones that were. A producer that is connected
 * is never forgotten; its connection is what bounds how many there are. Of those that are away, the one that is
 * away for the longest goes first.
 */
export class Producers implements ProducerHost {
  readonly codec: Codec;
  readonly #limits: () => ProducerLimits;
  readonly #createEpoch: () => string;
  readonly #connected = new Map<string, Producer>();
  // In the order in which they went away.
  readonly #away = new Map<string, Producer>();
  #bytes = 0;

  /** @param createEpoch gives a name that no other server, and no other life of this one, has given. */
  constructor(codec: Codec, limits: () => ProducerLimits, createEpoch: () => string) {
    this.codec = codec;
    this.#limits = limits;
    this.#createEpoch = createEpoch;
  }

  /** How many are known. */
  get size(): number {
    return this.#connected.size + this.#away.size;
  }

  get limits(): ProducerHost["limits"] {
    const { maxStoredAcks, maxStoredAckBytes } = this.#limits();
    return { maxAcks: maxStoredAcks, maxBytes: maxStoredAckBytes, maxAwaited: maxStoredAcks };
  }

  /** Ends the connection that the producer has here, if any: the client is about to open another one. */
  supersede(namespace: string, id: string): void {
    this.#connected.get(keyOf(namespace, id))?.link?.supersede();
  }

  /** The producer is connected by `link`. Gives what is known of it, or a new one. */
  connect(namespace: string, id: string, link: ProducerLink): Producer {
    this.supersede(namespace, id);
    const key = keyOf(namespace, id);
    const producer = this.#away.get(key) ?? new Producer(this, namespace, this.#createEpoch());
    this.#away.delete(key);
    this.#connected.set(key, producer);
    producer.link = link;
    return producer;
  }

  /** The connection of the producer is over. */
  disconnect(namespace: string, id: string): void {
    const key = keyOf(namespace, id);
    const producer = this.#connected.get(key);
    if (producer === undefined) return;
    producer.link = undefined;
    this.#connected.delete(key);
    this.#away.set(key, producer);
    while (this.#away.size > this.#limits().maxProducers) this.#forgetOldest();
  }

  resized(producer: Producer, bytes: number): void {
    this.#bytes += bytes;
    const { maxStoredBytes } = this.#limits();
    while (this.#bytes > maxStoredBytes) {
      if (!this.#forgetOldest() && !producer.dropOldestAck()) return;
    }
  }

  #forgetOldest(): boolean {
    for (const [key, producer] of this.#away) {
      this.#away.delete(key);
      this.#bytes -= producer.bytes;
      producer.forget();
      return true;
    }
    return false;
  }
}

/** No name of a namespace has a comma. */
function keyOf(namespace: string, id: string): string {
  return `${namespace},${id}`;
}
