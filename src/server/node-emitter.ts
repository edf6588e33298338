import { CatchAllEmitter } from "../catch-all-emitter.ts";
import {
  type AnyListener,
  Emitter,
  type EventKey,
  type EventName,
  type EventsMap,
  type ListenerOf,
} from "../emitter.ts";

/** What Node's emitters have beside what Socket.IO's client has: the emitters of a server stand in for those. */
export interface NodeNames<Events extends EventsMap, Reserved extends EventsMap> {
  /** The same as `on`. */
  addListener<Name extends EventName<Events> | EventName<Reserved>>(
    event: Name,
    listener: ListenerOf<Events, Reserved, Name>,
  ): this;
  /** As `on`, before those that are there. */
  prependListener<Name extends EventName<Events> | EventName<Reserved>>(
    event: Name,
    listener: ListenerOf<Events, Reserved, Name>,
  ): this;
  /** As `once`, before those that are there. */
  prependOnceListener<Name extends EventName<Events> | EventName<Reserved>>(
    event: Name,
    listener: ListenerOf<Events, Reserved, Name>,
  ): this;
  /** How many listeners `event` has. */
  listenerCount(event: EventName<Events> | EventName<Reserved>): number;
  /** The same as `listeners`. */
  rawListeners<Name extends EventName<Events> | EventName<Reserved>>(
    event: Name,
  ): ListenerOf<Events, Reserved, Name>[];
  /** Does nothing: there is no number of listeners that this one warns of. For programs that raise it elsewhere. */
  setMaxListeners(count: number): this;
  /** Gives 0, which means no bound in Node's emitters, too. */
  getMaxListeners(): number;
  /** The events that have listeners. */
  eventNames(): string[];
}

/** An emitter with all the names that Node's have. */
export const NodeEmitter = withNodeNames(Emitter) as unknown as abstract new <
  Events extends EventsMap,
  Reserved extends EventsMap = Record<never, never>,
>() => Emitter<Events, Reserved> & NodeNames<Events, Reserved>;

/** A {@link CatchAllEmitter} with all the names that Node's emitters have. */
export const NodeCatchAllEmitter = withNodeNames(CatchAllEmitter) as unknown as abstract new <
  Events extends EventsMap,
  Reserved extends EventsMap,
>() => CatchAllEmitter<Events, Reserved> & NodeNames<Events, Reserved>;

// biome-ignore lint/suspicious/noExplicitAny: so TypeScript wants the constructor of what a class is to be mixed into
function withNodeNames<Base extends abstract new (...args: any[]) => Emitter<EventsMap>>(base: Base) {
  abstract class WithNodeNames extends base implements NodeNames<EventsMap, Record<never, never>> {
    addListener(event: string, listener: AnyListener): this {
      return this.keep(event, listener);
    }

    prependListener(event: string, listener: AnyListener): this {
      return this.keep(event, listener, true);
    }

    prependOnceListener(event: string, listener: AnyListener): this {
      return this.keep(event, { listener }, true);
    }

    listenerCount(event: string): number {
      return this.listeners(event).length;
    }

    rawListeners(event: string): never {
      return this.listeners(event) as never;
    }

    setMaxListeners(): this {
      return this;
    }

    getMaxListeners(): number {
      return 0;
    }

    eventNames(): string[] {
      // Plain strings, so that an untyped socket may stand where a typed one is declared.
      return [...new Set(this.registered.filter((entry: EventKey | object) => typeof entry === "string"))];
    }
  }
  return WithNodeNames;
}
