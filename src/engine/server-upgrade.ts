import type { Binary } from "../binary.ts";
import { Outgoing } from "./outgoing.ts";
import { PacketType } from "./packet.ts";
import type { Transport, TransportReceiver } from "./transport.ts";

const PROBE = "probe";
const PROBE_ANSWER = new Outgoing(PacketType.PONG, PROBE);

/** Milliseconds from one release of the peer's poll to the next. */
const RELEASE_INTERVAL = 100;
/**
 * Polls that are released as soon as they come: they left before the peer heard that its probe was answered. Where
 * that answer does not arrive at all, as behind a proxy that holds it back, a peer whose every poll is released at once
 * polls as fast as it can until the upgrade expires.
 */
const PROMPT_RELEASES = 4;

/** What the session of an upgrade does when it moves on. */
export interface ServerUpgradeHandler {
  /** The candidate works, and the peer waits for its pending poll to end: it is time to end it. */
  release(): void;
  /** The peer speaks through the candidate from here on. */
  completed(candidate: Transport): void;
  /** The candidate is closed; the session goes on as it was. */
  abandoned(): void;
}

type State = keyof typeof TRANSITIONS | "ended";

/**
 * What the peer may say on a candidate, and the state that follows (Engine.IO 4, "Upgrade"). Anything else ends
 * the upgrade: a second probe, an upgrade without a probe, a message before the upgrade.
 */
const TRANSITIONS = {
  opened: { type: PacketType.PING, data: PROBE, next: "probed" },
  probed: { type: PacketType.UPGRADE, data: "", next: "completed" },
} as const;

/** The life of a candidate transport, from its opening to the moment when it carries the session or is given up. */
export class ServerUpgrade implements TransportReceiver {
  readonly #candidate: Transport;
  readonly #handler: ServerUpgradeHandler;
  readonly #expires: number;
  #state: State = "opened";
  #nextRelease: number;
  #promptReleases = PROMPT_RELEASES;

  /** @param timeout milliseconds from `now` until a candidate that has not completed is given up. */
  constructor(candidate: Transport, now: number, timeout: number, handler: ServerUpgradeHandler) {
    this.#candidate = candidate;
    this.#expires = now + timeout;
    this.#nextRelease = now + RELEASE_INTERVAL;
    this.#handler = handler;
    candidate.receiver = this;
  }

  /** When `tick` is wanted: never again once the upgrade is over. It never moves to an earlier time. */
  get deadline(): number {
    if (this.#state === "ended") return Number.POSITIVE_INFINITY;
    return Math.min(this.#nextRelease, this.#expires);
  }

  /** Releases a poll that holds up the upgrade, and gives up when it is time. */
  tick(now: number): void {
    if (now >= this.#expires) {
      this.abandon();
    } else if (now >= this.#nextRelease) {
      this.#nextRelease = now + RELEASE_INTERVAL;
      if (this.#state === "probed") this.#handler.release();
    }
  }

  /** A poll came and found nothing to take along. */
  polled(): void {
    if (this.#state !== "probed" || this.#promptReleases === 0) return;
    this.#promptReleases -= 1;
    this.#handler.release();
  }

  packet(type: PacketType, data: string | Binary): void {
    if (this.#state === "ended") return;
    const expected = TRANSITIONS[this.#state];
    if (type !== expected.type || data !== expected.data) {
      this.abandon();
    } else if (expected.next === "probed") {
      this.#state = "probed";
      this.#candidate.send(PROBE_ANSWER);
      this.#handler.release();
    } else {
      this.#state = "ended";
      this.#handler.completed(this.#candidate);
    }
  }

  drained(): void {
    // Nothing waits here: the session's messages go by the old transport until the upgrade is complete.
  }

  closed(): void {
    this.#end();
  }

  /** Closes the candidate, if it is not the session's transport by now. */
  abandon(): void {
    if (this.#state === "ended") return;
    this.#end();
    this.#candidate.close();
  }

  #end(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#handler.abandoned();
  }
}
