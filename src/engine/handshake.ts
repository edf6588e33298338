import type { Binary } from "../binary.ts";

/** What the server says of a new session in its OPEN packet (Engine.IO 4, "Handshake"). */
export interface Handshake {
  /** The session's id: each later request carries it. */
  readonly sid: string;
  /** The transports that the session may move to. */
  readonly upgrades: readonly unknown[];
  /** Milliseconds from one ping of the server to the next. */
  readonly pingInterval: number;
  /** Milliseconds for the answer to a ping. */
  readonly pingTimeout: number;
  /** The most bytes that the server takes in one request; `Infinity` where it names no bound. */
  readonly maxPayload: number;
  /** 1 from a server that speaks more than Socket.IO, to a client that asked for it in its URL (docs/protocol.md). */
  readonly baro: unknown;
}

/**
 * A session's id goes into every URL, which can hold no half of a surrogate pair. The figure is a request line that
 * every proxy lets pass.
 */
const SID = /^\P{Surrogate}{1,1024}$/u;

/** Reads an OPEN packet. The server's text may be anything: what is no handshake gives `undefined`. */
export function parseHandshake(data: string | Binary): Handshake | undefined {
  try {
    const { sid, upgrades, pingInterval, pingTimeout, maxPayload, baro } = JSON.parse(data as string);
    // Times of which one is no number have no sum.
    if (typeof sid !== "string" || !SID.test(sid) || !Number.isFinite(pingInterval + pingTimeout))
      return undefined;
    return {
      sid,
      upgrades: [upgrades].flat(),
      pingInterval,
      pingTimeout,
      baro,
      // Servers before Engine.IO 6.2 do not send it.
      maxPayload: Number(maxPayload) || Number.POSITIVE_INFINITY,
    };
  } catch {
    return undefined;
  }
}
