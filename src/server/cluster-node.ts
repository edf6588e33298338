import type { Cancel, Clock } from "../clock.ts";
import type { Bus, BusMessage, Membership, NodeId } from "../cluster/bus.ts";
import { throwLater } from "../report.ts";
import type { AckWaiter } from "./ack-waiter.ts";
import type { Action, Audience, Selection } from "./audience.ts";
import type { BroadcastAcks } from "./broadcast-acks.ts";
import type { Flags } from "./flags.ts";
import type { EventData } from "./member.ts";
import type { SocketDetails } from "./remote-socket.ts";

/** How long the others have for an answer, unless the caller says otherwise. */
const REQUEST_TIMEOUT = 5_000;

/** What one server tells the others. `request` names what an answer belongs to. */
type Message = { readonly namespace: string } & (
  | { readonly type: "broadcast"; readonly to: Reach; readonly data: EventData }
  | AckRequest
  | { readonly type: "act"; readonly to: Reach; readonly action: Action }
  | { readonly type: "fetch"; readonly to: Reach; readonly request: number }
  | { readonly type: "emit"; readonly data: EventData; readonly request?: number }
);

/** A broadcast whose acknowledgements the sender waits for, so many milliseconds. */
type AckRequest = {
  readonly type: "ask";
  readonly to: Reach;
  readonly data: EventData;
  readonly request: number;
  readonly timeout: number;
};

/** A part of an answer, or all of it. */
interface Answer {
  readonly type: "answer";
  readonly request: number;
  readonly values: readonly unknown[];
  readonly isLast: boolean;
}

/** A selection as it travels: a sender is a socket of the server that sends. */
interface Reach extends Pick<Selection, "rooms" | "except"> {
  readonly volatile: boolean;
  readonly compress: boolean;
}

/** What the others may ask of one namespace. */
export interface ClusterNamespace {
  readonly audience: Audience;
  /** What is known of the selected sockets of this server. */
  describe(selection: Selection): SocketDetails[];
  /** Tells the listeners of this server's namespace. */
  receiveServerSideEmit(event: string, args: readonly unknown[]): void;
}

type Receive = (values: readonly unknown[], isLast: boolean) => void;

/** A question to all others, until each has answered or the time is over. */
interface Question {
  readonly receive: (values: readonly unknown[]) => void;
  /** @param missing how many have not answered. */
  readonly ended: (missing: number) => void;
  readonly cancel: Cancel;
  missing: number;
}

/** One server's voice and ear in its cluster. */
export class ClusterNode {
  readonly #clock: Clock;
  readonly #membership: Membership;
  readonly #namespace: (name: string) => ClusterNamespace | undefined;
  readonly #requests = new Map<number, Question>();
  #lastRequest = 0;

