import type { Binary } from "../binary.ts";
import type { Outgoing } from "./outgoing.ts";
import type { PacketType } from "./packet.ts";
import type { TransportCloseReason } from "./transport.ts";

/** Why a session ended, in the words that Socket.IO documents for `disconnect`. */
export type SessionCloseReason = TransportCloseReason | "ping timeout" | "forced close";

/** What a session tells the policy layer above it. */
export interface SessionHandler {
  /** A message of the peer: text, or one binary message. */
  message(data: string | Binary): void;
  /** The session moved to a better transport; `session.transportName` is the new one. */
  upgraded(): void;
  /** The session is over; said once, whoever ended it. */
  closed(reason: SessionCloseReason, description?: unknown): void;
}

/** What the policy layer of the server sees of an Engine.IO session. */
export interface Session {
  readonly id: string;
  /** `"polling"` or `"websocket"`, as of now. */
  readonly transportName: string;
  /** Whether a message sent now goes to the transport at once; a volatile message is dropped when it would not. */
  readonly writable: boolean;
  readonly closed: boolean;
  handler: SessionHandler;
  /** Sends in order, across an upgrade too. Ignored when `closed`. */
  send(outgoing: Outgoing): void;
  /** Delivers what was sent, then ends; `handler.closed("forced close")` follows at once. */
  close(): void;
}

/** Hears what a session carries. What it throws goes to whoever sent or received. */
export interface SessionObserver {
  /** A packet of the peer came; it is handled next. */
  received(type: PacketType, data: string | Binary): void;
  /** A packet was handed to the transport. */
  sent(outgoing: Outgoing): void;
  /** The transport takes packets again. */
  drained(): void;
  /** The peer tries another transport. */
  upgrading(name: string): void;
}

/** A session of the server. */
export interface ObservableSession extends Session {
  /** Whether so much waits for the peer that events are to be dropped, where the application has chosen that. */
  readonly congested: boolean;
  /** Whether the peer is about to move to another transport. */
  readonly upgrading: boolean;
  /** Tells `observer` of each packet from now on; one at most. */
  observe(observer: SessionObserver): void;
}
