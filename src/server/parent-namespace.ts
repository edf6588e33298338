import type { DefaultEventsMap, EventsMap } from "../emitter.ts";
import { type Action, Audience, type Selection } from "./audience.ts";
import type { Flags } from "./flags.ts";
import type { EventData, Member } from "./member.ts";
import { Namespace } from "./namespace.ts";
import type { Realm } from "./realm.ts";
import type { Socket } from "./socket.ts";

/** Says by `done(error, allow)` whether a client may have the namespace of this name. */
export type NamespaceMatcher = (
  name: string,
  // biome-ignore lint/suspicious/noExplicitAny: the application knows its credentials, as in Socket.IO's types
  auth: { [key: string]: any },
  done: (error: Error | null, allow: boolean) => void,
) => void;

/** The sockets of all children. */
class ParentAudience<Someone extends Member> extends Audience<Someone> {
  readonly children = new Set<Audience<Someone>>();

  override broadcast(selection: Selection, data: EventData, flags: Flags): void {
    for (const child of this.children) child.broadcast(selection, data, flags);
  }

  override broadcastHere(selection: Selection, data: EventData, flags: Flags, id: number | undefined): void {
    for (const child of this.children) child.broadcastHere(selection, data, flags, id);
  }

  override act(selection: Selection, action: Action): void {
    for (const child of this.children) child.act(selection, action);
  }

  override each(selection: Selection, visit: (member: Someone) => void): void {
    for (const child of this.children) child.each(selection, visit);
  }
}

/**
 * A namespace that no client is in, but whose middleware and listeners each namespace gets that is made because a
 * client asked for its name. What is sent to it is sent to all of them.
 */
export class ParentNamespace<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: the default of Socket.IO's types
  SocketData = any,
> extends Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData> {
  readonly #realm: Realm;
  readonly #family: ParentAudience<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>;
  /** Children that may be empty, the one that was left first in front, and what ends them. */
  readonly #left = new Map<
    Audience<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>,
    () => void
  >();

  /** @internal Made by the server. */
  constructor(name: string, realm: Realm) {
    const family = new ParentAudience<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>(
      name,
      realm,
    );
    super(name, realm, family);
    this.#realm = realm;
    this.#family = family;
  }

  /** @internal No client is in it: its children keep what is sent. */
  override openLog(): void {}

  /**
   * @internal Whether there is room for one more child, of `limit`: where there is not, ends one that is empty.
   */
  makeRoom(limit: number): boolean {
    if (this.#family.children.size < limit) return true;
    for (const [child, end] of this.#left) {
      if (child.isEmpty) {
        end();
        return true;
      }
      this.#left.delete(child);
    }
    return false;
  }

  /**
   * @internal Makes a namespace.
   * @param life when it ends: `"short"` when its last socket has left it and none is waiting, `"long"` when it is empty
   * and another one needs its place, `"endless"` never.
   * @param ended called when it ends.
   */
  createChild(
    name: string,
    life: "short" | "long" | "endless",
    ended: () => void,
  ): Namespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData> {
    // One counter of acknowledgements for all children, so that a broadcast to all of them has one id.
    const audience = new Audience<Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>(
      name,
      this.#realm,
      this.#family.ackIds,
    );
    const child = new Namespace(name, this.#realm, audience);
    for (const middleware of this.middleware) child.use(middleware);
    child.inherit(this);
    child.validator = this.validator;
    if (this.refreshesAuth) child.onRefreshAuth((socket, auth) => this.refreshAuth(socket, auth));
    for (const event of ["connect", "connection"] as const) {
      for (const listener of this.listeners(event)) child.on(event, listener);
    }
    child.inheritHistory(this.retention);
    this.#family.children.add(audience);
    const end = (): void => {
      this.#family.children.delete(audience);
      this.#left.delete(audience);
      audience.log?.close();
      ended();
    };
    const leave = (): void => {
      this.#left.delete(audience);
      this.#left.set(audience, end);
    };
    if (life === "endless") return child;
    audience.emptied = () => {
      const recovery = audience.log?.recovery;
      // Somebody may come back.
      if (recovery !== undefined && !audience.isEmpty) recovery.onAllBack = () => audience.retire();
      else if (life === "short") end();
      else leave();
    };
    // Who asked for it may be gone by now.
    if (life === "long") leave();
    return child;
  }
}
