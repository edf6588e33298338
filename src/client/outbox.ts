import type { Cancel } from "../clock.ts";
import type { Outgoing } from "../engine/outgoing.ts";
import { BaroError, ERR_FULL, ERR_STATE } from "../errors.ts";
import { type Callback, call } from "../report.ts";
import { encode } from "../socketio/encoder.ts";
import { type EventPacket, type JsonObject, PacketType } from "../socketio/packet.ts";
import { reservedName } from "../socketio/reserved.ts";
import type { Engine } from "./engine.ts";
import type { Link } from "./link.ts";
import type { SocketOptions } from "./options.ts";
import { toError } from "./socket-events.ts";

const VERSION = 1;
const MAX_RETAINED = 1_000;
const MAX_RETAINED_BYTES = 4 * 1024 * 1024;

/** An event that was emitted and is not over: somebody waits for its acknowledgement, or the server may not have it. */
interface Entry {
  /** Who waits: hears an error first. */
  callback?: Callback | undefined;
  cancelTimer?: Cancel;
  /** The number under which it is sent again when the connection is lost; 0 for what is sent once. */
  readonly sequence: number;
  /** What is sent again. */
  readonly outgoing?: Outgoing;
}

/** An event that is sent until it is acknowledged. */
interface Attempt {
  readonly data: EventPacket["data"];
  /** Milliseconds for the acknowledgement. */
  readonly timeout: number | undefined;
  readonly callback: Callback | undefined;
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
}

/** The events that a socket has emitted and that are not over. */
export interface Outbox {
  /**
   * Sends an event, now or when the socket is connected. A `callback` takes an error first; without one, the last of
   * `data` may be one that takes an error first only where there is a timeout.
   *
   * @throws BaroError `BARO_EVENT_NAME` for a name that the agreement keeps; `BARO_DATA` for data that JSON cannot hold;
   *   `BARO_FULL` where too much waits for the connection.
   */
  emit(data: [string, ...unknown[]], callback: Callback | undefined, flags: Flags): void;
  /** What stands beside the credentials; nothing for a server that has offered nothing. */
  request(): JsonObject;
  /**
   * The server granted the namespace, and took up the request or not. Sends what the connection before may have lost, and
   * gives what tells those who wait in vain that no answer will come.
   */
  agree(answer: unknown): () => void;
  /** Sends what waits for the connection. */
  flush(): void;
  /** Takes an event that the server, not its application, has sent; says whether it was one. */
  receive(data: EventPacket["data"]): boolean;
  /** The server's acknowledgement. One that nobody waits for, or no more, is dropped. */
  acknowledged(id: number, data: readonly unknown[]): void;
  /** Shows the server new credentials. @throws BaroError `BARO_STATE` where it takes none. */
  refresh(auth: object): Promise<void>;
  /**
   * Ends the wait for those with numbers, which would be sent again, and for the `others`, which only this connection
   * has carried. Gives what tells those who wait that no answer will come.
   */
  fail(numbered: boolean, others: boolean): () => void;
}

/**
 * Holds what a socket has emitted, each event until it is over.
 *
 * To a server that offers it, delivery is exactly once (docs/protocol.md, "Baro's client and Baro's server"): events have
 * numbers, and what the server may not have taken when the connection broke is sent again under the same number.
 *
 * @param announce told of each event when it is sent.
 */
