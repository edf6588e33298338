import type { Cancel } from "../clock.ts";
import type { ObservableSession, SessionCloseReason, SessionHandler } from "../engine/session.ts";
import type { ClientMessage } from "../plain/message.ts";
import { call, throwLater } from "../report.ts";
import type { Room } from "./audience.ts";
import type { DisconnectReason } from "./disconnect-reason.ts";
import { EngineSocket } from "./engine-socket.ts";
import type { EventData } from "./member.ts";
import type { ExtendedError } from "./middleware.ts";
import type { Realm } from "./realm.ts";
import type { From, Past, RoomGap } from "./recovery/past.ts";
import type { IncomingMessage } from "./request.ts";
import type { SocketClient } from "./socket-client.ts";

// Shared: most clients have joined what they asked for.
const NO_ROOMS: readonly Room[] = [];

/** Acknowledgements that nobody asked for, before the client counts as hostile. */
const MAX_FORGED_ACKS = 100;

/** Milliseconds until the next page goes to a client that does not read as fast. */
const REST = 50;

/** What a client without a library wants to listen to. */
export interface Wish {
  readonly namespace: string;
  readonly rooms: readonly Room[];
  /** As the CONNECT of a Socket.IO client has it. */
  readonly auth: Record<string, unknown>;
}

/** What is told to such a client when its connection opens. */
export interface Welcome {
  /** The id of its socket. */
  readonly socket: string;
  /** The rooms that it was granted. */
  readonly rooms: readonly Room[];
  /** Where it stands, if it begins here: what it says when it comes back. */
  readonly position: string | undefined;
}

/** What came of a wish; `silent` where the application did not answer in time. */
export type Answer =
  | { readonly kind: "granted"; readonly rooms: readonly Room[] }
  | { readonly kind: "unknown namespace" | "silent" | "no room" }
  | { readonly kind: "refused"; readonly message: string; readonly data: unknown };

/** The bounds of such a client. One object serves all of a server. */
export interface OpenLimits {
  /** Milliseconds that middlewares and hooks together may take. */
  readonly hookTimeout: number;
  /** Milliseconds that the client has for an acknowledgement, where the application says nothing else. */
  readonly ackTimeout: number;
  /** Acknowledgements that are awaited of it at a time. */
  readonly maxAcks: number;
}

/** What hears a session of such a client. */
export interface OpenHandler extends SessionHandler {
  /** The client said something. */
  receive(message: ClientMessage): void;
}

/** A session of such a client. */
export interface OpenClientSession extends ObservableSession {
  handler: OpenHandler;
  /** The first that the client hears. What its socket says of itself is not sent. */
  welcome(welcome: Welcome): void;
  /** Tells the client of what cannot be given any more. @param position where it stands, if nothing follows. */
  miss(gaps: readonly RoomGap[], position: string | undefined): void;
}

/** What such a client needs of its socket. */
interface OpenSocket {
  readonly id: string;
  readonly connected: boolean;
  readonly isBusy: boolean;
  join(rooms: readonly Room[]): void;
  opened(): void;
  closed(reason: DisconnectReason, description?: unknown): void;
  receiveEvent(id: number | undefined, data: EventData): void;
  receiveAck(id: number, args: readonly unknown[]): boolean;
}

/** What it needs of its namespace. */
export interface OpenNamespace {
  createSocket(client: SocketClient, auth: Record<string, unknown>): OpenSocket;
  admit(socket: OpenSocket, done: (error?: ExtendedError) => void): void;
  connected(socket: OpenSocket): void;
  /** What is kept of its events; `undefined` where nothing is. */
  readonly past: Past | undefined;
  /** Whether the socket may listen to `room`. @throws what the application throws. */
  mayListen(socket: OpenSocket, room: Room): boolean | PromiseLike<boolean>;
}

