/** Where something is told to whoever wants to hear it; a channel of `node:diagnostics_channel` is one. */
export interface Channel<Message> {
  /** Whether anybody does. Where not, no message is built. */
  readonly hasSubscribers: boolean;
  publish(message: Message): void;
}

/** `baro:connect`: a client has connected. */
export interface ConnectMessage {
  /** The id of the connection, which is not the id of any socket. */
  readonly id: string;
  readonly address: string;
  /** `"polling"`, `"websocket"`, `"plain"`, `"sse"` or `"poll"`. */
  readonly transport: string;
}

/** `baro:disconnect`: its connection is over. */
export interface DisconnectMessage extends ConnectMessage {
  /** As sockets hear it. */
  readonly reason: string;
  readonly description: unknown;
}

/** `baro:drop`: an event did not go to one client, because that one does not keep up. */
export interface DropMessage {
  readonly cause: DropCause;
  readonly namespace: string;
  /** The id of the socket. */
  readonly socket: string;
}

/** `baro:refuse`: a request was not served. */
export interface RefuseMessage {
  readonly address: string;
  readonly url: string;
  readonly origin: string | undefined;
  readonly status: number;
  /** As the client hears it. */
  readonly code: number | string;
  readonly message: string;
  /** For the operator alone: what the refusal is about. */
  readonly context: Readonly<Record<string, unknown>>;
}

/** `baro:error`: a connection has ended because its client broke the rules, or because its transport failed. */
export type ErrorMessage = DisconnectMessage;

/** Why an event did not go to a client. */
export type DropCause = "volatile" | "slow";

/** What a server has counted since it was made; read by {@link Counters.read}. */
export interface Stats {
  readonly connections: { readonly current: number; readonly opened: number };
  /** Events of all sockets: a broadcast counts once for each that it goes to. */
  readonly events: { readonly in: number; readonly out: number };
  /** Bytes on the wire: WebSocket with its frames, HTTP without its headers. */
  readonly bytes: { readonly in: number; readonly out: number };
  /** Events that did not go to a client, by cause. */
  readonly drops: Readonly<Record<DropCause, number>>;
  /** Connections that were closed because their client does not read: it alone, or all of them together. */
  readonly shed: { readonly slow: number; readonly memory: number };
  /** Why connections ended, by the reason that sockets hear. */
  readonly disconnects: Readonly<Record<string, number>>;
  /** Requests that were not served, by HTTP status. */
  readonly refusals: Readonly<Record<number, number>>;
}

/** Bytes on the wire, added to with each chunk. */
export interface Traffic {
  bytesIn: number;
  bytesOut: number;
}

/** Integers that are added to where something happens. */
export class Counters implements Traffic {
  connections = 0;
  opened = 0;
  eventsIn = 0;
  eventsOut = 0;
  bytesIn = 0;
  bytesOut = 0;
  volatileDrops = 0;
  slowDrops = 0;
  slowClosed = 0;
  memoryClosed = 0;
  // Both have a few dozen entries at most: the reasons and the statuses are ours.
  readonly #disconnects = new Map<string, number>();
  readonly #refusals = new Map<number, number>();

  disconnected(reason: string): void {
    this.connections -= 1;
    this.#disconnects.set(reason, (this.#disconnects.get(reason) ?? 0) + 1);
  }

  refused(status: number): void {
    this.#refusals.set(status, (this.#refusals.get(status) ?? 0) + 1);
  }

  read(): Stats {
    return {
      connections: { current: this.connections, opened: this.opened },
      events: { in: this.eventsIn, out: this.eventsOut },
      bytes: { in: this.bytesIn, out: this.bytesOut },
      drops: { volatile: this.volatileDrops, slow: this.slowDrops },
      shed: { slow: this.slowClosed, memory: this.memoryClosed },
      disconnects: Object.fromEntries(this.#disconnects),
      refusals: Object.fromEntries(this.#refusals),
    };
  }
}

/** What a server tells of itself: counters of its own, and channels that all servers of the process share. */
export interface Diagnostics {
  readonly counters: Counters;
  readonly connect: Channel<ConnectMessage>;
  readonly disconnect: Channel<DisconnectMessage>;
  readonly drop: Channel<DropMessage>;
  readonly refuse: Channel<RefuseMessage>;
  readonly error: Channel<ErrorMessage>;
}
