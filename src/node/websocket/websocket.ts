import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { CloseCode } from "../../websocket/close-code.ts";
import type { Deflate } from "../../websocket/deflate.ts";
import type { SharedMessage } from "../../websocket/shared-message.ts";
import { ClientHandshake } from "./client-handshake.ts";
import { checkControlLength, closeReason } from "./close-arguments.ts";
import { EventTargetEmitter, type MessageData } from "./event-target.ts";
import type { AnyListener, Listener, WebSocketEvents } from "./events.ts";
import { messagesOf } from "./messages.ts";
import { type ClientOptions, settleConnection, type WebSocketShellOptions } from "./options.ts";
import { BINARY_TYPES, type BinaryType, type BufferLike, byteLengthOf, toBytes } from "./payload.ts";
import { notOpen, ReadyState } from "./ready-state.ts";
import type { createWebSocketStream } from "./stream.ts";
import type * as Types from "./types.ts";
import type { WebSocketServer } from "./websocket-server.ts";
import { type SendOptions, WebSocketShell } from "./websocket-shell.ts";
import type { WriteCallback } from "./write-callback.ts";

/** What `on` and its kin know of the events. */
export interface WebSocket {
  on<E extends keyof WebSocketEvents>(event: E, listener: Listener<this, WebSocketEvents[E]>): this;
  on(event: string | symbol, listener: AnyListener<this>): this;
  once<E extends keyof WebSocketEvents>(event: E, listener: Listener<this, WebSocketEvents[E]>): this;
  once(event: string | symbol, listener: AnyListener<this>): this;
  off<E extends keyof WebSocketEvents>(event: E, listener: Listener<this, WebSocketEvents[E]>): this;
  off(event: string | symbol, listener: AnyListener<this>): this;
  addListener<E extends keyof WebSocketEvents>(event: E, listener: Listener<this, WebSocketEvents[E]>): this;
  addListener(event: string | symbol, listener: AnyListener<this>): this;
  removeListener<E extends keyof WebSocketEvents>(
    event: E,
    listener: Listener<this, WebSocketEvents[E]>,
  ): this;
  removeListener(event: string | symbol, listener: AnyListener<this>): this;
}

/** What a handshake came to. */
export interface Agreement {
  readonly protocol: string;
  /** As they stand in the server's answer; `""` for none. */
  readonly extensions: string;
  readonly deflate: Deflate | undefined;
}

/** Gives a socket of a server its connection. */
export let attach: (
  webSocket: WebSocket,
  socket: Duplex,
  options: WebSocketShellOptions,
  agreement: Agreement,
  released: (webSocket: WebSocket) => void,
) => WebSocketShell<WebSocket>;
/** Sends a message that is encoded once for many, where the state is open. @returns whether it is. */
export let sendShared: (webSocket: WebSocket, message: SharedMessage, compress: boolean) => boolean;

