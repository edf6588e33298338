import { Buffer } from "node:buffer";
import { BaroError, ERR_CONTROL_LENGTH, ERR_STATE } from "../errors.ts";
import { decodeClose, encodeClose } from "./close.ts";
import { CloseCode } from "./close-code.ts";
import type { Deflate } from "./deflate.ts";
import { DeflateSender } from "./deflate-sender.ts";
import {
  encodeAscii,
  encodeFrame,
  encodeMessage,
  type Frames,
  MAX_CONTROL_PAYLOAD,
  Opcode,
  writeFrames,
} from "./frame.ts";
import { type MaskSource, randomMasks } from "./mask.ts";
import { Receiver } from "./receiver.ts";
import { SharedMessage } from "./shared-message.ts";
import type { ConnectionLimits, ConnectionState, Role, Sink } from "./sink.ts";
import type { Violation } from "./violation.ts";
import { WebSocketError } from "./websocket-error.ts";

export type { ConnectionLimits, ConnectionState, Role, Sink } from "./sink.ts";

const NOTHING = Buffer.alloc(0);

/**
 * One WebSocket connection after its handshake, RFC 6455: bytes in, everything out through one {@link Sink}. No
 * socket, no clock. What the peer sends never throws: it fails this connection with the close code of its fault.
 * What is sent once it is closing is ignored; a message is compressed where that was agreed and `compress` asks for
 * it. An exception of the sink passes through `receive`, and the connection goes on behind the frame that caused it.
 */
export class Connection extends Receiver {
  readonly #masks: MaskSource | undefined;
  /** What may have to wait for a compression; without one, frames go straight to the sink. */
  readonly #sender: DeflateSender | undefined;
  #state: ConnectionState = "open";
  /** The last message was sent without its end. */
  #isSendingFragments = false;
  /** The ping to answer when the peer reads again. */
  #unanswered: Buffer | undefined = undefined;

