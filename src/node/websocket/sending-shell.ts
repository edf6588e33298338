import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import { BaroError, ERR_STATE } from "../../errors.ts";
import { Connection, type Role, type Sink } from "../../websocket/connection.ts";
import type { Deflate } from "../../websocket/deflate.ts";
import { type Frames, writeFrames } from "../../websocket/frame.ts";
import type { MaskSource } from "../../websocket/mask.ts";
import type { WebSocketError } from "../../websocket/websocket-error.ts";
import { joiner, masks, turn } from "../process.ts";
import type { Flushable } from "../turn.ts";
import { collect, collectLatin1, type Outbox, writeOut } from "./outbox.ts";
import { ENDING, FULL, SCHEDULED, SHUT } from "./shell-flags.ts";
import { LINGER, type ShellOptions } from "./shell-options.ts";
import { callBack, closedBeforeWrite, toWritten, type WriteCallback } from "./write-callback.ts";

// In the words that programs for ws match on.
const ALREADY =
  "server.handleUpgrade() was called more than once with the same socket, possibly due to a misconfiguration";

/** Where a socket has its shell, so that listeners can be shared by all of them. */
export const SHELL = Symbol("shell");
export type SocketOf<Owner> = Duplex & { [SHELL]: Owner };

/**
 * The sending half of a shell: what its connection sends in one turn of the event loop leaves in one write, and who
 * reads too slowly is noticed. What is received, and how long anything may take, is for {@link Shell} to say, which
 * extends it: one object for both, since there may be very many.
 */
export abstract class SendingShell implements Sink, Flushable {
  /** What the shell was given. */
  readonly socket: Duplex;
  /** Sends and pauses. Close by {@link Shell.close}, which also bounds the wait for the peer's answer. */
  protected readonly connection: Connection;
  protected readonly options: ShellOptions;
  #outbox: Outbox = undefined;
  /** Bytes in the outbox. */
  #collected = 0;
  /** Who waits for the bytes of this turn. None is the common case. */
  #callbacks: WriteCallback[] | undefined = undefined;
  /** Of those in shell-flags.ts: of both halves. */
  protected flags = 0;

  /**
   * @param socket after the handshake; the shell owns it from here on. Call {@link Shell.start} next.
   * @param ownMasks a client's source of masking keys, where it has one of its own.
   * @param deflate permessage-deflate, where the handshake agreed on it.
   * @throws BaroError when another shell owns the socket.
   */
  constructor(
    role: Role,
    socket: Duplex,
    options: ShellOptions,
    ownMasks: MaskSource = masks,
    deflate?: Deflate,
  ) {
    if (SHELL in socket) throw new BaroError(ERR_STATE, ALREADY);
    this.socket = socket;
    this.options = options;
    this.connection = new Connection(role, options, this, role === "client" ? ownMasks : undefined, deflate);
    (socket as SocketOf<SendingShell>)[SHELL] = this;
  }

  abstract message(data: Buffer, isText: boolean): void;
  abstract ping(data: Buffer): void;
  abstract pong(data: Buffer): void;
  /** A subclass goes on from here. */
  closed(_code: number, _reason: string, _error?: WebSocketError): void {
    this.flags |= SHUT;
  }
  abstract inflated(): void;
  /** The peer reads again: `full` became false. */
  protected abstract drained(): void;
  /** So many bytes wait because the peer reads too slowly. Said at each flush meanwhile; calls no listener. */
  protected filled(_waiting: number): void {}
  /** More than `maxQueued` bytes wait. Said at each flush; calls no listener. */
  protected abstract overflowed(): void;
  /** TCP is to be over in so many milliseconds, `closeTimeout` at most. */
  protected abstract endWithin(milliseconds: number): void;

  /** Whether the peer reads so slowly that sending should stop until `drained`. */
  get full(): boolean {
    return this.is(FULL);
  }

  /** Whether what is sent now is sent: the connection is open, and the peer keeps up. */
  get writable(): boolean {
    return !this.is(FULL | SHUT);
  }

  /** Bytes that wait: for their compression, for the end of this turn, or because the kernel refused them. */
  get queued(): number {
    return this.connection.waiting + this.#collected + this.socket.writableLength;
  }

  /** Calls back, in a later tick, when everything that was sent so far has been handed to the kernel. */
  protected whenWritten(callback: WriteCallback): void {
    if (this.connection.waiting === 0) this.#whenFlushed(callback);
    else
      this.connection.whenSent((isSent) => {
        if (isSent) this.#whenFlushed(callback);
        else callBack([callback], closedBeforeWrite());
      });
  }

  #whenFlushed(callback: WriteCallback): void {
    if (this.#callbacks === undefined) this.#callbacks = [callback];
    else this.#callbacks.push(callback);
    this.#schedule();
  }

  /**
   * As `sendFrame` of a connection without permessage-deflate, and past it. Of a thousand clients none is in the CPU's
   * caches: with that object less to touch, each takes a broadcast in a quarter less time.
   */
  protected sendReady(frames: Frames): void {
    if (!this.is(SHUT)) writeFrames(this, frames);
  }

  /** Takes bytes of the connection. */
  write(bytes: Uint8Array): void {
    this.#outbox = collect(this.#outbox, bytes);
    this.#collected += bytes.length;
    this.#schedule();
  }

  /** The same for bytes in a string. */
  writeLatin1(bytes: string): void {
    this.#outbox = collectLatin1(this.#outbox, bytes);
    this.#collected += bytes.length;
    this.#schedule();
  }

  /** Takes the end of the connection's bytes. */
  end(): void {
    this.flags |= ENDING;
    this.#schedule();
  }

  /** Writes what this turn collected. */
  flush(): void {
    this.flags &= ~SCHEDULED;
    const { socket } = this;
    const outbox = this.#outbox;
    const collected = this.#collected;
    const callbacks = this.#callbacks;
    const { traffic } = this.options;
    if (traffic !== undefined) traffic.bytesOut += collected;
    this.#outbox = undefined;
    this.#collected = 0;
    this.#callbacks = undefined;
    if (!socket.writable) {
      if (callbacks !== undefined) callBack(callbacks, closedBeforeWrite());
      return;
    }
    writeOut(socket, outbox, collected, joiner, callbacks && toWritten(callbacks));
    const refused = socket.writableLength;
    // `write` also says no to a long write that the kernel took whole: only what is left counts.
    if (refused > 0 && socket.writableNeedDrain && !this.is(FULL)) {
      this.flags |= FULL;
      socket.once("drain", SendingShell.#onDrain);
    }
    const waiting = refused + this.connection.waiting;
    if (this.is(FULL)) this.filled(waiting);
    if (this.options.maxQueued > 0 && waiting > this.options.maxQueued) this.overflowed();
    if (this.is(ENDING)) {
      socket.end();
      // A FIN, not a reset, by which unread bytes take our close frame with them: read and dropped until its own FIN.
      socket.resume();
      this.endWithin(refused === 0 ? LINGER : this.options.closeTimeout);
    }
  }

  /** Whether any of `flags` stands. */
  protected is(flags: number): boolean {
    return (this.flags & flags) !== 0;
  }

  #schedule(): void {
    if (this.is(SCHEDULED)) return;
    this.flags |= SCHEDULED;
    turn.schedule(this);
  }

  #drained(): void {
    this.flags &= ~FULL;
    this.connection.drained();
    this.drained();
  }

  static readonly #onDrain = function (this: SocketOf<SendingShell>): void {
    this[SHELL].#drained();
  };
}