/**
 * One WebSocket, of a server or a client, with the API of `ws` 8 and that of the HTML standard. Sending in the state
 * CONNECTING throws; in CLOSING and CLOSED it calls back with an error, and never throws.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface only says more of what EventEmitter has
export class WebSocket extends EventTargetEmitter {
  static readonly CONNECTING = ReadyState.CONNECTING;
  static readonly OPEN = ReadyState.OPEN;
  static readonly CLOSING = ReadyState.CLOSING;
  static readonly CLOSED = ReadyState.CLOSED;
  // The class is the whole module for those who `require` it; the entry sets these.
  declare static Server: typeof WebSocketServer;
  declare static WebSocketServer: typeof WebSocketServer;
  declare static WebSocket: typeof WebSocket;
  declare static createWebSocketStream: typeof createWebSocketStream;

  /** Without a connection: before and during the handshake of a client, and after one that failed. */
  #handshakeState: ReadyState = ReadyState.CONNECTING;
  #cancelHandshake: (() => void) | undefined = undefined;
  #shell: WebSocketShell<WebSocket> | undefined = undefined;
  #url: string | undefined = undefined;
  #protocol = "";
  #extensions = "";
  #binaryType: BinaryType = "nodebuffer";
  /** Bytes that were sent when it was too late. */
  #bytesRefused = 0;

  static {
    attach = (webSocket, socket, options, { protocol, extensions, deflate }, released) => {
      webSocket.#protocol = protocol;
      webSocket.#extensions = extensions;
      webSocket.#shell = new WebSocketShell(
        "server",
        socket,
        options,
        webSocket,
        undefined,
        deflate,
        released,
      );
      return webSocket.#shell;
    };
    sendShared = (webSocket, message, compress) => {
      if (webSocket.readyState !== ReadyState.OPEN) return false;
      webSocket.#shell?.sendShared(message, compress);
      return true;
    };
  }

  /** @param address none for the socket of a server, which the server makes. */
  constructor(address: null, protocols?: undefined, options?: object);
  /**
   * Connects as a client.
   *
   * @param address `ws:`, `wss:`, `http:`, `https:`, or `ws+unix:/path/of/the/socket:/path`. Name and password in
   *   it become basic authentication.
   * @throws SyntaxError for an address or a subprotocol that is none.
   */
  constructor(address: string | URL, options?: ClientOptions);
  constructor(address: string | URL, protocols?: string | string[], options?: ClientOptions);
  constructor(
    address: string | URL | null,
    protocols?: string | string[] | ClientOptions,
    options?: ClientOptions | object,
  ) {
    super();
    if (address === null) return;
    const isList = typeof protocols === "string" || Array.isArray(protocols);
    this.#connect(
      address,
      isList ? [protocols].flat() : [],
      (isList ? options : (protocols ?? options)) ?? {},
    );
  }

  get CONNECTING(): 0 {
    return ReadyState.CONNECTING;
  }
  get OPEN(): 1 {
    return ReadyState.OPEN;
  }
  get CLOSING(): 2 {
    return ReadyState.CLOSING;
  }
  get CLOSED(): 3 {
    return ReadyState.CLOSED;
  }

  get readyState(): ReadyState {
    return this.#shell === undefined ? this.#handshakeState : this.#shell.readyState;
  }

  /** The form of binary messages: `nodebuffer`, `arraybuffer`, `fragments` or `blob`. Others are ignored. */
  get binaryType(): BinaryType {
    return this.#binaryType;
  }
  set binaryType(type: BinaryType) {
    if (BINARY_TYPES.includes(type)) this.#binaryType = type;
  }

  /** Bytes of frames that have been sent but not been taken by the kernel; and all that was sent too late. */
  get bufferedAmount(): number {
    return (this.#shell?.bufferedAmount ?? 0) + this.#bytesRefused;
  }

  /** Beyond `ws`: how many messages were not sent to a peer that reads too slowly, with `slowConsumer: "drop"`. */
  get droppedMessages(): number {
    return this.#shell?.droppedMessages ?? 0;
  }

  /** The extensions that were agreed to, as they stand in the server's answer. */
  get extensions(): string {
    return this.#extensions;
  }

  /** The subprotocol that the server chose, or `""`. */
  get protocol(): string {
    return this.#protocol;
  }

  /** The address, after redirects the last one; the socket of a server has none. */
  get url(): string {
    return this.#url as string;
  }

  get isPaused(): boolean {
    return this.#shell?.isPaused === true;
  }

  /** What is below: `ws` has it without documentation, and programs use it. */
  get _socket(): Duplex | null {
    return this.#shell?.socket ?? null;
  }

  /**
   * Sends a message.
   *
   * @param data bytes must not change until they have been sent.
   * @param callback called when it has been handed to the kernel, or with an error.
   * @throws Error in the state CONNECTING, TypeError for data that cannot be sent.
   */
  send(data: BufferLike, callback?: WriteCallback): void;
  send(data: BufferLike, options: SendOptions, callback?: WriteCallback): void;
  send(data: BufferLike, options?: SendOptions | WriteCallback, callback?: WriteCallback): void {
    const isCallback = typeof options === "function";
    const then = isCallback ? options : callback;
    const shell = this.#shell;
    if (shell?.readyState !== ReadyState.OPEN) this.#refuse(data, then);
    else shell.send(data, isCallback ? undefined : options, then);
  }

  /**
   * Sends a ping.
   *
   * @param data up to 125 bytes.
   * @param _mask without effect, RFC 6455 section 5.1.
   * @throws Error in the state CONNECTING, RangeError for more data.
   */
  ping(data?: unknown, _mask?: boolean | WriteCallback, callback?: WriteCallback): void {
    this.#sendControl("ping", data, _mask, callback);
  }

  /** Sends a pong that no ping asked for. Parameters and errors as those of {@link ping}. */
  pong(data?: unknown, _mask?: boolean | WriteCallback, callback?: WriteCallback): void {
    this.#sendControl("pong", data, _mask, callback);
  }

  /**
   * Starts the close handshake; in the state CONNECTING it ends the attempt, with an `error`.
   *
   * @param code 1000, 3000 to 4999, or another one of RFC 6455 section 7.4 that may be sent; none by default.
   * @param reason up to 123 bytes of UTF-8.
   * @throws TypeError for another code, RangeError for a longer reason.
   */
  close(code?: number, reason?: string | Buffer): void {
    if (this.readyState === ReadyState.CONNECTING) this.#abort();
    else if (this.readyState === ReadyState.OPEN) this.#shell?.close(code, closeReason(code, reason));
  }

  /** Cuts the connection off. What the kernel has not taken is lost. */
  terminate(): void {
    if (this.readyState === ReadyState.CONNECTING) {
      this.#abort();
      return;
    }
    // What was sent in this turn has its chance, as with ws, which writes at once.
    this.#shell?.flush();
    this.#shell?.terminate();
  }

  /** Emits no more messages until {@link resume}; TCP holds the peer back. */
  pause(): void {
    this.#shell?.pause();
  }

  resume(): void {
    this.#shell?.resume();
  }

  /** Beyond `ws`: the messages, one after another, until the connection is over. Leaving the loop closes it. */
  [Symbol.asyncIterator](): AsyncGenerator<MessageData, void, undefined> {
    return messagesOf(this);
  }

  #sendControl(
    kind: "ping" | "pong",
    data: unknown,
    mask: boolean | WriteCallback | undefined,
    callback: WriteCallback | undefined,
  ): void {
    const [first, second, third] =
      typeof data === "function" ? [undefined, undefined, data] : [data, mask, callback];
    const then = (typeof second === "function" ? second : third) as WriteCallback | undefined;
    const shell = this.#shell;
    if (shell?.readyState !== ReadyState.OPEN) {
      this.#refuse(first, then);
      return;
    }
    const payload = first instanceof Blob ? first : toBytes(first);
    checkControlLength(byteLengthOf(payload));
    shell.sendControl(kind, payload, then);
  }

  /** Says that it is too early, or too late. */
  #refuse(data: unknown, callback: WriteCallback | undefined): void {
    const error = notOpen(this.readyState);
    if (this.readyState === ReadyState.CONNECTING) throw error;
    this.#bytesRefused += byteLengthOf(data);
    if (callback !== undefined) process.nextTick(callback, error);
  }

  #connect(address: string | URL, protocols: string[], options: ClientOptions): void {
    const settled = settleConnection(options);
    const handshake = new ClientHandshake(address, protocols, options);
    this.#url = handshake.url;
    this.#cancelHandshake = handshake.start(
      {
        send: (request, url) => {
          if (url !== undefined) {
            this.#url = url;
            this.emit("redirect", url, request);
          }
          if (request.destroyed) return;
          if (options.finishRequest !== undefined) options.finishRequest(request, this);
          else request.end();
        },
        upgrade: (response) => this.emit("upgrade", response),
        unexpectedResponse: (request, response) => this.emit("unexpected-response", request, response),
      },
      (socket, head, protocol, { header, deflate }) => {
        this.#cancelHandshake = undefined;
        this.#protocol = protocol;
        this.#extensions = header;
        const { masks } = handshake;
        const shell = new WebSocketShell<WebSocket>("client", socket, settled, this, masks, deflate);
        this.#shell = shell;
        try {
          this.emit("open");
        } finally {
          // Only now, so that what a listener of `open` adds hears the first message.
          shell.start(head);
        }
      },
      (error) => this.#fail(error),
    );
  }

  #abort(): void {
    if (this.#handshakeState !== ReadyState.CONNECTING) return;
    this.#handshakeState = ReadyState.CLOSING;
    this.#cancelHandshake?.();
    const error = new Error("WebSocket was closed before the connection was established");
    process.nextTick(() => this.#fail(error));
  }

  #fail(error: Error): void {
    this.#cancelHandshake = undefined;
    this.#handshakeState = ReadyState.CLOSING;
    try {
      this.emit("error", error);
    } finally {
      this.#handshakeState = ReadyState.CLOSED;
      this.emit("close", CloseCode.ABNORMAL, Buffer.alloc(0));
    }
  }
}