  /**
   * @param masks where a client's masking keys come from, section 5.3.
   * @param deflate permessage-deflate, where it was agreed.
   */
  constructor(
    role: Role,
    limits: ConnectionLimits,
    sink: Sink,
    masks: MaskSource | undefined = role === "client" ? randomMasks() : undefined,
    deflate?: Deflate,
  ) {
    super(role, limits, sink, deflate);
    this.#masks = masks;
    this.#sender = deflate && new DeflateSender(sink, masks, deflate);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Bytes to send that wait for the compression of a long message. */
  get waiting(): number {
    return this.#sender?.waiting ?? 0;
  }

  /** TCP has ended: the peer's FIN, a loss, or, with `error`, our own doing. Nothing more is received. */
  receiveEnd(error?: WebSocketError): void {
    if (this.#state === "closed") return;
    this.#sender?.abort();
    this.sink.end();
    this.#finish(CloseCode.ABNORMAL, "", error);
  }

  /** The peer reads again after the sink was `full`: answers the last ping, which may stand for all before it. */
  drained(): void {
    if (this.#unanswered === undefined) return;
    const data = this.#unanswered;
    this.#unanswered = undefined;
    this.#answer(data);
  }

  /** Sends a text message; bytes must be valid UTF-8. */
  sendText(data: string | Uint8Array, compress = true): void {
    if (this.#state === "open") this.#sendMessage(Opcode.TEXT, data, compress);
  }

  /** Sends a text message of a server that is all ASCII, and shorter than 64 KiB, without compression. */
  sendAscii(text: string): void {
    if (this.#state !== "open") return;
    if (this.#sender === undefined && this.sink.writeLatin1) this.sink.writeLatin1(encodeAscii(text));
    else this.#write(encodeMessage(text));
  }

  /** Sends a binary message. A server does not copy long data: it must not change until it has been sent. */
  sendBinary(data: Uint8Array, compress = true): void {
    if (this.#state === "open") this.#sendMessage(Opcode.BINARY, data, compress);
  }

  /**
   * Sends what goes to many connections: a `SharedMessage`, or what `encodeMessage` made. It is encoded, and
   * compressed, once for all of them.
   *
   * @throws BaroError in a client, which must mask each frame with a key of its own.
   */
  sendFrame(ready: Frames | SharedMessage, compress = true): void {
    if (this.role === "client") throw new BaroError(ERR_STATE, "A client cannot send a ready frame.");
    if (this.#state !== "open") return;
    if (!(ready instanceof SharedMessage)) this.#write(ready);
    else if (this.#sender !== undefined && compress) this.#sender.sendShared(ready);
    else this.#write(ready.plain);
  }

  /**
   * Sends a message in pieces, section 5.4: one call for each, the last with `isFinal`. Until then no other message
   * can be sent. Pieces are not compressed.
   *
   * @param isText counts in the first piece. Text is cut between characters, or the peer must put them together.
   */
  sendFragment(data: string | Uint8Array, isText: boolean, isFinal: boolean): void {
    if (this.#state !== "open") return;
    const first = isText ? Opcode.TEXT : Opcode.BINARY;
    const opcode = this.#isSendingFragments ? Opcode.CONTINUATION : first;
    this.#isSendingFragments = !isFinal;
    this.#write(encodeFrame(opcode, data, this.#masks?.(), isFinal));
  }

  /** Calls back once the sink has all that was sent so far: at once, unless a long message is being compressed. */
  whenSent(callback: (isSent: boolean) => void): void {
    if (this.#sender === undefined) callback(true);
    else this.#sender.whenSent(callback);
  }

  /** Sends a ping of up to 125 bytes. @throws BaroError when it is longer. */
  ping(data: Uint8Array = NOTHING): void {
    this.#sendControl(Opcode.PING, data);
  }

  /** Sends a pong that no ping asked for, up to 125 bytes. @throws BaroError when it is longer. */
  pong(data: Uint8Array = NOTHING): void {
    this.#sendControl(Opcode.PONG, data);
  }

  /**
   * Starts the close handshake, section 7.1.2. Messages of the peer may still come until it answers; the owner
   * sees to it that the wait ends. Ignored when it has been started before.
   *
   * @throws BaroError for a code or reason that cannot be sent.
   */
  close(code?: number, reason?: string): void {
    const payload = encodeClose(code, reason);
    if (this.#state !== "open") return;
    this.#send(Opcode.CLOSE, payload);
    this.#state = "closing";
  }

  /** Fails the connection for a fault of the peer, section 7.1.7. Ignored once it is closed. */
  fail(violation: Violation): void {
    if (this.#state === "closed") return;
    this.#sender?.abort();
    if (this.#state === "open") this.#send(Opcode.CLOSE, encodeClose(violation.closeCode, violation.message));
    this.sink.end();
    this.#finish(CloseCode.ABNORMAL, "", new WebSocketError(violation));
  }

  protected receivePing(data: Buffer): void {
    // Section 5.5.3 lets us answer the last of several pings. A peer that sends pings and does not read would
    // otherwise have us keep a pong for each.
    if (this.sink.full) this.#unanswered = data;
    else this.#answer(data);
    this.sink.ping(data);
  }

  protected receiveClose(payload: Buffer): void {
    const close = decodeClose(payload, this.limits.skipUtf8Validation);
    if ("closeCode" in close) {
      this.fail(close);
      return;
    }
    // Section 5.5.1: the answer to a close frame usually echoes it.
    if (this.#state === "open") this.#send(Opcode.CLOSE, payload);
    // Section 7.1.1: the server ends TCP first. A client waits for that; its owner sees to it that it ends.
    if (this.role === "server") {
      this.whenSent((isSent) => {
        if (isSent) this.sink.end();
      });
    }
    this.#finish(close.code, close.reason);
  }

  /** Answers a ping, ahead of what waits: a peer that pings during a long compression shall have one pong at a time. */
  #answer(data: Buffer): void {
    if (this.#state === "open" && this.limits.autoPong !== false) {
      writeFrames(this.sink, encodeFrame(Opcode.PONG, data, this.#masks?.()));
    }
  }

  #finish(code: number, reason: string, error?: WebSocketError): void {
    this.#state = "closed";
    this.forget();
    this.#unanswered = undefined;
    this.sink.closed(code, reason, error);
  }

  #sendControl(opcode: Opcode, data: Uint8Array): void {
    if (data.length > MAX_CONTROL_PAYLOAD) {
      throw new BaroError(ERR_CONTROL_LENGTH, "A ping or pong may have at most 125 bytes.");
    }
    this.#send(opcode, data);
  }

  #send(opcode: Opcode, data: Uint8Array): void {
    if (this.#state === "open") this.#write(encodeFrame(opcode, data, this.#masks?.()));
  }

  #sendMessage(opcode: Opcode, data: string | Uint8Array, compress: boolean): void {
    if (this.#sender !== undefined && compress) this.#sender.sendMessage(opcode, data);
    else this.#write(encodeFrame(opcode, data, this.#masks?.()));
  }

  /** Sends frames behind all that waits. */
  #write(frames: Frames): void {
    if (this.#sender !== undefined) this.#sender.sendReady(frames);
    else writeFrames(this.sink, frames);
  }
}
