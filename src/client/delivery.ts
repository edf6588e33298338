import type { Outgoing } from "../engine/outgoing.ts";
import { BaroError, ERR_STATE } from "../errors.ts";
import { type EventPacket, type JsonObject, PacketType } from "../socketio/packet.ts";
import { reservedName } from "../socketio/reserved.ts";
import type { Engine } from "./engine.ts";
import type { Link } from "./link.ts";
import type { SocketOptions } from "./options.ts";
import type { PendingAcks } from "./pending-acks.ts";
import { toError } from "./socket-events.ts";

const VERSION = 1;
const MAX_RETAINED = 1_000;
const MAX_RETAINED_BYTES = 4 * 1024 * 1024;

interface Kept {
  readonly outgoing: Outgoing;
  /** Of the acknowledgement that its event asked for. */
  readonly id: number | undefined;
}

/**
 * Exactly-once delivery to a server that offers it (docs/protocol.md, "Baro's client and Baro's server"): events have
 * numbers, and what the server may not have taken when the connection broke is sent again under the same number.
 */
export class Delivery {
  readonly #link: Link;
  readonly #acks: PendingAcks;
  readonly #limits: SocketOptions;
  /** Names this socket over all its connections. */
  #producer: string | undefined;
  /** Which state of the server the numbers belong to. */
  #epoch: unknown;
  #last = 0;
  /** By number, in order: what the server is not known to have taken, and what it has not acknowledged. */
  readonly #kept = new Map<number, Kept>();
  #bytes = 0;
  #agreed = false;
  #refreshes = false;

  constructor(link: Link, acks: PendingAcks, limits: SocketOptions) {
    this.#link = link;
    this.#acks = acks;
    this.#limits = limits;
  }

  /** Whether this connection's server agreed. */
  get agreed(): boolean {
    return this.#agreed;
  }

  /** Whether anything is kept that may have to be sent again. */
  get keeps(): boolean {
    return this.#kept.size > 0;
  }

  /** What stands beside the credentials; nothing for a server that has offered nothing. */
  request(): JsonObject {
    if (!this.#link.isOffered) return {};
    this.#producer ??= this.#link.platform.randomId();
    return { "~rt": { v: VERSION, prod: this.#producer } };
  }

  /**
   * Sends an event, with its number where that was agreed. A volatile one has none, and one that does not fit into the
   * bounds of what is kept has none either: it is sent once, as Socket.IO does it.
   *
   * @throws BaroError `BARO_EVENT_NAME` for a name that the agreement keeps; `BARO_DATA` for data that JSON cannot hold.
   */
  send(packet: EventPacket, volatile = false): void {
    const { data, id } = packet;
    if (!this.#agreed) {
      this.#link.send(packet);
      return;
    }
    if (data[0].startsWith("~")) throw reservedName(data[0]);
    const { maxRetained = MAX_RETAINED, maxRetainedBytes = MAX_RETAINED_BYTES } = this.#limits;
    const isKept = !volatile && this.#kept.size < maxRetained && this.#bytes < maxRetainedBytes;
    const sequence = this.#last + 1;
    // Without a number the mark stands alone, so that no argument of the program is taken for one.
    const outgoing = this.#link.send({ ...packet, data: [...data, `~${isKept ? sequence : ""}`] });
    if (!isKept) return;
    this.#last = sequence;
    this.#kept.set(sequence, { outgoing, id });
    this.#bytes += outgoing.size;
  }

  /** Takes an event that the server, not its application, has sent; says whether it was one. */
  receive([event, value]: EventPacket["data"]): boolean {
    if (!this.#agreed || !event.startsWith("~")) return false;
    if (event === "~ack") this.#taken(value);
    if (event === "~gone") this.#acks.forget((id) => id === value)();
    if (event === "~advice") this.#link.heed(value);
    return true;
  }

  /** Shows the server new credentials. @throws BaroError `BARO_STATE` where it takes none. */
  async refresh(namespace: string, auth: object): Promise<void> {
    if (!this.#refreshes) throw new BaroError(ERR_STATE, "No server that renews credentials is connected.");
    const [error, refusal] = await new Promise<unknown[]>((resolve) => {
      const id = this.#acks.add((...answer) => resolve(answer), true);
      this.#link.send({ type: PacketType.EVENT, namespace, id, data: ["~auth", auth] });
    });
    if (error ?? refusal) throw error ?? toError(refusal as JsonObject);
  }

  /**
   * The server granted the namespace, and took up the request or not. Gives what tells those who wait for it in vain
   * that no answer will come.
   */
  agree(answer: unknown): (() => void) | undefined {
    const { v, seq, epoch, auth } = (answer ?? {}) as JsonObject;
    this.#agreed = v === VERSION && typeof epoch === "string" && Number.isSafeInteger(seq);
    this.#refreshes = this.#agreed && auth === true;
    // After `disconnect()` nothing is kept, or nothing that goes on from where the server is.
    const [first = Number.POSITIVE_INFINITY] = this.#kept.keys();
    if (this.#agreed && epoch === this.#epoch && first <= (seq as number) + 1) {
      this.#taken(seq);
      return undefined;
    }
    // Nobody knows what was taken: to send it again could be to do it twice.
    this.#epoch = epoch;
    this.#last = seq as number;
    return this.forget();
  }

  /** Sends what the connection before may have lost. */
  sendAgain(engine: Engine): void {
    for (const { outgoing } of this.#kept.values()) engine.send(outgoing);
  }

  /** The server has taken everything up to this number. What it is to acknowledge yet is asked for again all the same. */
  #taken(last: unknown): void {
    for (const [sequence, { outgoing, id }] of this.#kept) {
      if (!(sequence <= (last as number))) return;
      if (id !== undefined && this.#acks.has(id)) continue;
      this.#kept.delete(sequence);
      this.#bytes -= outgoing.size;
    }
  }

  /** An acknowledgement came: what was sent before its event was taken, too. */
  acknowledged(id: number): void {
    for (const [sequence, kept] of this.#kept) {
      if (kept.id !== id) continue;
      this.#taken(sequence);
      break;
    }
  }

  /** The connection is lost. Gives the ids of the acknowledgements that can come on another one, if there will be any. */
  lost(comesBack: boolean): ReadonlySet<number | undefined> {
    this.#agreed = this.#refreshes = false;
    if (!comesBack) this.#clear();
    return this.#ids();
  }

  /** Keeps nothing more. Gives what tells those who wait that no answer will come. */
  forget(): () => void {
    const ids = this.#ids();
    this.#clear();
    return this.#acks.forget((id) => ids.has(id));
  }

  #ids(): ReadonlySet<number | undefined> {
    return new Set(Array.from(this.#kept.values(), ({ id }) => id));
  }

  #clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }
}
