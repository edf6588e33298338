import { Buffer } from "node:buffer";
import type { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import { CloseCode } from "../../websocket/close-code.ts";
import type { Deflate } from "../../websocket/deflate.ts";
import type { MaskSource } from "../../websocket/mask.ts";
import type { SharedMessage } from "../../websocket/shared-message.ts";
import type { Role } from "../../websocket/sink.ts";
import { Violation } from "../../websocket/violation.ts";
import { WebSocketError } from "../../websocket/websocket-error.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { WebSocketShellOptions } from "./options.ts";
import { type BinaryType, byteLengthOf, toBinaryType, toPayload } from "./payload.ts";
import { ReadyState } from "./ready-state.ts";
import { SendQueue } from "./send-queue.ts";
import { Shell } from "./shell.ts";
import type { WriteCallback } from "./write-callback.ts";

/** How `send` sends. */
export interface SendOptions {
  /** Whether it is a binary message; by default all but text and numbers are. */
  binary?: boolean | undefined;
  /** Whether it may be compressed; true by default, without effect where compression was not agreed to. */
  compress?: boolean | undefined;
  /** Whether it is the last fragment of a message; true by default. */
  fin?: boolean | undefined;
  /** Without effect: a client always masks and a server never does, RFC 6455 section 5.1. */
  mask?: boolean | undefined;
}

/** Whose events these are. */
interface Owner extends EventEmitter {
  readonly binaryType: BinaryType;
}

/** Says in the words of `ws` what happens on one connection: straight from the frame to the owner's listeners. */
export class WebSocketShell<WebSocket extends Owner = Owner> extends Shell {
  readonly #owner: WebSocket;
  declare protected readonly options: WebSocketShellOptions;
  readonly #released: ((owner: WebSocket) => void) | undefined;
  #heartbeat: Heartbeat | undefined = undefined;
  /** Blobs, and what was sent behind them. None in most lives. */
  #queue: SendQueue | undefined = undefined;
  #isSendingFragments = false;
  #isClosing = false;
  #isEnded = false;
  #closeCode: number = CloseCode.ABNORMAL;
  #closeReason = "";
  #droppedMessages = 0;

  /** @param released told when TCP is over, before the owner's own listeners are. */
  constructor(
    role: Role,
    socket: Duplex,
    options: WebSocketShellOptions,
    owner: WebSocket,
    masks?: MaskSource,
    deflate?: Deflate,
    released?: (owner: WebSocket) => void,
  ) {
    super(role, socket, options, masks, deflate);
    this.#owner = owner;
    this.#released = released;
  }

  override start(head?: Buffer): void {
    const { heartbeat } = this.options;
    if (heartbeat !== undefined && !this.#isEnded) this.#heartbeat = new Heartbeat(this, heartbeat);
    super.start(head);
  }

  get readyState(): ReadyState {
    if (this.#isEnded) return ReadyState.CLOSED;
    return this.#isClosing || this.connection.state !== "open" ? ReadyState.CLOSING : ReadyState.OPEN;
  }

  get bufferedAmount(): number {
    return this.queued + (this.#queue?.bytes ?? 0);
  }

  get droppedMessages(): number {
    return this.#droppedMessages;
  }

  /** Sends one message, or a part of one. The owner has seen to it that the state is open. */
  send(data: unknown, options: SendOptions | undefined, callback: WriteCallback | undefined): void {
    if (data instanceof Blob) {
      this.#whenRead(data, (bytes) => this.#send(bytes, bytes, options, callback), callback);
    } else if (this.#queue?.isBusy === true) {
      // What cannot be sent is the caller's fault, and has to be said at once.
      const payload = toPayload(data);
      this.#queue.push(() => this.#send(payload, data, options, callback), byteLengthOf(payload));
    } else this.#send(toPayload(data), data, options, callback);
  }

  /** Sends a message that is encoded once for many. */
  sendShared(message: SharedMessage, compress: boolean): void {
    if (this.#isDropping()) return;
    if (this.#queue?.isBusy === true) this.#queue.push(() => this.connection.sendFrame(message, compress), 0);
    else this.connection.sendFrame(message, compress);
  }

  /** Sends a ping or a pong of up to 125 bytes. */
  sendControl(kind: "ping" | "pong", data: Uint8Array | Blob, callback: WriteCallback | undefined): void {
    if (data instanceof Blob) {
      this.#whenRead(data, (bytes) => this.sendControl(kind, bytes, callback), callback);
      return;
    }
    this.connection[kind](data);
    if (callback !== undefined) this.whenWritten(callback);
  }

  override close(code?: number, reason?: string): void {
    this.#isClosing = true;
    if (this.#queue?.isBusy === true) this.#queue.push(() => super.close(code, reason), 0);
    else super.close(code, reason);
  }

  get wantsFragments(): boolean {
    return this.#owner.binaryType === "fragments";
  }

  message(data: Buffer, isText: boolean, ends?: readonly number[]): void {
    const owner = this.#owner;
    if (isText || owner.binaryType === "nodebuffer") owner.emit("message", data, !isText);
    else owner.emit("message", toBinaryType(data, owner.binaryType, ends), true);
  }

  ping(data: Buffer): void {
    if (this.receiveControl()) this.#owner.emit("ping", data);
  }

  pong(data: Buffer): void {
    this.#heartbeat?.answered();
    if (this.receiveControl()) this.#owner.emit("pong", data);
  }

  override closed(code: number, reason: string, error?: WebSocketError): void {
    super.closed(code, reason, error);
    this.#closeCode = code;
    this.#closeReason = reason;
    this.#heartbeat?.stop();
    // Without a listener an `error` would end the process: no peer may do that.
    if (error !== undefined && this.#owner.listenerCount("error") > 0) this.#owner.emit("error", error);
  }

  /** A ping of the heartbeat. */
  beat(): void {
    this.connection.ping();
  }

  /** The heartbeat was not answered. */
  lost(): void {
    this.terminateLater(Violation.HEARTBEAT);
  }

  protected drained(): void {
    this.#owner.emit("drain");
  }

  protected override overflowed(): void {
    if (this.options.slowConsumer === "close" && this.connection.state === "open") {
      this.close(CloseCode.TRY_AGAIN_LATER, Violation.SLOW_READER.message);
    }
  }

  protected override ended(): void {
    this.#isEnded = true;
    this.#released?.(this.#owner);
    this.#owner.emit("close", this.#closeCode, Buffer.from(this.#closeReason));
  }

  #send(
    payload: string | Uint8Array,
    data: unknown,
    options: SendOptions | undefined,
    callback: WriteCallback | undefined,
  ): void {
    if (this.#isDropping()) {
      if (callback !== undefined) process.nextTick(callback, new WebSocketError(Violation.SLOW_READER));
      return;
    }
    const isText = options?.binary === undefined ? isTextual(data) : !options.binary;
    const isFinal = options?.fin !== false;
    const compress = options?.compress !== false;
    if (!isFinal || this.#isSendingFragments) {
      this.#isSendingFragments = !isFinal;
      this.connection.sendFragment(payload, isText, isFinal);
    } else if (isText) {
      this.connection.sendText(payload, compress);
    } else {
      this.connection.sendBinary(typeof payload === "string" ? Buffer.from(payload) : payload, compress);
    }
    if (callback !== undefined) this.whenWritten(callback);
  }

  /** Calls `send` with the bytes of `blob`, behind all that was sent before. */
  #whenRead(blob: Blob, send: (bytes: Uint8Array) => void, callback: WriteCallback | undefined): void {
    this.#queue ??= new SendQueue();
    const queue = this.#queue;
    const sent = (bytes: ArrayBuffer): void => send(new Uint8Array(bytes));
    const failed = (error: Error): void => {
      if (callback !== undefined) callback(error);
      else if (this.#owner.listenerCount("error") > 0) this.#owner.emit("error", error);
    };
    queue.push(() => queue.waitFor(blob.arrayBuffer().then(sent, failed)), blob.size);
  }

  /** Whether the peer reads so slowly that a message is not sent to it. */
  #isDropping(): boolean {
    const { maxQueued, slowConsumer } = this.options;
    if (maxQueued === 0 || slowConsumer !== "drop" || this.socket.writableLength <= maxQueued) return false;
    this.#droppedMessages += 1;
    return true;
  }
}

function isTextual(data: unknown): boolean {
  return typeof data === "string" || typeof data === "number";
}
