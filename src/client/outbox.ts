import type { Cancel } from "../clock.ts";
import { type ClientOutgoing, sizeOf } from "../engine/client-outgoing.ts";
import { BaroError, ERR_FULL, ERR_STATE } from "../errors.ts";
import { type Callback, call } from "../report.ts";
import { encode } from "../socketio/encoder.ts";
import { type EventPacket, type JsonObject, type Packet, PacketType } from "../socketio/packet.ts";
import { reservedName } from "../socketio/reserved.ts";
import type { Engine } from "./engine.ts";
import type { Link } from "./link.ts";
import type { SocketOptions } from "./options.ts";
import { toError } from "./socket-events.ts";

const VERSION = 1;

/** An event that was emitted and is not over: somebody waits for its acknowledgement, or the server may not have it. */
interface Entry {
  /** Who waits: hears an error first. */
  callback?: Callback | undefined;
  cancelTimeout?: Cancel;
  /** The number under which it is sent again when the connection is lost; none for what is sent once. */
  readonly number?: number;
  /** What is sent again. */
  readonly outgoing?: ClientOutgoing;
}

/** What an event was emitted with. */
export interface Flags {
  volatile?: boolean;
  /** Milliseconds for the acknowledgement. */
  timeout?: number;
}

/** Whose events they are. */
interface Sender {
  readonly connected: boolean;
  sendBuffer: EventPacket[];
  readonly io: { readonly engine: Engine };
  /** Tells the program of an event that is sent. */
  dispatchAnyOutgoing(data: EventPacket["data"]): void;
}

/** The events that a socket has emitted and that are not over. */
export interface Outbox {
  /**
   * Sends an event, now or when the socket is connected. A function as the last of `data` is its acknowledgement, which
   * takes an error first `withError`, and where there is a timeout.
   *
   * @throws BaroError `BARO_EVENT_NAME` for a name that the agreement keeps; `BARO_DATA` for data that JSON cannot hold;
   *   `BARO_FULL` where too much waits for the connection.
   */
  emit(data: [string, ...unknown[]], flags: Flags, withError: boolean): void;
  /** Sends a packet at once. @throws BaroError `BARO_DATA` for data that JSON cannot hold. */
  send(type: PacketType, data?: unknown, id?: number): ClientOutgoing;
  /** What stands beside the credentials; nothing for a server that has offered nothing. */
  request(): JsonObject | false;
  /**
   * The server granted the namespace, and took up the request or not. Sends what the connection before may have lost, and
   * gives what tells those who wait in vain that no answer will come.
   */
  agree(answer: unknown): () => void;
  /** Sends what waits for the connection. */
  drain(): void;
  /** Takes an event that the server, not its application, has sent; says whether it was one. */
  receive(data: EventPacket["data"]): boolean;
  /**
   * Ends the wait for an acknowledgement, if there is one: calls back with `args`. What has a number is sent again all the
   * same, unless it `isTaken`.
   */
  settle(id: unknown, args: readonly unknown[], isTaken?: boolean): void;
  /** Shows the server new credentials. @throws BaroError `BARO_STATE` where it takes none. */
  refreshAuth(auth: unknown): Promise<void>;
  /**
   * Ends the wait for those with numbers, which would be sent again, and for the `others`, which only this connection
   * has carried. Gives what tells those who wait that no answer will come.
   */
  fail(numbered: boolean, others: boolean): () => void;
}

/** What an acknowledgement brings that takes an error first. */
export function acknowledgement(ask: (callback: Callback) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    ask((error, value) => (error ? reject(error) : resolve(value)));
  });
}

/**
 * Holds what a socket has emitted, each event until it is over.
 *
 * To a server that offers it, delivery is exactly once (docs/protocol.md, "Baro's client and Baro's server"): events have
 * numbers, and what the server may not have taken when the connection broke is sent again under the same number.
 */
