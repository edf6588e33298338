import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Binary } from "../../binary.ts";
import type { Traffic } from "../../diagnostics.ts";
import { Outgoing } from "../../engine/outgoing.ts";
import { PacketType } from "../../engine/packet.ts";
import {
  encodePayload,
  type PacketCallback,
  PayloadDecoder,
  type PayloadProgress,
} from "../../engine/payload.ts";
import type { ServerTransport, TransportCloseReason, TransportReceiver } from "../../engine/transport.ts";
import { base64 } from "../base64.ts";
import { clock, turn } from "../process.ts";
import type { Flushable } from "../turn.ts";
import type { HttpCompression } from "./http-compression.ts";
import { BAD_REQUEST, PAYLOAD_TOO_LARGE, refuse } from "./refusal.ts";
import { readText } from "./request-body.ts";

/**
 * About how many bytes one answer carries. More waits in the session, which has the limit on what may wait, and
 * leaves with the next poll.
 */
const ANSWER_SIZE = 1024 * 1024;
/** Packets of one request that are handled before other connections get their turn, */
const PACKETS_PER_TURN = 256;
/** and milliseconds after which no more of them are begun: 256 events may each take the program's listener one. */
const TIME_PER_TURN = 4;
/** Packets between two looks at the clock. With no more in a request, as nearly always, there is none. */
const SLICE = 16;

const SILENT: TransportReceiver = { packet() {}, drained() {}, closed() {} };
const NOOP = new Outgoing(PacketType.NOOP);
const CLOSE = new Outgoing(PacketType.CLOSE);

/** What all polling transports of a server have in common. */
export interface PollingSettings {
  /** Bytes that one POST may bring. */
  readonly maxPayload: number;
  readonly traffic?: Traffic;
  readonly compression?: HttpCompression | undefined;
  /** May change the headers of each answer, and of the first one before. */
  readonly customize?: (headers: OutgoingHttpHeaders, request: IncomingMessage, isFirst: boolean) => void;
}

/**
 * Engine.IO 4 over HTTP long-polling: a GET waits until there is something to send, a POST brings what the peer
 * sends. It is writable while a GET waits. A GET that breaks off ends it, as a broken connection would: the peer
 * is gone, and whether it read the last answer is unknown.
 */
export class PollingTransport implements ServerTransport, Flushable {
  readonly name = "polling";
  receiver: TransportReceiver = SILENT;

  readonly #settings: PollingSettings;
  /** The headers of the first answer alone. */
  #firstHeaders: OutgoingHttpHeaders | undefined;
  #poll: ServerResponse | undefined;
  #accepted: Outgoing[] = [];
  #acceptedSize = 0;
  #posting = false;
  #closed = false;
  readonly #receivePacket = (type: PacketType, data: string | Binary): void => {
    this.receiver.packet(type, data);
  };

  /** @param firstHeaders headers of the first answer: a cookie, for one. */
  constructor(settings: PollingSettings, firstHeaders: OutgoingHttpHeaders = {}) {
    this.#settings = settings;
    this.#firstHeaders = firstHeaders;
  }

  get writable(): boolean {
    return this.#poll !== undefined && !this.#closed && this.#acceptedSize < ANSWER_SIZE;
  }

  get mayClose(): boolean {
    return this.#accepted.length === 0;
  }

  send(outgoing: Outgoing): void {
    this.#acceptedSize += outgoing.size;
    if (this.#accepted.push(outgoing) === 1) turn.schedule(this);
  }

  close(): void {
    this.#close(NOOP);
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
      this.#fail("transport error", "overlap from client: a second poll", CLOSE);
      return;
    }
    this.#poll = response;
    response.on("close", () => this.#pollClosed(response));
    this.receiver.drained();
  }

  /** Takes a POST. */
  receivePost(request: IncomingMessage, response: ServerResponse): void {
    if (this.#posting || this.#closed || isBinary(request.headers["content-type"])) {
      refuse(response, BAD_REQUEST);
      this.#fail("transport error", "overlap from client, or a body that is no text");
      return;
    }
    this.#posting = true;
    readText(request, this.#settings.maxPayload, (text, fault, length) => {
      if (text !== undefined) {
        const { traffic } = this.#settings;
        if (traffic !== undefined) traffic.bytesIn += length;
        this.#receivePayload(new PayloadDecoder(text, base64), response);
        return;
      }
      // The rest of the body is not read: the connection ends with the answer.
      if (fault === "too large") refuse(response, PAYLOAD_TOO_LARGE);
      this.#fail("transport error", `POST ${fault}`);
    });
  }

  /** Handles a payload in slices: one request of many tiny packets must not hold the other connections up. */
  #receivePayload(decoder: PayloadDecoder, response: ServerResponse): void {
    const progress = this.#closed ? "done" : decodeInTurn(decoder, this.#receivePacket);
    if (progress === "more") {
      setImmediate(() => this.#receivePayload(decoder, response));
      return;
    }
    this.#posting = false;
    if (progress === "malformed") {
      refuse(response, BAD_REQUEST);
      this.#fail("parse error", "malformed payload");
    } else {
      this.#answer(response, "ok", false);
    }
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
    this.#fail("transport error", "poll connection closed prematurely");
  }

  /** @param last answers the poll that waits: not with CLOSE where the answer to a POST tells the client more. */
  #fail(reason: TransportCloseReason, description: string, last = NOOP): void {
    if (this.#closed) return;
    const { receiver } = this;
    this.#close(last);
    receiver.closed(reason, description);
  }

  #close(last: Outgoing): void {
    if (this.#closed) return;
    this.#closed = true;
    this.receiver = SILENT;
    // A poll is not left hanging, and a payload has at least one packet.
    if (this.#poll !== undefined && this.#accepted.length === 0) this.send(last);
  }
}

/** As far as one turn of the event loop has room for it; at `"more"` the rest waits for the next. */
function decodeInTurn(decoder: PayloadDecoder, receive: PacketCallback): PayloadProgress {
  let progress = decoder.decode(SLICE, receive);
  if (progress !== "more") return progress;
  const end = clock.now() + TIME_PER_TURN;
  for (let left = PACKETS_PER_TURN - SLICE; left > 0 && progress === "more"; left -= SLICE) {
    if (clock.now() >= end) break;
    progress = decoder.decode(SLICE, receive);
  }
  return progress;
}

/** The HTTP connection ends with this answer. */
export function endWithAnswer(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("Connection", "close");
}

/** Bodies of Engine.IO 4 are text, whatever clients call it: `text/plain` most of them, some nothing, some a form. */
function isBinary(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/octet-stream *(;|$)/i.test(contentType);
}
