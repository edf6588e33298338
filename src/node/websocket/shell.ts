import { Buffer } from "node:buffer";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { BaroError, ERR_STATE } from "../../errors.ts";
import { Rate } from "../../rate.ts";
import { Connection, type Role, type Sink } from "../../websocket/connection.ts";
import type { Deflate } from "../../websocket/deflate.ts";
import { type Frames, writeFrames } from "../../websocket/frame.ts";
import type { MaskSource } from "../../websocket/mask.ts";
import { Violation } from "../../websocket/violation.ts";
import { WebSocketError } from "../../websocket/websocket-error.ts";
import type { Assembler } from "../assembly-budget.ts";
import { assembly, clock, joiner, masks, ticker, turn } from "../process.ts";
import type { Tickable, TickerEntry } from "../ticker.ts";
import type { Flushable } from "../turn.ts";
import { collect, collectLatin1, type Outbox, writeOut } from "./outbox.ts";
import { ASSEMBLING, BEHIND, ENDED, ENDING, FULL, OVER, PAUSED, SCHEDULED, SHUT } from "./shell-flags.ts";
import type { ShellOptions } from "./shell-options.ts";
import { receiveInTurn } from "./turn-share.ts";
import { holdSocket } from "./upgrade.ts";
import { callBack, closedBeforeWrite, toWritten, type WriteCallback } from "./write-callback.ts";

/** Milliseconds that a peer has for its FIN once everything was sent to it, ours included. */
const LINGER = 5_000;

// In the words that programs for ws match on.
const ALREADY =
  "server.handleUpgrade() was called more than once with the same socket, possibly due to a misconfiguration";
const SHELL = Symbol("shell");
const NOTHING = Buffer.alloc(0);
type ShellSocket = Duplex & { [SHELL]: Shell };

/**
 * The rim between one TCP or TLS socket and its {@link Connection}. What is sent in one turn of the event loop
 * leaves in one write. A subclass says what messages mean.
 */
export abstract class Shell implements Sink, Flushable, Tickable, Assembler {
  /** Sends and pauses. Close by {@link Shell.close}, which also bounds the wait for the peer's answer. */
  protected readonly connection: Connection;
  readonly #socket: Duplex;
  readonly #options: ShellOptions;
  #outbox: Outbox = undefined;
  /** Bytes in the outbox. */
  #collected = 0;
  /** Who waits for the bytes of this turn. None is the common case. */
  #callbacks: WriteCallback[] | undefined = undefined;
  /** Of those in shell-flags.ts. */
  #flags = 0;
  /** None before the first ping or pong. */
  #controls: Rate | undefined = undefined;
  /** None is the common case; infinity would be an object of its own. */
  #deadline: number | undefined = undefined;
  #timer: TickerEntry | undefined = undefined;

  /**
   * @param socket after the handshake; the shell owns it from here on. Call {@link start} next.
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
    this.#socket = socket;
    this.#options = options;
    this.connection = new Connection(role, options, this, role === "client" ? ownMasks : undefined, deflate);
    (socket as ShellSocket)[SHELL] = this;
  }

  abstract message(data: Buffer, isText: boolean): void;
  abstract ping(data: Buffer): void;
  abstract pong(data: Buffer): void;
  /** A subclass goes on from here. */
  closed(_code: number, _reason: string, _error?: WebSocketError): void {
    this.#flags |= SHUT;
  }
  /** The peer reads again: `full` became false. */
  protected abstract drained(): void;
  /** So many bytes wait because the peer reads too slowly. Said at each flush meanwhile; calls no listener. */
  protected filled(_waiting: number): void {}
  /** More than `maxQueued` bytes wait. Said at each flush; calls no listener. */
  protected overflowed(): void {
    this.terminateLater(Violation.SLOW_READER);
  }
  /** TCP is over, some time after `closed`. Said once. */
  protected ended(): void {}

  /** Whether the peer reads so slowly that sending should stop until `drained`. */
  get full(): boolean {
    return this.#is(FULL);
  }

  /** Whether what is sent now is sent: the connection is open, and the peer keeps up. */
  get writable(): boolean {
    return !this.#is(FULL | SHUT);
  }