export function createOutbox(sender: Sender, link: Link, nsp: string, options: SocketOptions): Outbox {
  const { clock, randomId } = link.platform;
  const { retries = 0 } = options;
  /** How much more may be kept to be sent again. */
  let { maxRetained: room = 1_000, maxRetainedBytes: roomBytes = 4 * 1024 * 1024 } = options;
  /** By the id of the acknowledgement, or else the mark of the number. Those with numbers stand in their order. */
  const entries = new Map<unknown, Entry>();
  let nextId = 0;
  /** The last number. */
  let last = 0;
  let bufferedBytes = 0;
  /** Names this socket over all its connections. */
  let producer: string | undefined;
  /** What this connection's server agreed to, or the one before; `undefined` where it did not. */
  let agreement: JsonObject | undefined;
  /** The option `retries`: these are sent one after the other, each until it is acknowledged or was sent often enough. */
  const attempts: (() => void)[] = [];
  let isUnderWay = false;

  function toPacket<Type extends PacketType>(type: Type, data?: unknown, id?: number) {
    return { type, nsp, id, data } as Extract<Packet, { type: Type }>;
  }

  function send(type: PacketType, data?: unknown, id?: number): ClientOutgoing {
    return link.send(toPacket(type, data, id));
  }

  /** Waits for an acknowledgement, and gives the id for its event. */
  function wait(callback: Callback, timeout: number | undefined): number {
    const id = nextId++;
    const entry: Entry = { callback };
    entries.set(id, entry);
    if (timeout !== undefined) {
      entry.cancelTimeout = clock.after(timeout, () => {
        sender.sendBuffer = sender.sendBuffer.filter((packet) => packet.id !== id);
        settle(id, [new Error("operation has timed out")]);
      });
    }
    return id;
  }

  function settle(id: unknown, args: readonly unknown[], isTaken?: boolean): void {
    const entry = entries.get(id);
    if (!entry) return;
    const { callback, number } = entry;
    entry.callback = undefined;
    if (!number) remove(id);
    // What was sent before it was taken, too.
    else if (isTaken) taken(number);
    call(clock, callback, ...args);
  }

  function remove(key: unknown): Entry | undefined {
    const entry = entries.get(key);
    entries.delete(key);
    entry?.cancelTimeout?.();
    if (entry?.outgoing) {
      room += 1;
      roomBytes += entry.outgoing.bytes;
    }
    return entry;
  }

  function fail(numbered: boolean, others: boolean): () => void {
    const failed = [...entries].filter(([key, { number }]) => (number ? numbered : others) && remove(key));
    // What comes then does not go on from there.
    if (numbered) agreement = undefined;
    return () => {
      for (const [, { callback }] of failed) call(clock, callback, new Error("socket has been disconnected"));
    };
  }

  /** The server has taken everything up to this number. What it is to acknowledge yet is asked for again all the same. */
  function taken(upTo: number): void {
    for (const [key, { number = 0, callback }] of entries) {
      if (number > upTo) return;
      if (!callback) remove(key);
    }
  }

  /**
   * Makes sure that there is room for what waits. Programs may take out what they like: their bytes are counted until
   * nothing waits.
   */
  function admit(data: EventPacket["data"], waiting: number): void {
    const { maxBuffered = Number.POSITIVE_INFINITY, maxBufferedBytes = Number.POSITIVE_INFINITY } = options;
    const { text, attachments } = encode(toPacket(PacketType.EVENT, data));
    const size = sizeOf([text, ...attachments]);
    if (waiting === 0) bufferedBytes = 0;
    if (waiting >= maxBuffered || bufferedBytes + size > maxBufferedBytes) {
      throw new BaroError(ERR_FULL, "Too much waits for the connection.");
    }
    bufferedBytes += size;
  }

  /**
   * Sends an event, with its number where that was agreed. A volatile one has none, and one that does not fit into the
   * bounds of what is kept has none either: it is sent once, as Socket.IO does it.
   */
  function sendEvent({ data, id }: EventPacket, volatile?: boolean): void {
    call(clock, () => sender.dispatchAnyOutgoing(data));
    if (agreement && data[0][0] === "~") throw reservedName(data[0]);
    const isKept = agreement && !volatile && room > 0 && roomBytes > 0;
    const number = last + 1;
    // Without a number the mark stands alone, so that no argument of the program is taken for one.
    const mark = `~${isKept ? number : ""}`;
    const outgoing = send(PacketType.EVENT, agreement ? [...data, mark] : data, id);
    if (!isKept) return;
    const key = id ?? mark;
    const entry = { ...entries.get(key), number, outgoing };
    entries.delete(key);
    entries.set(key, entry);
    last = number;
    room -= 1;
    roomBytes -= outgoing.bytes;
  }

  /** Sends an event, or keeps it until there is a connection. Gives the id of its acknowledgement. */
  function transmit(
    data: EventPacket["data"],
    callback: Callback | undefined,
    timeout: number | undefined,
    volatile?: boolean,
  ): number | undefined {
    const id = callback && wait(callback, timeout);
    const packet = toPacket(PacketType.EVENT, data, id);
    try {
      if (sender.connected) {
        sendEvent(packet, volatile);
      } else {
        admit(data, sender.sendBuffer.length);
        sender.sendBuffer.push(packet);
      }
    } catch (error) {
      remove(id);
      throw error;
    }
    return id;
  }

  /** Sends the first of the attempts, unless it is under way or there is no connection. */
  function attempt(): void {
    if (!isUnderWay && sender.connected) attempts[0]?.();
  }

  function addAttempt(
    data: EventPacket["data"],
    callback: Callback | undefined,
    timeout: number | undefined,
  ): void {
    let retriesLeft = retries;
    let id: number | undefined;
    const done: Callback = (error, ...values) => {
      isUnderWay = false;
      // What is kept for a server that agreed reaches it: to send it under another number would be to do it twice.
      if (!error || entries.has(id) || retriesLeft-- <= 0) {
        attempts.shift();
        call(clock, callback, error, ...values);
      }
      attempt();
    };
    attempts.push(() => {
      isUnderWay = true;
      try {
        id = transmit(data, done, timeout && timeout * (agreement ? retries + 1 : 1));
      } catch (error) {
        retriesLeft = 0;
        done(error);
      }
    });
    attempt();
  }

  return {
    emit(data, { volatile, timeout = options.ackTimeout }, withError) {
      const isRetried = retries && !volatile;
      const listener = typeof data.at(-1) === "function" ? (data.pop() as Callback) : undefined;
      const callback =
        !listener || withError || isRetried || timeout !== undefined
          ? listener
          : (error: unknown, ...values: unknown[]) => error || listener(...values);
      if (isRetried) {
        admit(data, attempts.length);
        addAttempt(data, callback, timeout);
      } else if (!volatile || (sender.connected && sender.io.engine.writable)) {
        transmit(data, callback, timeout, volatile);
      } else if (callback && timeout !== undefined) {
        // Only a timeout ends the wait for an event that was dropped.
        wait(callback, timeout);
      }
    },
    send,
    request() {
      if (!link.isOffered) return false;
      producer ??= randomId();
      return { "~rt": { v: VERSION, prod: producer } };
    },
    agree(answer) {
      const { v, seq, epoch } = (answer ?? {}) as JsonObject;
      const isAgreed = v === VERSION && typeof epoch === "string" && Number.isSafeInteger(seq);
      // Nobody knows what another state of the server has taken: to send it again could be to do it twice.
      const goesOn = isAgreed && epoch === agreement?.epoch;
      if (goesOn) taken(seq as number);
      else last = seq as number;
      const tellFailed = fail(!goesOn, false);
      agreement = isAgreed ? (answer as JsonObject) : undefined;
      for (const { outgoing } of entries.values()) if (outgoing) sender.io.engine.send(outgoing);
      return tellFailed;
    },
    drain() {
      while (sender.connected && sender.sendBuffer.length > 0) {
        call(clock, sendEvent, sender.sendBuffer.shift() as EventPacket);
      }
      attempt();
    },
    receive([event, value]) {
      if (!agreement || event[0] !== "~") return false;
      if (event === "~ack" && Number.isSafeInteger(value)) taken(value as number);
      if (event === "~gone") settle(value, [new Error("socket has been disconnected")]);
      if (event === "~advice") link.heed(value);
      return true;
    },
    settle,
    async refreshAuth(auth) {
      if (!sender.connected || !agreement?.auth)
        throw new BaroError(ERR_STATE, "No server renews credentials.");
      const refusal = await acknowledgement((callback) => {
        send(PacketType.EVENT, ["~auth", auth], wait(callback, undefined));
      });
      if (refusal) throw toError(refusal as JsonObject);
    },
    fail,
  };
}