export function createOutbox(
  sender: Sender,
  link: Link,
  namespace: string,
  options: SocketOptions,
  announce: (data: EventPacket["data"]) => void,
): Outbox {
  const {
    platform: { clock, randomId },
  } = link;
  const {
    retries = 0,
    ackTimeout,
    maxBuffered = Number.POSITIVE_INFINITY,
    maxBufferedBytes = Number.POSITIVE_INFINITY,
    maxRetained = MAX_RETAINED,
    maxRetainedBytes = MAX_RETAINED_BYTES,
  } = options;
  /** By the id of the acknowledgement, or else the mark of the number. Those with numbers stand in their order. */
  const entries = new Map<unknown, Entry>();
  let nextId = 0;
  /** The last number. */
  let last = 0;
  let retained = 0;
  let retainedBytes = 0;
  let bufferedBytes = 0;
  /** Names this socket over all its connections. */
  let producer: string | undefined;
  /** What this connection's server agreed to, or the one before; `undefined` where it did not. */
  let agreement: JsonObject | undefined;
  /** The option `retries`: these are sent one after the other, each until it is acknowledged or was sent often enough. */
  const attempts: Attempt[] = [];
  let retriesLeft = retries;
  let isUnderWay = false;

  function toPacket(data: EventPacket["data"], id?: number): EventPacket {
    return { type: PacketType.EVENT, namespace, id, data };
  }

  /** Waits for an acknowledgement, and gives the id for its event. */
  function wait(callback: Callback, timeout?: number): number {
    const id = nextId++;
    const entry: Entry = { callback, sequence: 0 };
    entries.set(id, entry);
    if (timeout !== undefined) {
      entry.cancelTimer = clock.after(timeout, () => giveUp(id, "operation has timed out"));
    }
    return id;
  }

  function remove(key: unknown): Entry | undefined {
    const entry = entries.get(key);
    entries.delete(key);
    entry?.cancelTimer?.();
    if (entry?.outgoing) {
      retained -= 1;
      retainedBytes -= entry.outgoing.size;
    }
    return entry;
  }

  /** Waits for an acknowledgement no more. What has a number is sent again all the same. */
  function giveUp(id: unknown, reason: string): void {
    const entry = entries.get(id);
    if (!entry) return;
    const { callback, sequence } = entry;
    entry.callback = undefined;
    if (!sequence) remove(id);
    sender.sendBuffer = sender.sendBuffer.filter((packet) => packet.id !== id);
    call(callback, [new Error(reason)], clock);
  }

  function fail(numbered: boolean, others: boolean): () => void {
    const failed = [...entries].filter(([, { sequence }]) => (sequence ? numbered : others));
    for (const [key] of failed) remove(key);
    return () => {
      for (const [, { callback }] of failed)
        call(callback, [new Error("socket has been disconnected")], clock);
    };
  }

  /** The server has taken everything up to this number. What it is to acknowledge yet is asked for again all the same. */
  function taken(upTo: number): void {
    for (const [key, { sequence, callback }] of entries) {
      if (sequence > upTo) return;
      if (!callback) remove(key);
    }
  }

  /**
   * Makes sure that there is room for what waits. Programs may take out what they like: their bytes are counted until
   * nothing waits.
   */
  function admit(packet: EventPacket, waiting: number): void {
    const { text, attachments } = encode(packet);
    const size = attachments.reduce((sum, { byteLength }) => sum + byteLength, text.length);
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
  function send(packet: EventPacket, volatile?: boolean): void {
    const { data, id } = packet;
    announce(data);
    if (!agreement) {
      link.send(packet);
      return;
    }
    if (data[0][0] === "~") throw reservedName(data[0]);
    const isKept = !volatile && retained < maxRetained && retainedBytes < maxRetainedBytes;
    const sequence = last + 1;
    // Without a number the mark stands alone, so that no argument of the program is taken for one.
    const mark = `~${isKept ? sequence : ""}`;
    const outgoing = link.send(toPacket([...data, mark], id));
    if (!isKept) return;
    const key = id ?? mark;
    const entry = entries.get(key);
    entries.delete(key);
    entries.set(key, { ...entry, sequence, outgoing });
    last = sequence;
    retained += 1;
    retainedBytes += outgoing.size;
  }

  /** Sends an event, or keeps it until there is a connection. Gives the id of its acknowledgement. */
  function transmit(
    data: EventPacket["data"],
    callback: Callback | undefined,
    timeout: number | undefined,
    volatile?: boolean,
  ): number | undefined {
    const id = callback && wait(callback, timeout);
    const packet = toPacket(data, id);
    try {
      if (sender.connected) {
        send(packet, volatile);
      } else {
        admit(packet, sender.sendBuffer.length);
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
    const [first] = attempts;
    if (!first || isUnderWay || !sender.connected) return;
    const { data, timeout, callback } = first;
    let id: number | undefined;
    const done: Callback = (error, ...values) => {
      isUnderWay = false;
      // What is kept for a server that agreed reaches it: to send it under another number would be to do it twice.
      if (!error || entries.has(id) || retriesLeft-- <= 0) {
        attempts.shift();
        retriesLeft = retries;
        call(callback, [error, ...values], clock);
      }
      attempt();
    };
    isUnderWay = true;
    try {
      id = transmit(data, done, timeout && timeout * (agreement ? retries + 1 : 1));
    } catch (error) {
      retriesLeft = 0;
      done(error);
    }
  }

  return {
    emit(data, callback, { volatile, timeout = ackTimeout }) {
      const isRetried = retries && !volatile;
      if (!callback && typeof data.at(-1) === "function") {
        const listener = data.pop() as Callback;
        // It takes an error only where one is to be expected, and else does not hear that no answer will come.
        callback =
          isRetried || timeout !== undefined ? listener : (error, ...values) => error || listener(...values);
      }
      if (isRetried) {
        admit(toPacket(data), attempts.length);
        attempts.push({ data, timeout, callback });
        attempt();
      } else if (!volatile || (sender.connected && sender.io.engine.writable)) {
        transmit(data, callback, timeout, volatile);
      } else if (callback && timeout !== undefined) {
        // Only a timeout ends the wait for an event that was dropped.
        wait(callback, timeout);
      }
    },
    request() {
      if (!link.isOffered) return {};
      producer ??= randomId();
      return { "~rt": { v: VERSION, prod: producer } };
    },
    agree(answer) {
      const { v, seq, epoch } = (answer ?? {}) as JsonObject;
      const isAgreed = v === VERSION && typeof epoch === "string" && Number.isSafeInteger(seq);
      // Nobody knows what another state of the server has taken: to send it again could be to do it twice.
      const goesOn = isAgreed && epoch === agreement?.epoch && retained > 0;
      agreement = isAgreed ? (answer as JsonObject) : undefined;
      if (goesOn) taken(seq as number);
      else last = seq as number;
      const tellFailed = fail(!goesOn, false);
      for (const { outgoing } of entries.values()) if (outgoing) sender.io.engine.send(outgoing);
      return tellFailed;
    },
    flush() {
      while (sender.connected && sender.sendBuffer.length > 0) {
        call(send as Callback, [sender.sendBuffer.shift()], clock);
      }
      attempt();
    },
    receive([event, value]) {
      if (!agreement || event[0] !== "~") return false;
      if (event === "~ack" && Number.isSafeInteger(value)) taken(value as number);
      if (event === "~gone") giveUp(value, "socket has been disconnected");
      if (event === "~advice") link.heed(value);
      return true;
    },
    acknowledged(id, data) {
      const entry = remove(id);
      if (!entry) return;
      // What was sent before it was taken, too.
      if (entry.sequence) taken(entry.sequence);
      call(entry.callback, [null, ...data], clock);
    },
    async refresh(auth) {
      if (!sender.connected || agreement?.auth !== true)
        throw new BaroError(ERR_STATE, "No server that renews credentials is connected.");
      const [error, refusal] = await new Promise<unknown[]>((resolve) => {
        link.send(
          toPacket(
            ["~auth", auth],
            wait((...answer) => resolve(answer)),
          ),
        );
      });
      if (error ?? refusal) throw error ?? toError(refusal as JsonObject);
    },
    fail,
  };
}
