import type { IncomingMessage, ServerResponse } from "node:http";
import type { ServerSession } from "../../engine/server-session.ts";
import { clock, ticker } from "../process.ts";
import type { TickerEntry } from "../ticker.ts";

/** A transport whose peer sends requests. */
export interface HttpTransport {
  receivePost(request: IncomingMessage, response: ServerResponse): void;
  /** Takes another GET; absent where the first one is the only one. */
  receivePoll?(response: ServerResponse): void;
  /** The server takes no more: HTTP connections end with the answers that they wait for. */
  endConnection?(): void;
}

/** One session, as the HTTP side knows it. */
export interface Entry {
  readonly session: ServerSession;
  /** The page that opened the session; it may go on, even where only `allowRequest` let it in. */
  readonly origin: string | undefined;
  /** Where polls and posts go; none for a session that began over WebSocket. */
  readonly http: HttpTransport | undefined;
  readonly heartbeat: TickerEntry;
  /** The time limit of the last upgrade. */
  upgrade: TickerEntry | undefined;
}

/** The sessions of one server by their ids, each from its opening to its end. */
export class SessionTable {
  readonly #entries = new Map<string, Entry>();
  /** What ends the counting of a session. Empty where connections are not counted. */
  readonly #leaves = new Map<string, () => void>();
  #emptied: (() => void) | undefined;
  readonly #remove = (session: ServerSession): void => {
    const entry = this.#entries.get(session.id);
    entry?.heartbeat.cancel();
    entry?.upgrade?.cancel();
    this.#leaves.get(session.id)?.();
    this.#leaves.delete(session.id);
    this.#entries.delete(session.id);
    if (this.#entries.size === 0) this.#emptied?.();
  };

  /** How many sessions are there. */
  get size(): number {
    return this.#entries.size;
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /**
   * Takes a session whose id no other has, and keeps it until it says that it is released. Its heart begins to beat.
   *
   * @param leave called when the session is over.
   */
  add(
    session: ServerSession,
    origin: string | undefined,
    http: HttpTransport | undefined,
    leave: (() => void) | undefined,
  ): void {
    session.released = this.#remove;
    this.#entries.set(session.id, {
      session,
      origin,
      http,
      heartbeat: ticker.add(session),
      upgrade: undefined,
    });
    if (leave !== undefined) this.#leaves.set(session.id, leave);
  }

  /** Lets HTTP connections end with the answers that they wait for. */
  endConnections(): void {
    for (const { http } of this.#entries.values()) http?.endConnection?.();
  }

  /** Closes all sessions. */
  close(): void {
    for (const { session } of [...this.#entries.values()]) session.close();
  }

  /**
   * Waits for the end of all sessions, `timeout` milliseconds at most: one that polls hears with its next poll that it
   * is closed.
   */
  emptied(timeout: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#entries.size === 0) {
        resolve();
        return;
      }
      const cancel = clock.after(timeout, resolve);
      this.#emptied = () => {
        cancel();
        resolve();
      };
    });
  }
}
