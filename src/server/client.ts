import type { Binary } from "../binary.ts";
import type { Cancel } from "../clock.ts";
import type { ObservableSession, SessionCloseReason, SessionHandler } from "../engine/session.ts";
import { Allowance } from "../rate.ts";
import { call, throwLater } from "../report.ts";
import { Malformed } from "../socketio/malformed.ts";
import { type ConnectPacket, type JsonObject, type Packet, PacketType } from "../socketio/packet.ts";
import { type AgreedNamespace, AgreedSocket } from "./agreed-socket.ts";
import { AGREEMENT, type Agreement, parseAgreement, withoutAgreement } from "./agreement.ts";
import type { ClientSocket, InnerSocket } from "./client-socket.ts";
import type { PacketDecoder } from "./codec.ts";
import type { DisconnectReason } from "./disconnect-reason.ts";
import { EngineSocket } from "./engine-socket.ts";
import { NO_CREDENTIALS } from "./handshake.ts";
import type { JoinDeadlines } from "./join-deadlines.ts";
import { type ExtendedError, toRefusal } from "./middleware.ts";
import type { Policy } from "./options.ts";
import type { Realm } from "./realm.ts";
import type { IncomingMessage } from "./request.ts";
import { SmallMap } from "./small-map.ts";
import type { SocketClient } from "./socket-client.ts";

/** Acknowledgements that nobody asked for, before the client counts as hostile. */
const MAX_FORGED_ACKS = 100;
/** How often a client may take back a CONNECT that it has heard no answer to: so many at once, */
const RETRACTIONS = 16;
/** and so many a second. */
const RETRACTION_RATE = 1;

/** Of how many namespaces the application may have to say at a time whether this client gets them. */
const MAX_ASKED = 1_000;

/** Stands where a socket will, while the application says whether there is such a namespace. */
class Asked {}

/** What a client needs of a namespace. */
interface ClientNamespace extends AgreedNamespace {
  /** A socket that waits for {@link admit}. */
  createSocket(client: SocketClient, auth: Record<string, unknown>): InnerSocket;
  /** Whether nobody has to be asked, and nothing is to be sent before. */
  admitsAtOnce(socket: InnerSocket): boolean;
  /** Asks the middleware; `done` may be called later. */
  admit(socket: InnerSocket, done: (error?: ExtendedError) => void): void;
  /** Tells the application of a socket that is open. */
  connected(socket: InnerSocket): void;
}

/** What a client needs of the server. */
export interface ClientHost {
  readonly realm: Realm;
  readonly policy: Policy;
  /** Where clients wait that have joined no namespace yet. */
  readonly joining: JoinDeadlines;
  /** The namespace of this name, where it is there. */
  knownNamespace(name: string): ClientNamespace | undefined;
  /** Gives the namespace of this name, or none where the client may not have it; `done` may be called later. */
  findNamespace(
    name: string,
    auth: Record<string, unknown>,
    done: (namespace: ClientNamespace | undefined) => void,
  ): void;
  /** The client is over. */
  forget(client: Client, reason: DisconnectReason, description: unknown): void;
}

/**
 * One connection: it decodes what comes and hands it to the socket of its namespace. Whatever breaks the protocol
 * closes this connection, and this one only.
 */
export class Client implements SocketClient, SessionHandler {
  /** The address of the client, or of the proxy before it. */
  readonly remoteAddress: string;
  /** @internal */
  readonly session: ObservableSession;

  readonly #host: ClientHost;
  readonly #request: IncomingMessage;
  readonly #decoder: PacketDecoder;
  // "left" keeps a place for what the client sent before it heard that the server had disconnected its socket.
  readonly #sockets = new SmallMap<string, ClientSocket | Asked | "left">();
  #conn: EngineSocket | undefined;
  /** Where it waits, until it has joined a namespace. */
  #joining: JoinDeadlines | undefined;
  #cancelAttachmentsTimeout: Cancel | undefined;
  #attachmentsAwaitedSince: number | undefined;
  #forgedAcks = 0;
  /** Namespaces that the application thinks about, those too that the client does not wait for any more. */
  #asked = 0;
  #retractions: Allowance | undefined;
  #closed = false;