  /** What the shell was given. */
  get socket(): Duplex {
    return this.#socket;
  }

  /** Whether {@link pause} was called last. */
  get isPaused(): boolean {
    return this.#is(PAUSED);
  }

  /** Bytes that wait: for their compression, for the end of this turn, or because the kernel refused them. */
  get queued(): number {
    return this.connection.waiting + this.#collected + this.#socket.writableLength;
  }

  /** Begins to receive. @param head what followed the handshake in the same packet. */
  start(head: Buffer = NOTHING): void {
    const socket = this.#socket as ShellSocket;
    // Resets say nothing of interest: `close` follows.
    holdSocket(socket);
    if (socket instanceof Socket) {
      // What time HTTP allows for a request says nothing about a connection that lives for days. Most set none.
      if (socket.timeout) socket.setTimeout(0);
      socket.setNoDelay(true);
    }
    socket.on("data", Shell.#listeners.data);
    socket.on("end", Shell.#listeners.end);
    socket.on("close", Shell.#listeners.close);
    // The peer may have gone during the handshake.
    if (socket.destroyed) this.connection.receiveEnd();
    else if (head.length > 0) this.#receive(head);
    // Then no event follows any more.
    if (socket.closed) process.nextTick(Shell.#socketClosed, this);
  }

  /** Starts the close handshake. @throws BaroError for a code or reason that cannot be sent. */
  close(code?: number, reason?: string): void {
    this.connection.close(code, reason);
    this.#flags |= SHUT;
    if (this.connection.state === "closing") this.#endWithin(this.#options.closeTimeout);
  }

  /** Cuts the connection off: what waits is lost, `closed` follows at once. */
  terminate(error?: WebSocketError): void {
    this.#socket.destroy();
    this.connection.receiveEnd(error);
  }

  /** Receives no more messages until {@link resume}; the peer is held back by TCP. */
  pause(): void {
    this.#flags |= PAUSED;
    this.connection.pause();
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#is(PAUSED)) return;
    this.#flags &= ~PAUSED;
    this.connection.resume();
    this.#continueLater();
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
    if (!this.#is(SHUT)) writeFrames(this, frames);
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
    this.#flags |= ENDING;
    this.#schedule();
  }

  /** A long message was decompressed. */
  inflated(): void {
    setImmediate(Shell.#continue, this);
  }

  /** Writes what this turn collected. */
  flush(): void {
    this.#flags &= ~SCHEDULED;
    const socket = this.#socket;
    const outbox = this.#outbox;
    const collected = this.#collected;
    const callbacks = this.#callbacks;
    const { traffic } = this.#options;
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
    if (refused > 0 && socket.writableNeedDrain && !this.#is(FULL)) {
      this.#flags |= FULL;
      socket.once("drain", Shell.#listeners.drain);
    }
    const waiting = refused + this.connection.waiting;
    if (this.#is(FULL)) this.filled(waiting);
    if (this.#options.maxQueued > 0 && waiting > this.#options.maxQueued) this.overflowed();
    if (this.#is(ENDING)) {
      socket.end();
      // A FIN, not a reset, by which unread bytes take our close frame with them: read and dropped until its own FIN.
      socket.resume();
      this.#endWithin(refused === 0 ? LINGER : this.#options.closeTimeout);
    }
  }

  /** The message that is unfinished here is the longest of too many. */
  giveUp(): void {
    this.#flags &= ~ASSEMBLING;
    process.nextTick(Shell.#fail, this, Violation.ASSEMBLY);
  }

  get deadline(): number {
    return this.#deadline ?? Number.POSITIVE_INFINITY;
  }

  tick(): void {
    if (this.#is(OVER)) {
      this.terminateLater();
    } else if (this.connection.isReceiving && !this.#is(PAUSED)) {
      this.terminateLater(Violation.MESSAGE_TIMEOUT);
    } else {
      // The message came to its end in time, or it is us who wait. What comes next arms the timer again.
      this.#disarm();
    }
  }

  /** Whether any of `flags` stands. */
  #is(flags: number): boolean {
    return (this.#flags & flags) !== 0;
  }

  #schedule(): void {
    if (this.#is(SCHEDULED)) return;
    this.#flags |= SCHEDULED;
    turn.schedule(this);
  }

  #receive(chunk: Buffer): void {
    let isDone = false;
    const { traffic } = this.#options;
    if (traffic !== undefined) traffic.bytesIn += chunk.length;
    try {
      isDone = receiveInTurn(this.connection, chunk, this.#options);
    } finally {
      // Also when a listener threw: what is behind its frame belongs to the next turn.
      if (!isDone) this.#continueLater();
    }
    if (this.#is(ASSEMBLING) || this.connection.assembled > 0) this.#hold(this.connection.assembled);
    if (this.connection.state === "closed") {
      // A client whose close handshake is over waits for the server's FIN.
      if (!this.#is(ENDING)) this.#endWithin(LINGER);
    } else if (this.#options.messageTimeout > 0 && !this.#is(OVER) && this.connection.isReceiving) {
      this.#arm(clock.now() + this.#options.messageTimeout);
    }
  }

  /** A subclass asks at each ping and pong of the peer whether it may; where not, the connection has failed. */
  protected receiveControl(): boolean {
    const limit = this.#options.maxControlFrames ?? 0;
    if (limit === 0) return true;
    this.#controls ??= new Rate(limit);
    if (this.#controls.allows(clock.now())) return true;
    this.connection.fail(Violation.CONTROL_RATE);
    return false;
  }

  #hold(bytes: number): void {
    if (bytes > 0) this.#flags |= ASSEMBLING;
    else this.#flags &= ~ASSEMBLING;
    (this.#options.assembly ?? assembly).hold(this, bytes);
  }

  #continueLater(): void {
    if (this.#is(BEHIND | PAUSED)) return;
    this.#flags |= BEHIND;
    this.#socket.pause();
    if (!this.connection.isInflating) setImmediate(Shell.#continue, this);
  }

  static #continue(shell: Shell): void {
    shell.#flags &= ~BEHIND;
    if (shell.#is(PAUSED)) return;
    shell.#receive(NOTHING);
    if (shell.#is(BEHIND | PAUSED)) return;
    if (shell.#is(ENDED)) shell.#receiveEnd();
    else shell.#socket.resume();
  }

  #receiveEnd(): void {
    this.#flags |= ENDED;
    if (this.#is(BEHIND | PAUSED)) return;
    this.connection.receiveEnd();
    // A client whose close handshake was over.
    this.end();
  }

  #drained(): void {
    this.#flags &= ~FULL;
    this.connection.drained();
    this.drained();
  }

  static #socketClosed(shell: Shell): void {
    shell.#disarm();
    if (shell.#is(ASSEMBLING)) shell.#hold(0);
    shell.connection.receiveEnd();
    shell.ended();
  }

  #endWithin(milliseconds: number): void {
    const deadline = clock.now() + Math.min(milliseconds, this.#options.closeTimeout);
    if (this.#is(OVER) && deadline >= this.deadline) return;
    this.#flags |= OVER;
    this.#arm(deadline);
  }

  #arm(deadline: number): void {
    // The ticker follows a deadline that moves on; for an earlier one it wants a new entry.
    if (deadline < this.deadline) this.#disarm();
    this.#deadline = deadline;
    this.#timer ??= ticker.add(this);
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#deadline = undefined;
  }

  /** Calls no listener before the work that all connections share, a flush or a tick, is done. */
  protected terminateLater(violation?: Violation): void {
    process.nextTick(Shell.#terminate, this, violation);
  }

  static #terminate(shell: Shell, violation: Violation | undefined): void {
    shell.terminate(violation && new WebSocketError(violation));
  }

  static #fail(shell: Shell, violation: Violation): void {
    shell.connection.fail(violation);
  }

  /** Shared by all shells: closures of its own would cost each idle connection some 400 bytes. */
  static readonly #listeners = {
    data(this: ShellSocket, chunk: Buffer): void {
      this[SHELL].#receive(chunk);
    },
    end(this: ShellSocket): void {
      this[SHELL].#receiveEnd();
    },
    drain(this: ShellSocket): void {
      this[SHELL].#drained();
    },
    close(this: ShellSocket): void {
      Shell.#socketClosed(this[SHELL]);
    },
  };
}
