import type { DefaultEventsMap, EventsMap } from "../emitter.ts";
import { type JsonObject, type Packet, PacketType } from "../socketio/packet.ts";
import type { Adapter } from "./adapter.ts";
import type { Room, SocketId } from "./audience.ts";
import type { Acknowledge } from "./client-socket.ts";
import type { DisconnectReason } from "./disconnect-reason.ts";
import type { EngineSocket } from "./engine-socket.ts";
import { type Handshake, toHandshake } from "./handshake.ts";
import type { EventData } from "./member.ts";
import { type Middleware, runMiddleware } from "./middleware.ts";
import type { Namespace } from "./namespace.ts";
import type { Restored, ReturningSocket } from "./recovery/recovery.ts";
import type { IncomingMessage } from "./request.ts";
import { SendingSocket } from "./sending-socket.ts";
import type { SocketClient } from "./socket-client.ts";
import type { Event, SocketReservedEvents } from "./socket-events.ts";
import type { EventError } from "./validation/event-schemas.ts";

/** When this was loaded, in milliseconds since 1970. */
const START = Date.now();

/** `waiting` for the middleware of the namespace; `leaving` while the listeners of `disconnecting` run. */
type State = "waiting" | "connected" | "leaving" | "gone";

/**
 * One client in one namespace. Listen to what the client emits with `on`, and send with `emit`.
 *
 * What a listener throws is the application's fault: it surfaces as an uncaught exception, from a timer, after
 * the state of this connection and of all others is in order.
 */