  /** @internal Made by the server. */
  constructor(host: ClientHost, session: ObservableSession, request: IncomingMessage) {
    const { realm, policy } = host;
    this.#host = host;
    this.session = session;
    this.#request = request;
    // Asked for now: a socket that is closed has no address any more.
    this.remoteAddress = realm.addressOf(request);
    this.#decoder = realm.codec.createDecoder({
      maxAttachments: policy.maxAttachments,
      maxAttachmentBytes: policy.maxHttpBufferSize,
    });
    this.#joining = host.joining;
    this.#joining.add(this);
  }

  /** The id of the session, which is not the id of any socket. */
  get id(): string {
    return this.session.id;
  }

  /** The first request. */
  get request(): IncomingMessage {
    this.#host.realm.describe(this.#request);
    return this.#request;
  }

  /** The connection as the documentation shows it. */
  get conn(): EngineSocket {
    this.#conn ??= new EngineSocket(this.session, this.request, this.remoteAddress, this.#host.realm.clock);
    return this.#conn;
  }

  /** Called by the session. */
  message(data: string | Binary): void {
    if (this.#closed) return;
    const decoded =
      typeof data === "string" ? this.#decoder.receiveText(data) : this.#decoder.receiveBinary(data);
    if (decoded === "incomplete") {
      this.#awaitAttachments();
    } else if (decoded instanceof Malformed) {
      this.close("parse error", decoded.reason);
    } else {
      this.#attachmentsAwaitedSince = undefined;
      try {
        this.#receive(decoded);
      } catch (error) {
        throwLater(error, this.#host.realm.clock);
      }
    }
  }

  /** Called by the session. */
  upgraded(): void {
    this.guard(() => this.#conn?.movedOn());
  }

  /** Called by the session. */
  closed(reason: SessionCloseReason, description?: unknown): void {
    this.#end(reason, description);
  }

  /** @internal A getter: it costs no connection anything. */
  get recovers(): boolean {
    return true;
  }

  /** @internal Ends the connection; its sockets disconnect with `reason`. */
  close(reason: DisconnectReason, description?: unknown): void {
    this.#end(reason, description);
    this.session.close();
  }

  /** @internal Disconnects all sockets, tells the client so, and ends the connection. */
  disconnect(): void {
    for (const [name, socket] of this.#sockets.entries()) {
      if (!isSocket(socket) || !socket.connected) continue;
      this.#send({ type: PacketType.DISCONNECT, nsp: name, id: undefined, data: undefined });
    }
    this.close("server namespace disconnect");
  }

  /** @internal The socket of this namespace is over. */
  left(namespace: string): void {
    const socket = this.#sockets.get(namespace);
    this.#sockets.set(namespace, "left");
    if (socket instanceof AgreedSocket) socket.left();
  }

  /** @internal Whether an acknowledgement is owed, by the client or to it. */
  get isBusy(): boolean {
    return this.#sockets.values().some((socket) => isSocket(socket) && socket.isBusy);
  }

  /** @internal Tells a client of ours to wait so long, in milliseconds, before it connects again. */
  advise(retryIn: number): void {
    for (const socket of this.#sockets.values()) {
      if (!(socket instanceof AgreedSocket) || !socket.connected) continue;
      socket.advise(retryIn);
      return;
    }
  }

  /**
   * @internal Runs code of the application. What it throws surfaces from a timer of its own, as an uncaught
   * exception, so that it finds no connection half changed.
   */
  guard(run: () => void): void {
    call(this.#host.realm.clock, run);
  }

  #receive(packet: Packet): void {
    if (packet.type === PacketType.CONNECT) {
      this.#connect(packet);
      return;
    }
    const socket = this.#sockets.get(packet.nsp);
    if (socket === "left") return;
    if (socket === undefined) {
      this.close("parse error", "a packet for a namespace without CONNECT");
    } else if (packet.type === PacketType.DISCONNECT) {
      if (isSocket(socket) && socket.connected) this.#leave(packet.nsp, socket);
      else this.#retract(packet.nsp, socket);
    } else if (!isSocket(socket) || !socket.connected) {
      this.close("parse error", "a packet before CONNECT was answered");
    } else if (packet.type === PacketType.EVENT) {
      socket.receiveEvent(packet.id, packet.data);
    } else if (packet.type === PacketType.ACK) {
      if (!socket.receiveAck(packet.id, packet.data)) this.#forgedAck();
    } else {
      this.close("parse error", "a CONNECT_ERROR from a client");
    }
  }

  #connect({ nsp: name, data = NO_CREDENTIALS }: ConnectPacket): void {
    const before = this.#sockets.get(name);
    if (before !== undefined && before !== "left" && !this.#retract(name, before)) return;
    const agreement = AGREEMENT in data ? parseAgreement(data[AGREEMENT]) : undefined;
    const auth = AGREEMENT in data ? withoutAgreement(data) : data;
    // Before this one recovers what the other one holds.
    if (agreement !== undefined) this.#host.realm.producers.supersede(name, agreement.producer);
    // Nearly always, and without the callbacks that all others need.
    const known = this.#host.knownNamespace(name);
    if (known !== undefined) {
      this.#join(name, known, auth, agreement);
      return;
    }
    if (this.#asked >= MAX_ASKED) {
      this.close("parse error", "CONNECT to more namespaces than can be asked about");
      return;
    }
    this.#asked += 1;
    const asked = new Asked();
    this.#sockets.set(name, asked);
    this.#host.findNamespace(name, auth, (namespace) => {
      this.#asked -= 1;
      // The client may have left while the application thought.
      if (this.#sockets.get(name) !== asked) return;
      if (namespace !== undefined) {
        this.#join(name, namespace, auth, agreement);
      } else {
        this.#sockets.delete(name);
        this.#refuse(name, { message: "Invalid namespace" });
      }
    });
  }

  #join(
    name: string,
    namespace: ClientNamespace,
    auth: Record<string, unknown>,
    agreement: Agreement | undefined,
  ): void {
    const { realm, policy } = this.#host;
    const inner = namespace.createSocket(this, auth);
    const socket =
      agreement === undefined
        ? inner
        : new AgreedSocket(this, realm, namespace, inner, agreement, policy.hookTimeout);
    this.#sockets.set(name, socket);
    if (namespace.admitsAtOnce(inner)) {
      this.#enter(namespace, inner, socket);
      return;
    }
    namespace.admit(inner, (error) => {
      // As above, while the middleware thought.
      if (this.#sockets.get(name) !== socket) return;
      if (error) {
        socket.closed("server namespace disconnect");
        this.#sockets.delete(name);
        this.#refuse(name, toRefusal(error));
      } else {
        this.#enter(namespace, inner, socket);
      }
    });
  }

  #enter(namespace: ClientNamespace, inner: InnerSocket, socket: ClientSocket): void {
    this.#joined();
    socket.opened();
    namespace.connected(inner);
  }

  /**
   * The client takes back a CONNECT whose answer it has not heard: with `disconnect()` and `connect()` before the
   * answer, clients send a second CONNECT and nothing else. One that never stops would keep the application busy.
   */
  #retract(name: string, before: ClientSocket | Asked): boolean {
    const now = this.#host.realm.clock.now();
    this.#retractions ??= new Allowance(RETRACTION_RATE, RETRACTIONS, now);
    if (this.#retractions.take(1, now) > 0) {
      this.close("parse error", "CONNECT after CONNECT for one namespace");
      return false;
    }
    this.#leave(name, before);
    // A listener of `disconnect` may have ended the connection.
    return !this.#closed;
  }

  #leave(name: string, socket: ClientSocket | Asked): void {
    if (isSocket(socket)) socket.closed("client namespace disconnect");
    this.#sockets.delete(name);
  }

  /** @internal */
  granted(): void {
    this.#joined();
  }

  #joined(): void {
    this.#joining?.delete(this);
    this.#joining = undefined;
  }

  #refuse(namespace: string, data: JsonObject): void {
    this.#send({ type: PacketType.CONNECT_ERROR, nsp: namespace, id: undefined, data });
  }

  #forgedAck(): void {
    this.#forgedAcks += 1;
    if (this.#forgedAcks > MAX_FORGED_ACKS)
      this.close("parse error", "acknowledgements that nobody asked for");
  }

  // One timer at a time, however many binary packets come: when it ends, it looks how long the present one waits.
  #awaitAttachments(): void {
    const { realm, policy } = this.#host;
    this.#attachmentsAwaitedSince = realm.clock.now();
    if (this.#cancelAttachmentsTimeout === undefined) this.#armAttachmentsTimeout(policy.attachmentTimeout);
  }

  #armAttachmentsTimeout(milliseconds: number): void {
    const { realm, policy } = this.#host;
    const { clock } = realm;
    this.#cancelAttachmentsTimeout = clock.after(milliseconds, () => {
      this.#cancelAttachmentsTimeout = undefined;
      if (this.#attachmentsAwaitedSince === undefined) return;
      const left = this.#attachmentsAwaitedSince + policy.attachmentTimeout - clock.now();
      if (left > 0) this.#armAttachmentsTimeout(left);
      else this.close("parse error", "attachments that did not come");
    });
  }

  #end(reason: DisconnectReason, description: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#joined();
    this.#cancelAttachmentsTimeout?.();
    this.#decoder.destroy?.();
    this.#host.forget(this, reason, description);
    for (const socket of this.#sockets.values()) {
      if (isSocket(socket)) socket.closed(reason, description);
    }
    this.#sockets.clear();
    this.guard(() => this.#conn?.closed(reason, description));
  }

  #send(packet: Packet): void {
    this.session.send(this.#host.realm.codec.encode(packet));
  }
}

function isSocket(socket: ClientSocket | Asked | "left"): socket is ClientSocket {
  return typeof socket === "object" && !(socket instanceof Asked);
}
