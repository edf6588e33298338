import { Buffer } from "node:buffer";
import { Socket } from "node:net";
import { Rate } from "../../rate.ts";
import { Violation } from "../../websocket/violation.ts";
import { WebSocketError } from "../../websocket/websocket-error.ts";
import type { Assembler } from "../assembly-budget.ts";
import { assembly, clock, ticker } from "../process.ts";
import type { Tickable, TickerEntry } from "../ticker.ts";
import { SendingShell, SHELL, type SocketOf } from "./sending-shell.ts";
import { ASSEMBLING, BEHIND, ENDED, ENDING, OVER, PAUSED, SHUT } from "./shell-flags.ts";
import { LINGER } from "./shell-options.ts";
import { receiveInTurn } from "./turn-share.ts";

const NOTHING = Buffer.alloc(0);

/**
 * The rim between one TCP or TLS socket and its `Connection`: what the socket says, and how long anything may take. A
 * subclass says what messages mean.
 */
export abstract class Shell extends SendingShell implements Tickable, Assembler {
  /** None before the first ping or pong. */
  #controls: Rate | undefined = undefined;
  /** None is the common case; infinity would be an object of its own. */
  #deadline: number | undefined = undefined;
  #timer: TickerEntry | undefined = undefined;

  /** Cuts the peer off; a subclass may do something else. */
  protected overflowed(): void {
    this.terminateLater(Violation.SLOW_READER);
  }
  /** TCP is over, some time after `closed`. Said once. */
  protected ended(): void {}

  /** Whether {@link pause} was called last. */
  get isPaused(): boolean {
    return this.is(PAUSED);
  }

  /** Begins to receive, on a socket that is held: of resets, `close` is enough. @param head what followed the handshake in the same packet. */
  start(head: Buffer = NOTHING): void {
    const socket = this.socket as SocketOf<Shell>;
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
    this.flags |= SHUT;
    if (this.connection.state === "closing") this.endWithin(this.options.closeTimeout);
  }

  /** Cuts the connection off: what waits is lost, `closed` follows at once. */
  terminate(error?: WebSocketError): void {
    this.socket.destroy();
    this.connection.receiveEnd(error);
  }

  /** Receives no more messages until {@link resume}; the peer is held back by TCP. */
  pause(): void {
    this.flags |= PAUSED;
    this.connection.pause();
    this.socket.pause();
  }

  resume(): void {
    if (!this.is(PAUSED)) return;
    this.flags &= ~PAUSED;
    this.connection.resume();
    this.#continueLater();
  }

  /** A long message was decompressed. */
  inflated(): void {
    setImmediate(Shell.#continue, this);
  }

  /** The message that is unfinished here is the longest of too many. */
  giveUp(): void {
    this.flags &= ~ASSEMBLING;
    process.nextTick(Shell.#fail, this, Violation.ASSEMBLY);
  }

  get deadline(): number {
    return this.#deadline ?? Number.POSITIVE_INFINITY;
  }

  tick(): void {
    if (this.is(OVER)) {
      this.terminateLater();
    } else if (this.connection.isReceiving && !this.is(PAUSED)) {
      this.terminateLater(Violation.MESSAGE_TIMEOUT);
    } else {
      // The message came to its end in time, or it is us who wait. What comes next arms the timer again.
      this.#disarm();
    }
  }

  #receive(chunk: Buffer): void {
    let isDone = false;
    const { traffic } = this.options;
    if (traffic !== undefined) traffic.bytesIn += chunk.length;
    try {
      isDone = receiveInTurn(this.connection, chunk, this.options);
    } finally {
      // Also when a listener threw: what is behind its frame belongs to the next turn.
      if (!isDone) this.#continueLater();
    }
    if (this.is(ASSEMBLING) || this.connection.assembled > 0) this.#hold(this.connection.assembled);
    if (this.connection.state === "closed") {
      // A client whose close handshake is over waits for the server's FIN.
      if (!this.is(ENDING)) this.endWithin(LINGER);
    } else if (this.options.messageTimeout > 0 && !this.is(OVER) && this.connection.isReceiving) {
      this.#arm(clock.now() + this.options.messageTimeout);
    }
  }

  /** A subclass asks at each ping and pong of the peer whether it may; where not, the connection has failed. */
  protected receiveControl(): boolean {
    const limit = this.options.maxControlFrames ?? 0;
    if (limit === 0) return true;
    this.#controls ??= new Rate(limit);
    if (this.#controls.allows(clock.now())) return true;
    this.connection.fail(Violation.CONTROL_RATE);
    return false;
  }

  #hold(bytes: number): void {
    if (bytes > 0) this.flags |= ASSEMBLING;
    else this.flags &= ~ASSEMBLING;
    (this.options.assembly ?? assembly).hold(this, bytes);
  }

  #continueLater(): void {
    if (this.is(BEHIND | PAUSED)) return;
    this.flags |= BEHIND;
    this.socket.pause();
    if (!this.connection.isInflating) setImmediate(Shell.#continue, this);
  }

  static #continue(shell: Shell): void {
    shell.flags &= ~BEHIND;
    if (shell.is(PAUSED)) return;
    shell.#receive(NOTHING);
    if (shell.is(BEHIND | PAUSED)) return;
    if (shell.is(ENDED)) shell.#receiveEnd();
    else shell.socket.resume();
  }

  #receiveEnd(): void {
    this.flags |= ENDED;
    if (this.is(BEHIND | PAUSED)) return;
    this.connection.receiveEnd();
    // A client whose close handshake was over.
    this.end();
  }

  static #socketClosed(shell: Shell): void {
    shell.#disarm();
    if (shell.is(ASSEMBLING)) shell.#hold(0);
    shell.connection.receiveEnd();
    shell.ended();
  }

  protected endWithin(milliseconds: number): void {
    const deadline = clock.now() + Math.min(milliseconds, this.options.closeTimeout);
    if (this.is(OVER) && deadline >= this.deadline) return;
    this.flags |= OVER;
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
    data(this: SocketOf<Shell>, chunk: Buffer): void {
      this[SHELL].#receive(chunk);
    },
    end(this: SocketOf<Shell>): void {
      this[SHELL].#receiveEnd();
    },
    close(this: SocketOf<Shell>): void {
      Shell.#socketClosed(this[SHELL]);
    },
  };
}
