import type { Cancel } from "../clock.ts";
import { type AckCallback, type AckWaiter, timedOut } from "./ack-waiter.ts";
import type { Audience } from "./audience.ts";
import type { Member } from "./member.ts";

/**
 * Collects the acknowledgements of one broadcast: calls back with all answers when the last one came, or with an
 * error and those that came when the time is over. A client that disconnects meanwhile never answers.
 */
export class BroadcastAcks implements AckWaiter {
  readonly #callback: AckCallback;
  readonly #answers: unknown[] = [];
  readonly #cancel: Cancel;
  #missing: number;

  constructor(
    audience: Audience,
    id: number,
    members: readonly Member[],
    timeout: number,
    callback: AckCallback,
  ) {
    this.#callback = callback;
    this.#missing = members.length;
    for (const member of members) member.expectAck(id, this);
    // To nobody: the answer comes all the same, and not before emit has returned.
    this.#cancel = audience.clock.after(members.length === 0 ? 0 : timeout, () => {
      for (const member of members) member.forgetAck(id);
      callback(this.#missing === 0 ? null : timedOut(), this.#answers);
    });
  }

  answered(args: readonly unknown[]): void {
    this.#answers.push(args[0]);
    this.#missing -= 1;
    if (this.#missing > 0) return;
    this.#cancel();
    this.#callback(null, this.#answers);
  }

  lost(): void {}
}