export class Socket<
    ListenEvents extends EventsMap = DefaultEventsMap,
    EmitEvents extends EventsMap = ListenEvents,
    ServerSideEvents extends EventsMap = DefaultEventsMap,
    // biome-ignore lint/suspicious/noExplicitAny: the default of Socket.IO's types
    SocketData = any,
  >
  extends SendingSocket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>
  implements ReturningSocket
{
  #state: State = "waiting";
  /** Whether this socket took over from one whose connection was lost. */
  readonly recovered: boolean;
  #auth: Handshake["auth"];
  /** Milliseconds since {@link START}: since 1970, it would be an object of its own. */
  readonly #issued = Date.now() - START;
  // Made when they are first needed: most sockets have none of these, and are in the room of their own id alone.
  #rooms: Set<Room> | undefined;
  #data: SocketData | undefined;
  #handshake: Handshake | undefined;
  /** Acknowledgements that the program has not given yet. */
  #owed = 0;
  #middleware: readonly Middleware<Event>[] | undefined;

  /** @internal Made by the namespace. */
  constructor(
    nsp: Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData>,
    client: SocketClient,
    id: SocketId,
    auth: Handshake["auth"],
    restored?: Restored,
  ) {
    super(nsp, client, id);
    this.#auth = auth;
    this.recovered = restored !== undefined;
    nsp.audience.add();
    if (restored === undefined) return;
    this.#data = restored.data as SocketData;
    this.join(restored.rooms);
  }

  get connected(): boolean {
    return this.#state === "connected" || this.#state === "leaving";
  }

  protected get gone(): boolean {
    return this.#state === "gone";
  }

  /** @internal Whether an acknowledgement is owed, by the client or to it. */
  get isBusy(): boolean {
    return this.#owed > 0 || this.isAwaiting;
  }

  get disconnected(): boolean {
    return !this.connected;
  }

  /** Anything that the application wants to keep with this socket. */
  get data(): SocketData {
    this.#data ??= {} as SocketData;
    return this.#data;
  }
  set data(data: SocketData) {
    this.#data = data;
  }

  /** What was known when the client connected, and the credentials that it sent for this namespace. */
  get handshake(): Handshake {
    this.#handshake ??= toHandshake(
      this.request,
      this.client.remoteAddress,
      START + this.#issued,
      this.#auth,
    );
    return this.#handshake;
  }

  /** The first request of the client. */
  get request(): IncomingMessage {
    return this.client.request;
  }

  /** The connection under this socket. */
  get conn(): EngineSocket {
    return this.client.conn;
  }

  /** The rooms of its namespace and their members: `socket.adapter.rooms`. */
  get adapter(): Adapter {
    return this.nsp.adapter;
  }

  /** The rooms that this socket is in, always as they are; its own id is one of them. Not to be changed here. */
  get rooms(): Set<Room> {
    this.#rooms ??= new Set(this.connected ? [this.id] : []);
    return this.#rooms;
  }

  // --- rooms

  /** Joins one room or several. A socket that is gone joins none. */
  join(rooms: Room | readonly Room[]): void {
    if (this.#state === "gone") return;
    const mine = this.rooms;
    for (const room of [rooms].flat()) {
      if (mine.has(room)) continue;
      mine.add(room);
      this.nsp.audience.join(room, this);
    }
  }

  /** Leaves a room. */
  leave(room: Room): void {
    if (this.rooms.delete(room)) this.nsp.audience.leave(room, this);
  }

  // --- from the client

  /**
   * Adds a function that sees each event of the client before its listeners do, and may refuse it with
   * `next(error)`: then the socket tells `error`. A refused event that nobody listens for is dropped.
   */
  use(middleware: Middleware<Event>): this {
    this.#middleware = [...(this.#middleware ?? []), middleware];
    return this;
  }

  /** Leaves the namespace; with `close`, ends the connection with all its sockets. */
  disconnect(close = false): this {
    if (this.#state !== "connected") return this;
    if (close) {
      this.client.disconnect();
    } else {
      this.#send({ type: PacketType.DISCONNECT, nsp: this.nsp.name, id: undefined, data: undefined });
      this.closed("server namespace disconnect");
    }
    return this;
  }

  // --- called by the client and by broadcasts

  /** @internal The namespace accepts this socket. */
  opened(answer?: JsonObject): void {
    // Middleware may have had it join others.
    if (this.#rooms !== undefined) this.join(this.id);
    else this.nsp.audience.join(this.id, this);
    this.#state = "connected";
    this.nsp.audience.everyone.set(this.id, this);
    const recovery = this.nsp.audience.log?.recovery;
    const data: { sid: SocketId; pid?: string } = { sid: this.id };
    if (recovery !== undefined && this.client.recovers) data.pid = recovery.opened(this);
    if (answer !== undefined) Object.assign(data, answer);
    this.#send({ type: PacketType.CONNECT, nsp: this.nsp.name, id: undefined, data });
  }

  /** @internal This socket is over: once, whoever ended it. */
  closed(reason: DisconnectReason, description?: unknown): void {
    if (this.#state === "leaving" || this.#state === "gone") return;
    const wasConnected = this.#state === "connected";
    if (wasConnected) {
      this.#state = "leaving";
      this.#tell("disconnecting", [reason, description]);
    }
    const { rooms } = this;
    this.#state = "gone";
    this.nsp.audience.log?.recovery?.ended(this, reason);
    for (const room of rooms) this.nsp.audience.leave(room, this);
    rooms.clear();
    this.nsp.audience.remove(this);
    this.client.left(this.nsp.name);
    this.loseAcks();
    if (wasConnected) this.#tell("disconnect", [reason, description]);
  }

  /** @internal */
  receiveEvent(id: number | undefined, data: EventData): void {
    this.deliver(data, id === undefined ? undefined : this.#acknowledgement(id));
  }

  /**
   * @internal An event of the client, and what acknowledges it.
   * @param isTaken whether the client will not send it again: then it is heard, also when the connection is lost while
   * a schema or a middleware thinks.
   */
  deliver(data: EventData, acknowledge: Acknowledge | undefined, isTaken = false): void {
    this.nsp.audience.realm.diagnostics.counters.eventsIn += 1;
    const { validator } = this.nsp;
    if (validator === undefined) this.deliverValid(data, acknowledge, isTaken);
    else validator.receive(this, data, acknowledge, isTaken);
  }

  /** @internal One that may be heard. */
  deliverValid(data: EventData, acknowledge: Acknowledge | undefined, isTaken: boolean): void {
    const args: unknown[] = data.slice(1);
    if (acknowledge !== undefined) args.push(acknowledge);
    this.dispatchAny(data[0], args);
    if (this.#middleware === undefined) {
      this.dispatch(data[0], args);
      return;
    }
    const event: Event = [data[0], ...args];
    runMiddleware(this.#middleware, event, (error) => {
      if (!isTaken && !this.connected) return;
      if (error) this.dispatch("error", [error]);
      else this.dispatch(event[0], event.slice(1));
    });
  }

  /** @internal One that does not fit its schema. */
  refuse(error: EventError, acknowledge: Acknowledge | undefined): void {
    acknowledge?.(error.toAnswer());
    this.dispatch("error", [error]);
  }

  /** @internal More events wait for their schemas than may. */
  overflow(): void {
    this.client.close("transport error", "too many events wait to be validated");
  }

  /** @internal */
  guard(run: () => void): void {
    this.client.guard(run);
  }

  /** @internal The application accepted new credentials. */
  refreshed(auth: Handshake["auth"]): void {
    this.#auth = auth;
    if (this.#handshake !== undefined) this.#handshake = { ...this.#handshake, auth };
  }

  /** @internal The client has come back on another connection. */
  supersede(): void {
    this.client.close("transport close", "the client came back on another connection");
  }

  #acknowledgement(id: number): Acknowledge {
    let sent = false;
    this.#owed += 1;
    return (...args) => {
      if (sent || !this.connected) return;
      sent = true;
      this.#owed -= 1;
      this.#send({ type: PacketType.ACK, nsp: this.nsp.name, id, data: args });
    };
  }

  #send(packet: Packet): void {
    const outgoing = this.nsp.audience.realm.codec.encode(packet);
    outgoing.isForOne = true;
    this.client.session.send(outgoing);
  }

  #tell(event: keyof SocketReservedEvents, args: readonly unknown[]): void {
    this.client.guard(() => this.dispatch(event, args));
  }
}