/** The types by the names that `@types/ws` gives them: `WebSocket.RawData` and so on. */
export declare namespace WebSocket {
  type RawData = Types.RawData;
  type Data = Types.Data;
  type CertMeta = Types.CertMeta;
  type ClientOptions = Types.ClientOptions;
  type ServerOptions<
    C extends typeof WebSocket = typeof WebSocket,
    R extends typeof IncomingMessage = typeof IncomingMessage,
  > = Types.ServerOptions<C, R>;
  type PerMessageDeflateOptions = Types.PerMessageDeflateOptions;
  type VerifyClientCallbackSync<R extends IncomingMessage = IncomingMessage> =
    Types.VerifyClientCallbackSync<R>;
  type VerifyClientCallbackAsync<R extends IncomingMessage = IncomingMessage> =
    Types.VerifyClientCallbackAsync<R>;
  type FinishRequestCallback = Types.FinishRequestCallback;
  type Event = Types.Event;
  type ErrorEvent = Types.ErrorEvent;
  type CloseEvent = Types.CloseEvent;
  type MessageEvent = Types.MessageEvent;
  type WebSocketEventMap = Types.WebSocketEventMap;
  type EventListenerOptions = Types.EventListenerOptions;
  type AddressInfo = Types.AddressInfo;
  type Server<
    C extends typeof WebSocket = typeof WebSocket,
    R extends typeof IncomingMessage = typeof IncomingMessage,
  > = WebSocketServer<C, R>;
}
