import type { Cancel } from "../clock.ts";
import { type AckCallback, type AckWaiter, timedOut } from "./ack-waiter.ts";
import type { Audience, Selection } from "./audience.ts";
import type { Flags } from "./flags.ts";
import type { EventData, Member } from "./member.ts";

/**
 * Sends a broadcast to the sockets of this server, and collects its acknowledgements: calls back with all answers
 * when the last one came, or with an error and those that came when the time is over. A client that disconnects
 * meanwhile never answers.
 */
export class BroadcastAcks implements AckWaiter {
  readonly #callback: AckCallback;
  readonly #answers: unknown[] = [];
  readonly #cancel: Cancel;
  #missing: number;
  #over = false;

  constructor(
    audience: Audience,
    selection: Selection,
    data: EventData,
    flags: Flags,
    timeout: number,
    callback: AckCallback,
  ) {
    this.#callback = callback;
    const id = audience.ackIds.next();
    audience.broadcastHere(selection, data, flags, id);
    const members: Member[] = audience.members(selection);
    this.#missing = members.length;
    for (const member of members) member.expectAck(id, this);
    const forget = (): void => {
      for (const member of members) member.forgetAck(id);
    };
    const { clock } = audience.realm;
    this.#cancel = clock.after(timeout, () => {
      forget();
      this.#end(timedOut());
    });
    // To nobody: the answer comes all the same, and not before emit has returned.
    if (members.length === 0) clock.after(0, () => this.#answered(0));
  }

  answered(args: readonly unknown[]): void {
    this.#answers.push(args[0]);
    this.#answered(1);
  }

  lost(): void {}

  /** Waits for other servers too; then comes {@link receive} for each answer, and {@link receivedAll}. */
  await(servers: number): void {
    this.#missing += servers;
  }

  /** Answers of clients of another server came. */
  receive(answers: readonly unknown[]): void {
    this.#answers.push(...answers);
  }

  /** All clients of so many other servers have answered. */
  receivedAll(servers: number): void {
    this.#answered(servers);
  }

  #answered(count: number): void {
    this.#missing -= count;
    if (this.#missing > 0) return;
    this.#cancel();
    this.#end(null);
  }

  #end(error: Error | null): void {
    if (this.#over) return;
    this.#over = true;
    this.#callback(error, this.#answers);
  }
}
