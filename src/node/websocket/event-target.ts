import { EventEmitter } from "node:events";
import type { BinaryData } from "./payload.ts";
import type { WebSocket } from "./websocket.ts";

/** An event of the HTML standard, as far as a WebSocket has it. */
export class Event<Type extends string = string> {
  readonly type: Type;
  readonly target: WebSocket;

  constructor(type: Type, target: WebSocket) {
    this.type = type;
    this.target = target;
  }
}

/** The connection is over. */
export class CloseEvent extends Event<"close"> {
  readonly code: number;
  readonly reason: string;
  /** Whether both sides sent a close frame. */
  readonly wasClean: boolean;

  constructor(target: WebSocket, code: number, reason: string) {
    super("close", target);
    this.code = code;
    this.reason = reason;
    // 1006 is what stands where the peer sent none, RFC 6455 section 7.1.5.
    this.wasClean = code !== 1006;
  }
}

/** Something went wrong; `close` follows. */
export class ErrorEvent extends Event<"error"> {
  // biome-ignore lint/suspicious/noExplicitAny: the type that @types/ws gives it, on which programs rely
  readonly error: any;
  readonly message: string;

  constructor(target: WebSocket, error: Error) {
    super("error", target);
    this.error = error;
    this.message = error.message;
  }
}

/** A message came. */
export class MessageEvent extends Event<"message"> {
  /** Text as a string, anything else as `binaryType` says. */
  readonly data: MessageData;

  constructor(target: WebSocket, data: MessageData) {
    super("message", target);
    this.data = data;
  }
}

/** What {@link MessageEvent.data} holds. A Blob only where `binaryType` is `blob`. */
// biome-ignore lint/suspicious/noExplicitAny: a Blob is one only where it was asked for; @types/ws has none
export type MessageData = string | Exclude<BinaryData, Blob> | any;

/** The events of the HTML standard by their names. */
export interface WebSocketEventMap {
  open: Event;
  error: ErrorEvent;
  close: CloseEvent;
  message: MessageEvent;
}
export interface EventListenerOptions {
  /** Whether the listener is removed when it is called. */
  once?: boolean | undefined;
}

type Type = keyof WebSocketEventMap;
type Handler<K extends Type> = ((event: WebSocketEventMap[K]) => void) | null;
type Listener<K extends Type> =
  | ((event: WebSocketEventMap[K]) => void)
  | { handleEvent(event: WebSocketEventMap[K]): void };

const LISTENER = Symbol("listener");
const IS_ATTRIBUTE = Symbol("attribute");
/** Stands among the listeners of the emitter for one of the HTML standard. */
interface Wrapper {
  (...args: unknown[]): void;
  [LISTENER]: unknown;
  [IS_ATTRIBUTE]: boolean;
}

/** An emitter of Node on which one can listen as in a browser, too. */
export class EventTargetEmitter extends EventEmitter {
  /** Calls `listener` with an event object. A listener that is there already is not added again. */
  addEventListener<K extends Type>(type: K, listener: Listener<K>, options?: EventListenerOptions): void {
    if (this.#find(type, (each) => each[LISTENER] === listener && !each[IS_ATTRIBUTE])) return;
    this.#add(type, listener, false, options?.once === true);
  }

  /** Undoes {@link addEventListener}. */
  removeEventListener<K extends Type>(type: K, listener: Listener<K>): void {
    const wrapper = this.#find(type, (each) => each[LISTENER] === listener && !each[IS_ATTRIBUTE]);
    if (wrapper !== undefined) this.removeListener(type, wrapper);
  }

  /**
   * Calls the listeners of {@link addEventListener} and of the attributes with an event of one's own, as the HTML
   * standard has it; those of `on` hear only what the connection itself tells. What a listener throws goes to the
   * caller.
   *
   * @returns true: none of these events can be cancelled.
   */
  dispatchEvent(event: { readonly type: string }): boolean {
    for (const each of this.rawListeners(event.type)) {
      // Those of `once` come wrapped.
      const wrapper = ("listener" in each ? each.listener : each) as Wrapper;
      if (wrapper[LISTENER] === undefined) continue;
      if (wrapper !== each) this.removeListener(event.type, wrapper);
      callListener(this, wrapper[LISTENER], event);
    }
    return true;
  }

  /** The listener for the handshake's end; `null` for none. As in a browser it is one of many. */
  get onopen(): Handler<"open"> {
    return this.#attribute("open");
  }
  set onopen(handler: Handler<"open">) {
    this.#setAttribute("open", handler);
  }

  get onerror(): Handler<"error"> {
    return this.#attribute("error");
  }
  set onerror(handler: Handler<"error">) {
    this.#setAttribute("error", handler);
  }

  get onclose(): Handler<"close"> {
    return this.#attribute("close");
  }
  set onclose(handler: Handler<"close">) {
    this.#setAttribute("close", handler);
  }

  get onmessage(): Handler<"message"> {
    return this.#attribute("message");
  }
  set onmessage(handler: Handler<"message">) {
    this.#setAttribute("message", handler);
  }

  #attribute<K extends Type>(type: K): Handler<K> {
    const wrapper = this.#find(type, (each) => each[IS_ATTRIBUTE]);
    return wrapper === undefined ? null : (wrapper[LISTENER] as Handler<K>);
  }

  #setAttribute<K extends Type>(type: K, handler: Handler<K>): void {
    const wrapper = this.#find(type, (each) => each[IS_ATTRIBUTE]);
    if (wrapper !== undefined) this.removeListener(type, wrapper);
    // What is no function counts as none, as the HTML standard has it for all such attributes.
    if (typeof handler === "function") this.#add(type, handler, true, false);
  }

  #add<K extends Type>(type: K, listener: Listener<K>, isAttribute: boolean, once: boolean): void {
    const target = this as unknown as WebSocket;
    const call = (...args: unknown[]): void => callListener(this, listener, createEvent(type, target, args));
    const wrapper = Object.assign(call, { [LISTENER]: listener, [IS_ATTRIBUTE]: isAttribute });
    if (once) this.once(type, wrapper);
    else this.on(type, wrapper);
  }

  #find(type: Type, matches: (wrapper: Wrapper) => boolean): Wrapper | undefined {
    // Those of `once` come unwrapped.
    const all = this.listeners(type) as Partial<Wrapper>[];
    return all.find((each) => each[LISTENER] !== undefined && matches(each as Wrapper)) as
      | Wrapper
      | undefined;
  }
}

/** Calls a function, or an object's `handleEvent`. */
function callListener(target: EventTargetEmitter, listener: unknown, event: { readonly type: string }): void {
  if (typeof listener === "function") listener.call(target, event);
  else (listener as { handleEvent(event: unknown): void }).handleEvent(event);
}

/** Makes of what the emitter emits an event of the HTML standard. */
function createEvent(type: Type, target: WebSocket, args: unknown[]): Event {
  if (type === "message") {
    const [data, isBinary] = args;
    return new MessageEvent(target, isBinary === true ? data : String(data));
  }
  if (type === "close") return new CloseEvent(target, args[0] as number, String(args[1]));
  if (type === "error") return new ErrorEvent(target, args[0] as Error);
  return new Event(type, target);
}
