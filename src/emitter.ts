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

/** The name of an event; a symbol is one that no program can give. */
export type EventKey = string | symbol;

export type AnyListener = (...args: unknown[]) => void;
/** A listener that hears one event only. */
export interface Once {
  readonly listener: AnyListener;
}
export type Entry = AnyListener | Once;

// What most emitters begin with, and many stay with.
const NONE: readonly never[] = [];

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
  // A name, its entry, the next name, its entry. Sockets have a handful: to look through them takes no longer than a Map
  // takes, and a Map is 100 bytes more of each. Replaced, never changed, so that a dispatch can walk it without a copy.
  protected registered: readonly (EventKey | Entry)[] = NONE;

  /** Calls `listener` at each `event`, after those that are there. */
  on<Name extends EventName<Events> | EventName<Reserved>>(
    event: Name,
    listener: ListenerOf<Events, Reserved, Name>,
  ): this {
    return this.keep(event, listener as AnyListener);
  }

  /** Calls `listener` at the next `event` only. */
  once<Name extends EventName<Events> | EventName<Reserved>>(
    event: Name,
    listener: ListenerOf<Events, Reserved, Name>,
  ): this {
    return this.keep(event, { listener: listener as AnyListener });
  }

  /** Removes one listener, or all of `event`, or all there are. */
  off<Name extends EventName<Events> | EventName<Reserved>>(
    event?: Name,
    listener?: ListenerOf<Events, Reserved, Name>,
  ): this {
    return this.remove(event, listener as AnyListener | undefined);
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
    const { registered } = this;
    return registered
      .filter((_, index) => registered[index - 1] === event)
      .map((entry) => listenerOf(entry as Entry) as ListenerOf<Events, Reserved, Name>);
  }

  /** Whether `event` has a listener. */
  hasListeners(event: EventName<Events> | EventName<Reserved>): boolean {
    return this.registered.includes(event);
  }

  /**
   * Calls the listeners of `event`. Says whether there was one. What a listener throws goes to the caller.
   *
   * @internal
   */
  dispatch(event: EventKey, args: readonly unknown[]): boolean {
    const { registered } = this;
    let found = false;
    for (let index = 0; index < registered.length; index += 2) {
      if (registered[index] !== event) continue;
      const entry = registered[index + 1] as Entry;
      if (typeof entry !== "function") this.remove(event, entry);
      listenerOf(entry).apply(this, args as unknown[]);
      found = true;
    }
    return found;
  }

  /** Adds a listener, at the end or at the begin. */
  protected keep(event: EventKey, entry: Entry, first = false): this {
    // By concat, which makes an array of just this length: a spread leaves room for 16 more.
    const added: (EventKey | Entry)[] = [event, entry];
    this.registered = first ? added.concat(this.registered) : this.registered.concat(added);
    return this;
  }

  /** Removes one entry, found by itself or by its listener, or all of `event`, or all that have a name. */
  protected remove(event: EventKey | undefined, which?: Entry): this {
    const { registered } = this;
    // The last one added goes first, as in Node.
    const last = registered.findLastIndex(
      (entry, index) =>
        registered[index - 1] === event && (entry === which || listenerOf(entry as Entry) === which),
    );
    this.registered = registered.filter((_, index) => {
      const name = registered[index - (index % 2)];
      if (which) return index !== last && index !== last - 1;
      return event === undefined ? typeof name === "symbol" : name !== event;
    });
    return this;
  }
}

function listenerOf(entry: Entry): AnyListener {
  return typeof entry === "function" ? entry : entry.listener;
}
