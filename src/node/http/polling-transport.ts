import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Binary } from "../../binary.ts";
import { Outgoing } from "../../engine/outgoing.ts";
import { PacketType } from "../../engine/packet.ts";
import { encodePayload } from "../../engine/payload.ts";
import type { ServerTransport, TransportCloseReason, TransportReceiver } from "../../engine/transport.ts";
import { base64 } from "../base64.ts";
import { turn } from "../process.ts";
import type { Flushable } from "../turn.ts";
import type { HttpCompression } from "./http-compression.ts";
import { type PostOwner, type PostSettings, Posts } from "./posts.ts";
import { BAD_REQUEST, refuse } from "./refusal.ts";

/**
 * About how many bytes one answer carries. More waits in the session, which has the limit on what may wait, and
 * leaves with the next poll.
 */
const ANSWER_SIZE = 1024 * 1024;
const SILENT: TransportReceiver = { packet() {}, drained() {}, closed() {} };
const NOOP = new Outgoing(PacketType.NOOP);
const CLOSE = new Outgoing(PacketType.CLOSE);

/** What all polling transports of a server have in common. */
export interface PollingSettings extends PostSettings {
  readonly compression?: HttpCompression | undefined;
}

/**
 * Engine.IO 4 over HTTP long-polling: a GET waits until there is something to send, a POST brings what the peer
 * sends. It is writable while a GET waits. A GET that breaks off ends it, as a broken connection would: the peer
 * is gone, and whether it read the last answer is unknown.
 */
export class PollingTransport implements ServerTransport, PostOwner, Flushable {
  readonly name = "polling";
  receiver: TransportReceiver = SILENT;

  readonly #settings: PollingSettings;
  /** The headers of the first answer alone. */
  #firstHeaders: OutgoingHttpHeaders | undefined;
  #poll: ServerResponse | undefined;
  #accepted: Outgoing[] = [];
  #acceptedSize = 0;
  #closed = false;
  readonly #posts: Posts;

  /** @param firstHeaders headers of the first answer: a cookie, for one. */
  constructor(settings: PollingSettings, firstHeaders: OutgoingHttpHeaders = {}) {
    this.#settings = settings;
    this.#posts = new Posts(settings, this);
    this.#firstHeaders = firstHeaders;
  }

  get writable(): boolean {
    return this.#poll !== undefined && !this.#closed && this.#acceptedSize < ANSWER_SIZE;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get mayClose(): boolean {
    return this.#accepted.length === 0;
  }

  /** What a poll has taken is on its way: the rest waits in the session. */
  readonly queued = 0;

  get resting(): boolean {
    return this.#posts.isResting;
  }

  send(outgoing: Outgoing): void {
    this.#acceptedSize += outgoing.size;
    if (this.#accepted.push(outgoing) === 1) turn.schedule(this);
  }

  close(): void {
    this.#close(NOOP);
  }

  shed(): void {
    this.close();
  }

  /** Answers the waiting poll with everything that was accepted in this turn. */
  flush(): void {
    const poll = this.#poll;
    const accepted = this.#accepted;
    this.#poll = undefined;
    this.#accepted = [];
    this.#acceptedSize = 0;
    if (poll === undefined) return;
    const mayCompress = accepted.some(({ compress }) => compress);
    this.#answer(poll, encodePayload(accepted, base64), mayCompress);
  }

  /** Ends the HTTP connection with the answer to the poll that waits: the server takes no more. */
  endConnection(): void {
    if (this.#poll !== undefined) endWithAnswer(this.#poll);
  }

  /** Takes a GET. */
  receivePoll(response: ServerResponse): void {
    if (this.#poll !== undefined || this.#closed) {
      refuse(response, BAD_REQUEST);
      this.fail("transport error", "overlap from client: a second poll", CLOSE);
      return;
    }
    this.#poll = response;
    response.on("close", () => this.#pollClosed(response));
    this.receiver.drained();
  }

  /** Takes a POST. */
  receivePost(request: IncomingMessage, response: ServerResponse): void {
    this.#posts.receive(request, response);
  }

  /** Called by the posts. */
  receivePacket(type: PacketType, data: string | Binary): void {
    this.receiver.packet(type, data);
  }

  #answer(response: ServerResponse, text: string, mayCompress: boolean): void {
    if (response.destroyed) return;
    const body = Buffer.from(text);
    const { compression } = this.#settings;
    const accepted = response.req.headers["accept-encoding"];
    const coding = mayCompress ? compression?.codingFor(body, accepted) : undefined;
    if (compression === undefined || coding === undefined) {
      this.#write(response, body, {});
      return;
    }
    compression.compress(body, coding, (compressed) => {
      if (compressed === undefined) this.#write(response, body, {});
      else this.#write(response, compressed, { "Content-Encoding": coding });
    });
  }

  #write(response: ServerResponse, body: Buffer, more: OutgoingHttpHeaders): void {
    if (response.destroyed) return;
    const { traffic } = this.#settings;
    if (traffic !== undefined) traffic.bytesOut += body.length;
    const headers: OutgoingHttpHeaders = {
      "Content-Type": "text/plain; charset=UTF-8",
      "Content-Length": body.length,
      "Cache-Control": "no-store",
      ...more,
      ...this.#firstHeaders,
    };
    this.#settings.customize?.(headers, response.req, this.#firstHeaders !== undefined);
    this.#firstHeaders = undefined;
    response.writeHead(200, headers);
    response.end(body);
  }

  #pollClosed(response: ServerResponse): void {
    // `close` follows each answer; it is a fault only where the answer has not left.
    if (response.writableFinished) return;
    if (this.#poll === response) this.#poll = undefined;
    this.fail("transport error", "poll connection closed prematurely");
  }

  /**
   * The peer broke the rules, or is gone.
   * @param last answers the poll that waits: not with CLOSE where the answer to a POST tells the client more.
   */
  fail(reason: TransportCloseReason, description: string, last = NOOP): void {
    if (this.#closed) return;
    const { receiver } = this;
    this.#close(last);
    receiver.closed(reason, description);
  }

  #close(last: Outgoing): void {
    if (this.#closed) return;
    this.#closed = true;
    this.receiver = SILENT;
    this.#posts.close();
    // A poll is not left hanging, and a payload has at least one packet.
    if (this.#poll !== undefined && this.#accepted.length === 0) this.send(last);
  }
}

/** The HTTP connection ends with this answer. */
export function endWithAnswer(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("Connection", "close");
}
