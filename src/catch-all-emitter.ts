import { Emitter, type EventKey, type EventsMap } from "./emitter.ts";

/** Hears every event: its name, then its arguments. */
// biome-ignore lint/suspicious/noExplicitAny: it hears every event, with whatever arguments
export type CatchAllListener = (...args: any[]) => void;

// Listeners of all events stand among the others, under names that no event has.
const INCOMING = /* @__PURE__ */ Symbol() as EventKey as never;
const OUTGOING = /* @__PURE__ */ Symbol() as EventKey as never;

/** An emitter with listeners that hear every event, with its name as their first argument. */
export class CatchAllEmitter<Events extends EventsMap, Reserved extends EventsMap> extends Emitter<
  Events,
  Reserved
> {
  /** Calls `listener` at each event from the other side, before anything else hears it. */
  onAny(listener: CatchAllListener): this {
    return this.keep(INCOMING, listener);
  }

  /** As {@link onAny}, before those that are there. */
  prependAny(listener: CatchAllListener): this {
    return this.keep(INCOMING, listener, true);
  }

  /** Removes one listener of {@link onAny}, or all of them. */
  offAny(listener?: CatchAllListener): this {
    return this.remove(INCOMING, listener);
  }

  /** The listeners of {@link onAny}. */
  listenersAny(): CatchAllListener[] {
    return this.listeners(INCOMING);
  }

  /** Calls `listener` at each event to the other side, broadcasts too. */
  onAnyOutgoing(listener: CatchAllListener): this {
    return this.keep(OUTGOING, listener);
  }

  /** As {@link onAnyOutgoing}, before those that are there. */
  prependAnyOutgoing(listener: CatchAllListener): this {
    return this.keep(OUTGOING, listener, true);
  }

  /** Removes one listener of {@link onAnyOutgoing}, or all of them. */
  offAnyOutgoing(listener?: CatchAllListener): this {
    return this.remove(OUTGOING, listener);
  }

  /** The listeners of {@link onAnyOutgoing}. */
  listenersAnyOutgoing(): CatchAllListener[] {
    return this.listeners(OUTGOING);
  }

  /** Whether a call of {@link dispatchAnyOutgoing} would reach anyone. */
  protected get hasAnyOutgoing(): boolean {
    return this.hasListeners(OUTGOING);
  }

  /** @internal Tells those of {@link onAny}. What they throw goes to the caller. */
  dispatchAny(event: string, args: readonly unknown[]): void {
    if (this.hasListeners(INCOMING)) this.dispatch(INCOMING, [event, ...args]);
  }

  /** @internal Tells those of {@link onAnyOutgoing} an event: its name, then its arguments. What they throw goes to the caller. */
  dispatchAnyOutgoing(data: readonly unknown[]): void {
    this.dispatch(OUTGOING, data);
  }
}