/** What it needs of the server. */
export interface OpenClientHost {
  readonly realm: Realm;
  findNamespace(
    name: string,
    auth: Record<string, unknown>,
    done: (namespace: OpenNamespace | undefined) => void,
  ): void;
  forget(client: OpenClient, reason: DisconnectReason, description: unknown): void;
}

/**
 * One client without a library: one connection, one socket in one namespace. First the application is asked, as for
 * any other client; then the connection opens, and the socket joins the rooms that it may listen to.
 */
export class OpenClient implements SocketClient, OpenHandler {
  readonly request: IncomingMessage;
  readonly remoteAddress: string;
  /** @internal */
  readonly session: OpenClientSession;
  readonly #host: OpenClientHost;
  readonly #limits: OpenLimits;
  #namespace: OpenNamespace | undefined;
  #socket: OpenSocket | undefined;
  #rooms = NO_ROOMS;
  /** What the client has said before its socket was connected. None of most. */
  #early: ClientMessage[] | undefined;
  #conn: EngineSocket | undefined;
  #forgedAcks = 0;
  #closed = false;

  /** @internal Made by the server. */
  constructor(
    host: OpenClientHost,
    session: OpenClientSession,
    request: IncomingMessage,
    limits: OpenLimits,
  ) {
    this.#host = host;
    this.#limits = limits;
    this.session = session;
    this.request = request;
    // Asked for now: a socket that is closed has no address any more.
    this.remoteAddress = host.realm.addressOf(request);
  }

  get id(): string {
    return this.session.id;
  }

  get conn(): EngineSocket {
    this.#conn ??= new EngineSocket(this.session, this.request, this.remoteAddress, this.#host.realm.clock);
    return this.#conn;
  }

  /** @internal */
  get ackTimeout(): number {
    return this.#limits.ackTimeout;
  }

  /** @internal */
  get maxAcks(): number {
    return this.#limits.maxAcks;
  }

