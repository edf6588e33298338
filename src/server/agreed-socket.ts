import type { Outgoing } from "../engine/outgoing.ts";
import type { Session } from "../engine/session.ts";
import { type JsonObject, type Packet, PacketType } from "../socketio/packet.ts";
import { AGREEMENT, type Agreement, VERSION, withoutAgreement } from "./agreement.ts";
import type { ClientSocket, InnerSocket } from "./client-socket.ts";
import type { DisconnectReason } from "./disconnect-reason.ts";
import type { EventData } from "./member.ts";
import { toRefusal } from "./middleware.ts";
import type { Producer, ProducerLink } from "./producer.ts";
import { Progress } from "./progress.ts";
import type { Realm } from "./realm.ts";
import { askToRefresh } from "./refresh-auth.ts";
import { parseSequence, UNNUMBERED } from "./sequence.ts";

/** What stands under an {@link AgreedSocket}. */
export interface AgreedClient {
  readonly session: Session;
  close(reason: DisconnectReason, description?: unknown): void;
}

/** The namespace of an {@link AgreedSocket}. */
export interface AgreedNamespace {
  readonly name: string;
  /** Whether clients may refresh their credentials. */
  readonly refreshesAuth: boolean;
  /** Asks the application about new credentials. */
  refreshAuth(socket: InnerSocket, auth: Record<string, unknown>): void | PromiseLike<void>;
}

/**
 * Stands between a client of ours and its socket: takes the numbers off its events, drops those that were taken
 * before, and keeps what goes between client and server away from the application. Sockets of other clients have
 * none of it.
 */
export class AgreedSocket implements ClientSocket, ProducerLink {
  readonly #client: AgreedClient;
  readonly #realm: Realm;
  readonly #namespace: AgreedNamespace;
  readonly #socket: InnerSocket;
  readonly #id: string;
  readonly #refreshTimeout: number;
  #producer: Producer | undefined;
  #progress: Progress | undefined;
  #refreshing = false;
  #isNumbered = false;

  constructor(
    client: AgreedClient,
    realm: Realm,
    namespace: AgreedNamespace,
    socket: InnerSocket,
    { producer }: Agreement,
    refreshTimeout: number,
  ) {
    this.#client = client;
    this.#realm = realm;
    this.#namespace = namespace;
    this.#socket = socket;
    this.#id = producer;
    this.#refreshTimeout = refreshTimeout;
  }

  // --- called by the client

  get connected(): boolean {
    return this.#socket.connected;
  }

  get isBusy(): boolean {
    return this.#socket.isBusy || this.#producer?.isBusy === true;
  }

  opened(): void {
    const { clock, producers } = this.#realm;
    const producer = producers.connect(this.#namespace.name, this.#id, this);
    const { last, epoch } = producer;
    this.#producer = producer;
    this.#progress = new Progress(clock, last, (sequence) => this.#sendEvent(["~ack", sequence]));
    const answer = { v: VERSION, seq: last, epoch };
    this.#socket.opened({ [AGREEMENT]: this.#namespace.refreshesAuth ? { ...answer, auth: true } : answer });
  }

  closed(reason: DisconnectReason, description?: unknown): void {
    this.#socket.closed(reason, description);
  }

  /** The socket is over, whoever ended it. */
  left(): void {
    if (this.#producer === undefined) return;
    this.#producer = undefined;
    this.#progress?.end();
    this.#realm.producers.disconnect(this.#namespace.name, this.#id);
  }

  receiveEvent(id: number | undefined, data: EventData): void {
    // The name is none of the arguments.
    const sequence = data.length > 1 ? parseSequence(data.at(-1)) : undefined;
    if (sequence !== undefined && sequence !== UNNUMBERED) {
      this.#receiveNumbered(sequence, id, withoutLast(data));
    } else if (data[0].startsWith("~")) {
      this.#receiveReserved(id, data);
    } else {
      this.#socket.receiveEvent(id, sequence === undefined ? data : withoutLast(data));
    }
  }

  receiveAck(id: number, args: readonly unknown[]): boolean {
    return this.#socket.receiveAck(id, args);
  }

  /** Tells the client to wait before it connects again: the connection is about to be closed. */
  advise(retryIn: number): void {
    this.#sendEvent(["~advice", { retryIn }]);
  }

  // --- called by the producer

  send(outgoing: Outgoing): void {
    this.#client.session.send(outgoing);
  }

  sendGone(id: number): void {
    this.#sendEvent(["~gone", id]);
  }

  acknowledged(sequence: number): void {
    this.#progress?.acknowledged(sequence);
  }

  supersede(): void {
    this.#client.close("transport close", "the client came back on another connection");
  }

  #receiveNumbered(sequence: number, id: number | undefined, data: EventData): void {
    const producer = this.#producer;
    if (producer === undefined) return;
    const isFirst = !this.#isNumbered;
    this.#isNumbered = true;
    switch (producer.take(sequence, isFirst)) {
      case "next": {
        this.#progress?.taken(sequence);
        const acknowledge = id === undefined ? undefined : producer.acknowledgement(sequence, id);
        this.#socket.deliver(data, acknowledge, true);
        break;
      }
      case "repeat":
        if (id !== undefined) producer.repeat(sequence, id);
        break;
      case "ahead":
        this.#client.close("parse error", `event ${sequence} after event ${producer.last}`);
        break;
    }
  }

  #receiveReserved(id: number | undefined, [event, auth]: EventData): void {
    if (event === "~auth" && id !== undefined && isObject(auth)) {
      this.#refresh(id, withoutAgreement(auth));
    } else {
      this.#client.close("parse error", `the reserved event ${event}`);
    }
  }

  #refresh(id: number, auth: Record<string, unknown>): void {
    const namespace = this.#namespace;
    const answer = (refusal: JsonObject | null): void => {
      this.#send({ type: PacketType.ACK, nsp: namespace.name, id, data: [refusal] });
    };
    if (!namespace.refreshesAuth) {
      answer({ message: "This server does not refresh credentials." });
    } else if (this.#refreshing) {
      answer({ message: "The credentials before these are still being checked." });
    } else {
      this.#refreshing = true;
      const ask = (): void | PromiseLike<void> => namespace.refreshAuth(this.#socket, auth);
      askToRefresh(ask, this.#realm.clock, this.#refreshTimeout, (error) => {
        this.#refreshing = false;
        if (!this.connected) return;
        if (error === undefined) this.#socket.refreshed(auth);
        answer(error === undefined ? null : toRefusal(error));
      });
    }
  }

  #sendEvent(data: EventData): void {
    this.#send({ type: PacketType.EVENT, nsp: this.#namespace.name, id: undefined, data });
  }

  #send(packet: Packet): void {
    this.#client.session.send(this.#realm.codec.encode(packet));
  }
}

function withoutLast([event, ...args]: EventData): EventData {
  return [event, ...args.slice(0, -1)];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
