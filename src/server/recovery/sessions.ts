import type { Session } from "./session.ts";
import { sizeOfSession } from "./session.ts";

/** The bounds of the sessions whose clients are away. */
export interface SessionBounds {
  readonly maxSessions: number;
  readonly maxSessionBytes: number;
  readonly maxDisconnectionDuration: number;
}

interface Parked {
  readonly since: number;
  readonly size: number;
  /** It is not kept any more, for whatever reason. */
  readonly ended: () => void;
}

/** The sessions of all clients of a server: those that are there, and those that are away and may come back. */
export class Sessions {
  readonly #now: () => number;
  readonly #byPid = new Map<string, Session>();
  // In the order in which they left: the first is the next to expire.
  readonly #parked = new Map<Session, Parked>();
  #bytes = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** How many are away. */
  get away(): number {
    return this.#parked.size;
  }

  /** About how many bytes they hold. */
  get bytes(): number {
    return this.#bytes;
  }

  get(pid: string): Session | undefined {
    return this.#byPid.get(pid);
  }

  add(session: Session): void {
    this.#byPid.set(session.pid, session);
  }

  /**
   * The client of `session` is away.
   * @param ended called when it comes back, or cannot any more.
   */
  park(session: Session, ended: () => void, bounds: SessionBounds): void {
    session.holder = undefined;
    const size = sizeOfSession(session);
    this.#parked.set(session, { since: this.#now(), size, ended });
    this.#bytes += size;
    this.expire(bounds);
    for (const [oldest] of this.#parked) {
      if (this.#parked.size <= bounds.maxSessions && this.#bytes <= bounds.maxSessionBytes) break;
      this.forget(oldest);
    }
  }

  /** The client is back: nobody can come back by the same session while it is there. Says whether it was away. */
  unpark(session: Session): boolean {
    const parked = this.#parked.get(session);
    if (parked === undefined) return false;
    this.#parked.delete(session);
    this.#bytes -= parked.size;
    parked.ended();
    return true;
  }

  /** Nobody can come back by it. */
  forget(session: Session): void {
    this.unpark(session);
    this.#byPid.delete(session.pid);
  }

  /** Forgets those that are away for too long. */
  expire({ maxDisconnectionDuration }: Pick<SessionBounds, "maxDisconnectionDuration">): void {
    const now = this.#now();
    for (const [session, { since }] of this.#parked) {
      if (now - since < maxDisconnectionDuration) break;
      this.forget(session);
    }
  }

  clear(): void {
    for (const session of [...this.#parked.keys()]) this.forget(session);
    this.#byPid.clear();
  }
}