  /**
   * Asks the application: the namespace, its middleware, then for each room whether the socket may listen to it.
   * @param done called once, and not when the client is closed before.
   */
  ask(wish: Wish, done: (answer: Answer) => void): void {
    const { realm } = this.#host;
    let cancel: Cancel | undefined;
    let settled = false;
    const settle = (answer: Answer): void => {
      if (settled) return;
      settled = true;
      cancel?.();
      if (this.#closed) return;
      if (answer.kind === "granted") this.#rooms = answer.rooms;
      else this.close("server namespace disconnect");
      done(answer);
    };
    this.#ask(wish, settle);
    if (!settled) cancel = realm.clock.after(this.#limits.hookTimeout, () => settle({ kind: "silent" }));
  }

  /** What is kept of the events of the namespace. */
  get past(): Past | undefined {
    return this.#namespace?.past;
  }

  /**
   * The connection is open: the client hears what it has missed, then its socket joins what it was granted, and the
   * application is told.
   * @param from where the client begins; absent for one that wants what comes.
   */
  start(from?: From): void {
    const socket = this.#socket;
    if (socket === undefined || this.#closed) return;
    const { past } = this;
    // One that comes back goes on from where it stands, should it be lost again before it has heard anything.
    const position = from === undefined ? past?.position : undefined;
    this.session.welcome({ socket: socket.id, rooms: this.#rooms, position });
    if (from === undefined) this.#join(socket);
    else if (past !== undefined) this.#replay(socket, past, from);
    else {
      this.session.miss(
        this.#rooms.map((room) => ({ room, reason: "unkept" })),
        undefined,
      );
      this.#join(socket);
    }
  }

  /** A page in each turn, so that many who come back at once do not hold up the others. */
  #replay(socket: OpenSocket, past: Past, from: From): void {
    if (this.#closed) return;
    const { events, gaps, position, more } = past.since(this.#rooms, from);
    const { session } = this;
    if (gaps.length > 0) session.miss(gaps, events.length === 0 ? position : undefined);
    for (const { outgoing } of events) session.send(outgoing);
    if (!more) {
      // In this turn, so that nothing comes between what was and what comes.
      this.#join(socket);
      return;
    }
    const next = (): void => this.#replay(socket, past, { token: position });
    this.#host.realm.clock.after(session.writable ? 0 : REST, next);
  }

  #join(socket: OpenSocket): void {
    socket.opened();
    if (this.#rooms.length > 0) socket.join(this.#rooms);
    this.#rooms = NO_ROOMS;
    this.guard(() => this.#namespace?.connected(socket));
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const message of early) this.receive(message);
  }

  /** Takes what the client says; what it says while it still hears what it has missed waits. */
  receive(message: ClientMessage): void {
    const socket = this.#socket;
    if (this.#closed || socket === undefined) return;
    if (!socket.connected) {
      // The session bounds how much a client may say.
      this.#early ??= [];
      this.#early.push(message);
      return;
    }
    try {
      if (message.type === "event") socket.receiveEvent(message.id, message.data);
      else if (!socket.receiveAck(message.id, message.args)) this.#forgedAck();
    } catch (error) {
      throwLater(error, this.#host.realm.clock);
    }
  }

  /** Not called: the session of such a client decodes what it says, see {@link receive}. */
  message(): void {}

  /** Called by the session. */
  upgraded(): void {}

  /** Called by the session. */
  closed(reason: SessionCloseReason, description?: unknown): void {
    this.#end(reason, description);
  }

  /** @internal Whether an acknowledgement is owed, by the client or to it. */
  get isBusy(): boolean {
    return this.#socket?.isBusy === true;
  }

  /** @internal Such a client is told with its connection when to come back, if at all. */
  advise(): void {}

  /** @internal Ends the connection; its socket disconnects with `reason`. */
  close(reason: DisconnectReason, description?: unknown): void {
    this.#end(reason, description);
    this.session.close();
  }

  /** @internal */
  disconnect(): void {
    this.close("server namespace disconnect");
  }

  /** @internal Without its socket, the connection has nothing to carry. */
  left(): void {
    if (!this.#closed) this.close("server namespace disconnect");
  }

  /** @internal */
  guard(run: () => void): void {
    call(this.#host.realm.clock, run);
  }

  #ask({ namespace: name, rooms, auth }: Wish, done: (answer: Answer) => void): void {
    const { realm } = this.#host;
    this.guard(() =>
      this.#host.findNamespace(name, auth, (namespace) => {
        if (this.#closed) return;
        if (namespace === undefined) {
          done({ kind: "unknown namespace" });
          return;
        }
        const socket = namespace.createSocket(this, auth);
        this.#namespace = namespace;
        this.#socket = socket;
        namespace.admit(socket, (error) => {
          if (this.#closed) return;
          if (error) {
            done({ kind: "refused", message: error.message, data: error.data });
            return;
          }
          grant(namespace, socket, rooms, (problem) => throwLater(problem, realm.clock)).then((granted) =>
            done(
              granted.length === 0 && rooms.length > 0
                ? { kind: "no room" }
                : { kind: "granted", rooms: granted },
            ),
          );
        });
      }),
    );
  }

  #forgedAck(): void {
    this.#forgedAcks += 1;
    if (this.#forgedAcks > MAX_FORGED_ACKS)
      this.close("parse error", "acknowledgements that nobody asked for");
  }

  #end(reason: DisconnectReason, description: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#host.forget(this, reason, description);
    this.#socket?.closed(reason, description);
    this.guard(() => this.#conn?.closed(reason, description));
  }
}

/** The rooms that the application allows. A hook that fails allows nothing, and its error is reported. */
async function grant(
  namespace: OpenNamespace,
  socket: OpenSocket,
  rooms: readonly Room[],
  failed: (problem: unknown) => void,
): Promise<Room[]> {
  const allowed = await Promise.all(
    rooms.map(async (room) => {
      try {
        return await namespace.mayListen(socket, room);
      } catch (problem) {
        failed(problem);
        return false;
      }
    }),
  );
  return rooms.filter((_, index) => allowed[index] === true);
}
