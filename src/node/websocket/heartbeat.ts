import type { Duplex } from "node:stream";
import { clock, ticker } from "../process.ts";
import type { Tickable, TickerEntry } from "../ticker.ts";
import type { SettledHeartbeat } from "./options.ts";

/** What a heartbeat does with its connection. */
interface Beating {
  readonly socket: Duplex;
  readonly isPaused: boolean;
  /** Sends a ping. */
  beat(): void;
  /** The peer is dead. */
  lost(): void;
}

/**
 * Pings one peer, and says when it is dead: no byte came within the timeout after a ping. Any byte counts, since the
 * pong of a peer that sends a long message stands behind it. So nothing has to be done for each message: the
 * socket's own count is looked at when the time has come.
 */
export class Heartbeat implements Tickable {
  deadline: number;
  readonly #connection: Beating;
  readonly #options: SettledHeartbeat;
  readonly #entry: TickerEntry;
  /** What the socket had received when the ping left; none while no answer is awaited. */
  #received: number | undefined = undefined;

  constructor(connection: Beating, options: SettledHeartbeat) {
    this.#connection = connection;
    this.#options = options;
    this.deadline = clock.now() + options.interval;
    this.#entry = ticker.add(this);
  }

  /** The peer answered. Said also for sockets that do not count what they receive. */
  answered(): void {
    if (this.#received !== undefined) this.#received = -1;
  }

  stop(): void {
    this.#entry.cancel();
  }

  tick(now: number): void {
    const { interval, timeout } = this.#options;
    if (this.#received === undefined) {
      this.#received = this.#bytesReceived;
      this.deadline = now + timeout;
      this.#connection.beat();
    } else if (this.#received !== this.#bytesReceived || this.#connection.isPaused) {
      // While it is us who do not read, its answers cannot be seen.
      this.#received = undefined;
      this.deadline = now + Math.max(interval - timeout, 0);
    } else {
      this.stop();
      this.#connection.lost();
    }
  }

  get #bytesReceived(): number {
    const { socket } = this.#connection;
    return "bytesRead" in socket ? (socket.bytesRead as number) : 0;
  }
}
