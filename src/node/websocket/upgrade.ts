import { Buffer } from "node:buffer";
import { type IncomingMessage, type OutgoingHttpHeaders, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { clock, ticker } from "../process.ts";

/** Whether a request belongs to the listener that has this, so that all others of the server leave it alone. */
export const CLAIMS = Symbol("claims");

/** A listener for the `upgrade` event of an HTTP server. */
export interface UpgradeListener {
  (request: IncomingMessage, socket: Duplex, head: Buffer): void;
  [CLAIMS]?: (request: IncomingMessage) => boolean;
}

/** Milliseconds that a peer has to take the answer to a failed upgrade. */
const ANSWER_WITHIN = 5_000;

/**
 * Call first with the socket of an `upgrade` event; as often as is needed. From there on Node's HTTP server listens no
 * more, so that a reset while a hook thinks would be an uncaught exception. It holds for the life of the socket:
 * whoever owns it hears of its end by `close`.
 */
export function holdSocket(socket: Duplex): void {
  if (socket.listenerCount("error", ignore) === 0) socket.on("error", ignore);
}

/**
 * Answers an upgrade with 101.
 *
 * @param answer what `encodeAccept` gives.
 * @param change may alter the lines of the answer before they leave; the status line is the first.
 * @param through takes the answer in place of the socket. A shell sends it in one write with its first messages: a
 *   third of all writes that a Socket.IO client costs until it is connected.
 * @returns false when the peer has gone meanwhile.
 */
export function acceptUpgrade(
  socket: Duplex,
  answer: string,
  change?: (lines: string[]) => void,
  through?: { writeLatin1(bytes: string): void },
): boolean {
  if (!socket.readable || !socket.writable) {
    socket.destroy();
    return false;
  }
  // Of what it costs to accept a connection, lists of lines would be a twentieth.
  const whole = change === undefined ? `${answer}\r\n` : changed(answer, change);
  // As Node's HTTP writes its headers.
  if (through === undefined) socket.write(whole, "latin1");
  else through.writeLatin1(whole);
  return true;
}

/**
 * Answers an upgrade with an error, and destroys the TCP connection. The bytes behind a failed upgrade are never
 * read as HTTP: a proxy that took the request for an upgrade passes on what its client smuggles in them.
 */
export function abortUpgrade(
  socket: Duplex,
  status: number,
  headers: OutgoingHttpHeaders = {},
  body = "",
): void {
  holdSocket(socket);
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const entry = ticker.add({ deadline: clock.now() + ANSWER_WITHIN, tick: () => socket.destroy() });
  socket.once("close", () => entry.cancel());
  const length = String(Buffer.byteLength(body));
  const answer = head(status, {
    "Content-Type": "text/plain; charset=utf-8",
    ...headers,
    Connection: "close",
    "Content-Length": length,
  });
  socket.end(join(answer) + body, () => socket.destroy());
}

function changed(answer: string, change: (lines: string[]) => void): string {
  const lines = answer.trimEnd().split("\r\n");
  change(lines);
  return join(lines);
}

function head(status: number, headers: OutgoingHttpHeaders): string[] {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`];
  for (const name in headers) {
    const value = headers[name];
    if (Array.isArray(value)) for (const each of value) lines.push(`${name}: ${each}`);
    else lines.push(`${name}: ${value}`);
  }
  return lines;
}

function join(lines: readonly string[]): string {
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function ignore(): void {}
