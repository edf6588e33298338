import type { Buffer } from "node:buffer";
import type { WebSocketError } from "./websocket-error.ts";

export type Role = "server" | "client";

/** `closing`: a close frame was sent, and the peer's is awaited. */
export type ConnectionState = "open" | "closing" | "closed";

/** What a peer may make a connection hold. One object serves any number of connections. */
export interface ConnectionLimits {
  /** Bytes per message, refused from the header before anything is kept (1009); 0 for what a `Buffer` holds. */
  readonly maxPayload: number;
  /** Frames per message (1008): a message in millions of empty frames costs work and never ends. */
  readonly maxFragments: number;
  /** Whether pings are answered; true by default. Section 5.5.2 demands it: then the owner does. */
  readonly autoPong?: boolean;
  /** Whether text and close reasons are taken as UTF-8 unseen; false by default. Only for peers that one trusts. */
  readonly skipUtf8Validation?: boolean;
}

/** Where a connection puts everything that follows from what it is told. */
export interface Sink {
  /** Bytes for the peer, in order. They do not change any more, and may be shared with other connections. */
  write(bytes: Uint8Array): void;
  /** The same for bytes in a string, of which each character is one; a sink without it gets all bytes by `write`. */
  writeLatin1?(bytes: string): void;
  /** Nothing more will be written: TCP ends after what was. */
  end(): void;
  /**
   * A whole message; text is valid UTF-8. `data` is a view of the received chunk where that spares a copy, so a
   * short message that is kept for long holds up to 64 KiB: keep a copy of it instead.
   *
   * @param ends where its fragments end, for a message in several frames, where `wantsFragments` said so when it began.
   */
  message(data: Buffer, isText: boolean, ends?: readonly number[]): void;
  /**
   * The same for a whole message of text that is all ASCII: it is `chunk[start, end)`. For who makes a string of it at
   * once: a view for each short message would be a tenth of what it costs.
   */
  ascii?(chunk: Buffer, start: number, end: number): void;
  /** A ping; its pong has been sent. `data` as in {@link message}. */
  ping(data: Buffer): void;
  /** A pong, asked for or not. `data` as in {@link message}. */
  pong(data: Buffer): void;
  /**
   * The connection is over; said once. `code` and `reason` are those of the peer's close frame, 1005 when it had
   * no code, and 1006 when there was none. `error` when it was us who failed the connection, and why.
   */
  closed(code: number, reason: string, error?: WebSocketError): void;
  /** A message was decompressed elsewhere and can be handed out: call `receive` in a later turn. */
  inflated(): void;
  /** Whether the peer reads too slowly to take more: then only the last ping is answered, once it does. */
  readonly full: boolean;
  /** Whether `message` shall tell where the fragments of an uncompressed message end; false by default. */
  readonly wantsFragments?: boolean;
}
