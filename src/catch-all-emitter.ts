import { Emitter, type EventsMap } from "./emitter.ts";

/** Hears every event: its name, then its arguments. */
// biome-ignore lint/suspicious/noExplicitAny: it hears every event, with whatever arguments
export type CatchAllListener = (...args: any[]) => void;

// Shared by all sockets that have none: most.
const NONE: readonly CatchAllListener[] = [];

/** An emitter with listeners that hear every event, with its name as their first argument. */
export class CatchAllEmitter<Events extends EventsMap, Reserved extends EventsMap> extends Emitter<
  Events,
  Reserved
> {
  // Replaced, never changed, so that a dispatch can walk them without a copy.
  #incoming = NONE;
  #outgoing = NONE;

  /** Calls `listener` at each event from the other side, before anything else hears it. */
  onAny(listener: CatchAllListener): this {
    this.#incoming = [...this.#incoming, listener];
    return this;
  }

  /** As {@link onAny}, before those that are there. */
  prependAny(listener: CatchAllListener): this {
    this.#incoming = [listener, ...this.#incoming];
    return this;
  }

  /** Removes one listener of {@link onAny}, or all of them. */
  offAny(listener?: CatchAllListener): this {
    this.#incoming = without(this.#incoming, listener);
    return this;
  }

  /** The listeners of {@link onAny}. */
  listenersAny(): CatchAllListener[] {
    return [...this.#incoming];
  }

  /** Calls `listener` at each event to the other side, broadcasts too. */
  onAnyOutgoing(listener: CatchAllListener): this {
    this.#outgoing = [...this.#outgoing, listener];
    return this;
  }

  /** As {@link onAnyOutgoing}, before those that are there. */
  prependAnyOutgoing(listener: CatchAllListener): this {
    this.#outgoing = [listener, ...this.#outgoing];
    return this;
  }

  /** Removes one listener of {@link onAnyOutgoing}, or all of them. */
  offAnyOutgoing(listener?: CatchAllListener): this {
    this.#outgoing = without(this.#outgoing, listener);
    return this;
  }

  /** The listeners of {@link onAnyOutgoing}. */
  listenersAnyOutgoing(): CatchAllListener[] {
    return [...this.#outgoing];
  }

  /** Whether a call of {@link dispatchAnyOutgoing} would reach anyone. */
  protected get hasAnyOutgoing(): boolean {
    return this.#outgoing.length > 0;
  }

  /** Tells those of {@link onAny}. What they throw goes to the caller. */
  protected dispatchAny(event: string, args: readonly unknown[]): void {
    for (const listener of this.#incoming) listener(event, ...args);
  }

  /** Tells those of {@link onAnyOutgoing}. What they throw goes to the caller. */
  protected dispatchAnyOutgoing(event: string, args: readonly unknown[]): void {
    for (const listener of this.#outgoing) listener(event, ...args);
  }
}

function without(
  listeners: readonly CatchAllListener[],
  listener: CatchAllListener | undefined,
): readonly CatchAllListener[] {
  if (!listener) return NONE;
  const index = listeners.indexOf(listener);
  return index === -1 ? listeners : listeners.toSpliced(index, 1);
}