  /** @param namespace finds a namespace of this server. */
  constructor(bus: Bus, clock: Clock, namespace: (name: string) => ClusterNamespace | undefined) {
    this.#clock = clock;
    this.#namespace = namespace;
    this.#membership = bus.join((message, from) =>
      this.#receive(message as unknown as Message | Answer, from),
    );
  }

  /** How many others there are. */
  get others(): number {
    return this.#membership.others;
  }

  leave(): void {
    this.#membership.leave();
  }

  broadcast(namespace: string, selection: Selection, data: EventData, flags: Flags): void {
    this.#publish({ type: "broadcast", namespace, to: toReach(selection, flags), data });
  }

  /** Asks the clients of the others for acknowledgements too. */
  broadcastWithAck(
    namespace: string,
    selection: Selection,
    data: EventData,
    flags: Flags,
    timeout: number,
    acks: BroadcastAcks,
  ): void {
    const { others } = this;
    acks.await(others);
    const request = this.#expect(
      timeout,
      (values) => acks.receive(values),
      (missing) => acks.receivedAll(others - missing),
    );
    this.#publish({ type: "ask", namespace, to: toReach(selection, flags), data, request, timeout });
  }

  act(namespace: string, selection: Selection, action: Action): void {
    this.#publish({ type: "act", namespace, to: toReach(selection), action });
  }

  /** What the others know of the selected sockets. Rejects when one does not answer in time. */
  async fetchSockets(namespace: string, selection: Selection, timeout?: number): Promise<SocketDetails[]> {
    const ask = (request: number): void =>
      this.#publish({ type: "fetch", namespace, to: toReach(selection), request });
    return (await this.#collect(ask, timeout)) as SocketDetails[];
  }

  /** Tells the listeners of the others. */
  serverSideEmit(namespace: string, data: EventData): void {
    this.#publish({ type: "emit", namespace, data });
  }

  /** The same, with one answer of each. The error of a rejection has those that came as `responses`. */
  serverSideEmitWithAck(namespace: string, data: EventData): Promise<unknown[]> {
    return this.#collect((request) => this.#publish({ type: "emit", namespace, data, request }));
  }

  #publish(message: Message): void {
    this.#membership.publish(message);
  }

  /** Collects the answers of all others to what `ask` asks them. */
  #collect(ask: (request: number) => void, timeout = REQUEST_TIMEOUT): Promise<unknown[]> {
    const { others } = this;
    if (others === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const responses: unknown[] = [];
      const ended = (missing: number): void => {
        if (missing === 0) {
          resolve(responses);
        } else {
          const sentence = `timeout reached: only ${others - missing} responses received out of ${others}`;
          reject(Object.assign(new Error(sentence), { responses }));
        }
      };
      ask(this.#expect(timeout, (values) => responses.push(...values), ended));
    });
  }

  /** Hears answers until all have come, or the time is over. */
  #expect(timeout: number, receive: Question["receive"], ended: Question["ended"]): number {
    this.#lastRequest += 1;
    const id = this.#lastRequest;
    const cancel = this.#clock.after(timeout, () => this.#end(id));
    this.#requests.set(id, { receive, ended, cancel, missing: this.others });
    return id;
  }

  #end(id: number): void {
    const request = this.#requests.get(id);
    if (!this.#requests.delete(id)) return;
    request?.cancel();
    request?.ended(request.missing);
  }

  #receiveAnswer({ request: id, values, isLast }: Answer): void {
    const request = this.#requests.get(id);
    if (request === undefined) return;
    request.receive(values);
    if (!isLast) return;
    request.missing -= 1;
    if (request.missing === 0) this.#end(id);
  }

  #receive(message: Message | Answer, from: NodeId): void {
    if (message.type === "answer") {
      this.#receiveAnswer(message);
      return;
    }
    const answer = (values: readonly unknown[], isLast: boolean): void => {
      if (!("request" in message) || message.request === undefined) return;
      const { request } = message;
      this.#membership.send(from, {
        type: "answer",
        request,
        values,
        isLast,
      } satisfies Answer as unknown as BusMessage);
    };
    const namespace = this.#namespace(message.namespace);
    if (namespace === undefined) {
      // Nobody is there: that is an answer, too.
      answer([], true);
      return;
    }
    const { audience } = namespace;
    switch (message.type) {
      case "act":
        audience.act(toSelection(message.to), message.action);
        break;
      case "fetch":
        answer(namespace.describe(toSelection(message.to)), true);
        break;
      case "emit":
        this.#receiveEmit(namespace, message.data, message.request === undefined ? undefined : answer);
        break;
      case "broadcast":
        audience.broadcastHere(toSelection(message.to), message.data, toFlags(message.to), undefined);
        break;
      case "ask":
        relayAcks(audience, message, answer);
        break;
    }
  }

  #receiveEmit(namespace: ClusterNamespace, [event, ...args]: EventData, answer: Receive | undefined): void {
    let answered = false;
    const acknowledge = (...values: unknown[]): void => {
      if (answered) return;
      answered = true;
      answer?.(values.slice(0, 1), true);
    };
    try {
      namespace.receiveServerSideEmit(event, answer === undefined ? args : [...args, acknowledge]);
    } catch (error) {
      // The application's fault, and not the bus's.
      throwLater(error, this.#clock);
    }
  }
}

/** Sends to the clients of this server, and passes on each acknowledgement that comes in time, as it comes. */
function relayAcks(audience: Audience, { to, data, timeout }: AckRequest, answer: Receive): void {
  const selection = toSelection(to);
  const id = audience.ackIds.next();
  audience.broadcastHere(selection, data, toFlags(to), id);
  const members = audience.members(selection);
  let missing = members.length;
  if (missing === 0) {
    answer([], true);
    return;
  }
  const cancel = audience.realm.clock.after(timeout, () => {
    for (const member of members) member.forgetAck(id);
  });
  const waiter: AckWaiter = {
    answered: (args) => {
      missing -= 1;
      if (missing === 0) cancel();
      answer([args[0]], missing === 0);
    },
    lost() {},
  };
  for (const member of members) member.expectAck(id, waiter);
}

function toReach({ rooms, except }: Selection, flags?: Flags): Reach {
  return { rooms, except, volatile: flags?.volatile ?? false, compress: flags?.compress ?? true };
}

function toSelection({ rooms, except }: Reach): Selection {
  return { rooms, except, sender: undefined };
}

function toFlags({ volatile, compress }: Reach): Flags {
  return { volatile, compress, local: true, timeout: undefined };
}
