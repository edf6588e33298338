/**
 * Event names with the signatures of their listeners: `{ news: (text: string) => void }`.
 * Interfaces without an index signature fit, as in Socket.IO's own types.
 */
// biome-ignore lint/suspicious/noExplicitAny: users hand in interfaces, which have no index signature
export type EventsMap = { [event: string]: any };

/** What stands where a program names no events: any event, any arguments. */
export interface DefaultEventsMap {
  // biome-ignore lint/suspicious/noExplicitAny: untyped programs must compile unchanged
  [event: string]: (...args: any[]) => void;
}

/** The names of `Events`. */
export type EventName<Events extends EventsMap> = keyof Events & string;
/** The listener of one event. */
type EventListener<Events extends EventsMap, Name extends EventName<Events>> = Events[Name];
/** The listener of one event, where some names are kept for events that the library itself tells. */
export type ListenerOf<
  Events extends EventsMap,
  Reserved extends EventsMap,
  Name,
> = Name extends keyof Reserved ? Reserved[Name] : Name extends keyof Events ? Events[Name] : never;
/** The arguments of one event. */
export type EventParameters<Events extends EventsMap, Name extends EventName<Events>> = Parameters<
  EventListener<Events, Name>
>;

// biome-ignore lint/suspicious/noExplicitAny: any acknowledgement callback is meant
type Callback = (...args: any[]) => unknown;

/** The last element of a list of arguments. */
export type Last<Args extends readonly unknown[]> =
  Required<Args> extends readonly [...unknown[], infer Item]
    ? Item
    : Args extends readonly (infer Item)[]
      ? Item
      : never;

/** A list of arguments without the last one; all of it where its length is open. */
export type AllButLast<Args extends unknown[]> = Args extends [...infer Head, unknown?] ? Head : Args;

/** The names of those events whose last argument is an acknowledgement callback. */
export type EventNameWithAck<Events extends EventsMap> = {
  [Name in EventName<Events>]: Last<EventParameters<Events, Name>> extends Callback ? Name : never;
}[EventName<Events>];

/** What an acknowledgement brings: the first argument of its callback that is no error; `any` for `any`. */
export type AckValue<Ack> = 0 extends 1 & Ack
  ? Ack
  : Ack extends (...args: infer Args) => unknown
    ? Args extends [Error, ...infer Values]
      ? Values[0]
      : Args[0]
    : unknown;

// Distributes over the `undefined` of an optional argument.
type WithErrorFirst<Item> = Item extends (...args: infer Values) => infer Result
  ? Values extends [Error, ...unknown[]]
    ? Item
    : (error: Error, ...args: Values) => Result
  : Item;

/** The same events, with an error before the arguments of each acknowledgement: it is set when the time is over. */
export type EventsWithTimeout<Events extends EventsMap> = {
  [Name in keyof Events]: Events[Name] extends (...args: infer Args) => infer Result
    ? (...args: { [Key in keyof Args]: WithErrorFirst<Args[Key]> }) => Result
    : Events[Name];
};

type AnyListener = (...args: unknown[]) => void;
interface Entry {
  readonly listener: AnyListener;
  readonly once: boolean;
}

/**
 * Listeners by event name, with the method names of Node's `EventEmitter`, for code that may not import it.
 * It has no public `emit`: in this project `emit` on a socket or a namespace sends to the other side, so a
 * subclass decides what its own `emit` means and calls `dispatch` for its listeners.
 *
 * A listener that is added or removed during a dispatch takes effect from the next one.
 *
 * `Reserved` are the library's own events: where a name stands in both maps, its listener is the reserved one.
 */
export class Emitter<Events extends EventsMap, Reserved extends EventsMap = Record<never, never>> {
  // Arrays are replaced, never changed, so that a dispatch can walk one without a copy.
  #entries: Map<string, readonly Entry[]> | undefined;

  /** Whose listeners these are. A subclass may stand for another emitter; then it dispatches nothing itself. */
  protected get home(): Emitter<DefaultEventsMap> {
    // The types of the events do not matter to where they are kept.
    return this as unknown as Emitter<DefaultEventsMap>;
  }

  /** Calls `listener` at each `event`, after those that are there. */
  on<Name extends EventName<Events> | EventName<Reserved>>(
    event: Name,
    listener: ListenerOf<Events, Reserved, Name>,
  ): this {
    return this.#keep(event, { listener, once: false }, false);
  }

