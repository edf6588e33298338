import type { Binary } from "../binary.ts";
import { Outgoing } from "./outgoing.ts";
import { PacketType } from "./packet.ts";
import type { Transport, TransportReceiver } from "./transport.ts";

const PROBE = "probe";
const PROBE_ANSWER = new Outgoing(PacketType.PONG, PROBE);

/** What the session of an upgrade does when it moves on. */
export interface ServerUpgradeHandler {
  /** The candidate works: the peer now waits for its pending poll to end. */
  probed(): void;
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

  /** @param expires when a candidate that has not completed is given up, in the time of {@link tick}. */
  constructor(candidate: Transport, expires: number, handler: ServerUpgradeHandler) {
    this.#candidate = candidate;
    this.#expires = expires;
    this.#handler = handler;
    candidate.receiver = this;
  }

  /** Whether the peer found the candidate to work, and has yet to move over to it. */
  get probed(): boolean {
    return this.#state === "probed";
  }

  /** When `tick` is wanted: never again once the upgrade is over. */
  get deadline(): number {
    return this.#state === "ended" ? Number.POSITIVE_INFINITY : this.#expires;
  }

  /** Gives up when it is time. */
  tick(now: number): void {
    if (now >= this.#expires) this.abandon();
  }

  packet(type: PacketType, data: string | Binary): void {
    if (this.#state === "ended") return;
    const expected = TRANSITIONS[this.#state];
    if (type !== expected.type || data !== expected.data) {
      this.abandon();
    } else if (expected.next === "probed") {
      this.#state = "probed";
      this.#candidate.send(PROBE_ANSWER);
      this.#handler.probed();
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
