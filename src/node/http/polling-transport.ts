import type { IncomingMessage, ServerResponse } from "node:http";
import type { Binary } from "../../binary.ts";
import { Outgoing } from "../../engine/outgoing.ts";
import { PacketType } from "../../engine/packet.ts";
import { encodePayload, PayloadDecoder } from "../../engine/payload.ts";
import type { ServerTransport, TransportCloseReason, TransportReceiver } from "../../engine/transport.ts";
import { base64 } from "../base64.ts";
import { turn } from "../process.ts";
import type { Flushable } from "../turn.ts";
import { BAD_REQUEST, refuse } from "./refusal.ts";
import { readText } from "./request-body.ts";

/**
 * About how many bytes one answer carries. More waits in the session, which has the limit on what may wait, and
 * leaves with the next poll.
 */
const ANSWER_SIZE = 1024 * 1024;
/** Packets of one request that are handled before other connections get their turn. */
const PACKETS_PER_TURN = 256;

const SILENT: TransportReceiver = { packet() {}, drained() {}, closed() {} };
const NOOP = new Outgoing(PacketType.NOOP);

/**
 * Engine.IO 4 over HTTP long-polling: a GET waits until there is something to send, a POST brings what the peer
 * sends. It is writable while a GET waits. A GET that breaks off ends it, as a broken connection would: the peer
 * is gone, and whether it read the last answer is unknown.
 */
export class PollingTransport implements ServerTransport, Flushable {
  readonly name = "polling";
  receiver: TransportReceiver = SILENT;

  readonly #maxPayload: number;
  #poll: ServerResponse | undefined;
  #accepted: Outgoing[] = [];
  #acceptedSize = 0;
  #posting = false;
  #closed = false;
  readonly #receivePacket = (type: PacketType, data: string | Binary): void => {
    this.receiver.packet(type, data);
  };

  /** @param maxPayload bytes that one POST may bring. */
  constructor(maxPayload: number) {
    this.#maxPayload = maxPayload;
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
    if (this.#closed) return;
    this.#closed = true;
    this.receiver = SILENT;
    // A poll is not left hanging, and a payload has at least one packet.
    if (this.#poll !== undefined && this.#accepted.length === 0) this.send(NOOP);
  }

  /** Answers the waiting poll with everything that was accepted in this turn. */
  flush(): void {
    const poll = this.#poll;
    const accepted = this.#accepted;
    this.#poll = undefined;
    this.#accepted = [];
    this.#acceptedSize = 0;
    if (poll !== undefined) answer(poll, encodePayload(accepted, base64));
  }

  /** Ends the HTTP connection with the answer to the poll that waits: the server takes no more. */
  endConnection(): void {
    if (this.#poll !== undefined) endWithAnswer(this.#poll);
  }

  /** Takes a GET. */
  receivePoll(response: ServerResponse): void {
    if (this.#poll !== undefined || this.#closed) {
      refuse(response, BAD_REQUEST);
      this.#fail("transport error", "overlap from client: a second poll");
      return;
    }
    this.#poll = response;
    response.on("close", () => this.#pollClosed(response));
    this.receiver.drained();
  }

  /** Takes a POST. */
  receivePost(request: IncomingMessage, response: ServerResponse): void {
    if (this.#posting || this.#closed || !isText(request.headers["content-type"])) {
      refuse(response, BAD_REQUEST);
      this.#fail("transport error", "overlap from client, or a body that is no text");
      return;
    }
    this.#posting = true;
    readText(request, this.#maxPayload, (text, fault) => {
      if (text !== undefined) {
        this.#receivePayload(new PayloadDecoder(text, base64), response);
        return;
      }
      if (fault === "too large") refuseBody(response);
      this.#fail("transport error", `POST ${fault}`);
    });
  }

  /** Handles a payload in slices: one request of many tiny packets must not hold the other connections up. */
  #receivePayload(decoder: PayloadDecoder, response: ServerResponse): void {
    const progress = this.#closed ? "done" : decoder.decode(PACKETS_PER_TURN, this.#receivePacket);
    if (progress === "more") {
      setImmediate(() => this.#receivePayload(decoder, response));
      return;
    }
    this.#posting = false;
    if (progress === "malformed") {
      refuse(response, BAD_REQUEST);
      this.#fail("parse error", "malformed payload");
    } else {
      answer(response, "ok");
    }
  }

  #pollClosed(response: ServerResponse): void {
    // `close` follows each answer; it is a fault only where the answer has not left.
    if (response.writableFinished) return;
    if (this.#poll === response) this.#poll = undefined;
    this.#fail("transport error", "poll connection closed prematurely");
  }

  #fail(reason: TransportCloseReason, description: string): void {
    if (this.#closed) return;
    const { receiver } = this;
    this.close();
    receiver.closed(reason, description);
  }
}

/** The HTTP connection ends with this answer. */
export function endWithAnswer(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("Connection", "close");
}

function answer(response: ServerResponse, body: string): void {
  if (response.destroyed) return;
  response.writeHead(200, {
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
  });
  response.end(body);
}

/** The rest of the body is not read: the connection ends with the answer. */
function refuseBody(response: ServerResponse): void {
  response.writeHead(413, { Connection: "close", "Content-Length": 0 });
  response.end();
}

/** Engine.IO 4 sends text only; browsers ask no leave for `text/plain`, and some clients name no type at all. */
function isText(contentType: string | undefined): boolean {
  return contentType === undefined || /^text\/plain *(;|$)/i.test(contentType);
}