  /** The same as {@link on}. */
  addListener<Name extends EventName<Events> | EventName<Reserved>>(
    event: Name,
    listener: ListenerOf<Events, Reserved, Name>,
  ): this {
    return this.#keep(event, { listener, once: false }, false);
  }

  /** Calls `listener` at the next `event` only. */
  once<Name extends EventName<Events> | EventName<Reserved>>(
    event: Name,
    listener: ListenerOf<Events, Reserved, Name>,
  ): this {
    return this.#keep(event, { listener, once: true }, false);
  }

  /** As {@link on}, before those that are there. */
  prependListener<Name extends EventName<Events> | EventName<Reserved>>(
    event: Name,
    listener: ListenerOf<Events, Reserved, Name>,
  ): this {
    return this.#keep(event, { listener, once: false }, true);
  }

  /** As {@link once}, before those that are there. */
  prependOnceListener<Name extends EventName<Events> | EventName<Reserved>>(
    event: Name,
    listener: ListenerOf<Events, Reserved, Name>,
  ): this {
    return this.#keep(event, { listener, once: true }, true);
  }

  /** Removes one listener, or all of `event`, or all there are. */
  off<Name extends EventName<Events> | EventName<Reserved>>(
    event?: Name,
    listener?: ListenerOf<Events, Reserved, Name>,
  ): this {
    if (event === undefined) this.home.#entries = undefined;
    else if (listener === undefined) this.home.#entries?.delete(event);
    else this.home.#remove(event, (entry) => entry.listener === listener);
    return this;
  }

  /** The same as {@link off} with both arguments. */
  removeListener<Name extends EventName<Events> | EventName<Reserved>>(
    event: Name,
    listener: ListenerOf<Events, Reserved, Name>,
  ): this {
    return this.off(event, listener);
  }

  /** The same as {@link off} without a listener. */
  removeAllListeners<Name extends EventName<Events> | EventName<Reserved>>(event?: Name): this {
    return this.off(event);
  }

  /** The listeners of `event`, in the order in which they are called. */
  listeners<Name extends EventName<Events> | EventName<Reserved>>(
    event: Name,
  ): ListenerOf<Events, Reserved, Name>[] {
    return (this.home.#entries?.get(event) ?? []).map(
      (entry) => entry.listener as ListenerOf<Events, Reserved, Name>,
    );
  }

  /** How many listeners `event` has. */
  listenerCount(event: EventName<Events> | EventName<Reserved>): number {
    return this.home.#entries?.get(event)?.length ?? 0;
  }

  /** Whether `event` has a listener. */
  hasListeners(event: EventName<Events> | EventName<Reserved>): boolean {
    return this.listenerCount(event) > 0;
  }

  /** The events that have listeners. */
  eventNames(): string[] {
    // Plain strings, so that an untyped socket may stand where a typed one is declared: `const s: Socket<A, B> = io()`.
    return [...(this.home.#entries?.keys() ?? [])];
  }

  /** Calls the listeners of `event`. Says whether there was one. What a listener throws goes to the caller. */
  protected dispatch(event: string, args: readonly unknown[]): boolean {
    const entries = this.#entries?.get(event);
    if (entries === undefined) return false;
    for (const entry of entries) {
      if (entry.once) this.#remove(event, (each) => each === entry);
      Reflect.apply(entry.listener, this, args);
    }
    return true;
  }

  #keep(event: string, entry: Entry, first: boolean): this {
    this.home.#add(event, entry, first);
    return this;
  }

  /** Called for each listener that is added. */
  protected added(_event: string): void {}

  #add(event: string, entry: Entry, first: boolean): void {
    this.added(event);
    this.#entries ??= new Map();
    const entries = this.#entries.get(event);
    // By concat, which makes an array of just this length: a spread leaves room for 16 more, and that was 250 bytes of
    // each idle client with two listeners.
    if (entries === undefined) this.#entries.set(event, [entry]);
    else this.#entries.set(event, first ? [entry].concat(entries) : entries.concat(entry));
  }

  #remove(event: string, matches: (entry: Entry) => boolean): void {
    const entries = this.#entries?.get(event);
    if (entries === undefined) return;
    // The last one added goes first, as in Node.
    const index = entries.findLastIndex(matches);
    if (index === -1) return;
    if (entries.length === 1) this.#entries?.delete(event);
    else this.#entries?.set(event, entries.toSpliced(index, 1));
  }
}
