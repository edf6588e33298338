import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Binary } from "../../binary.ts";
import type { Traffic } from "../../diagnostics.ts";
import type { PacketType } from "../../engine/packet.ts";
import { type PacketCallback, PayloadDecoder, type PayloadProgress } from "../../engine/payload.ts";
import type { TransportCloseReason } from "../../engine/transport.ts";
import { base64 } from "../base64.ts";
import { clock } from "../process.ts";
import { Reading, type ReadingRates } from "../reading.ts";
import { BAD_REQUEST, PAYLOAD_TOO_LARGE, refuse } from "./refusal.ts";
import { readText } from "./request-body.ts";

/** Packets of one request that are handled before other connections get their turn, */
const PACKETS_PER_TURN = 256;
/** and milliseconds after which no more of them are begun: 256 events may each take the program's listener one. */
const TIME_PER_TURN = 4;
/** Packets between two looks at the clock. With no more in a request, as nearly always, there is none. */
const SLICE = 16;

/** What all transports of a server that take POSTs have in common. */
export interface PostSettings {
  /** Bytes that one POST may bring. */
  readonly maxPayload: number;
  readonly traffic?: Traffic | undefined;
  /** What a peer is held to, if to anything. */
  readonly rates?: ReadingRates | undefined;
  /** May change the headers of each answer, and of the first one before. */
  readonly customize?: (headers: OutgoingHttpHeaders, request: IncomingMessage, isFirst: boolean) => void;
}

/** The transport that the POSTs belong to. */
export interface PostOwner {
  readonly closed: boolean;
  receivePacket(type: PacketType, data: string | Binary): void;
  /** The peer broke the rules, or is gone. */
  fail(reason: TransportCloseReason, description: string): void;
}

/** What the peer of a transport over HTTP says: one POST at a time, each with a payload of packets. */
export class Posts {
  readonly #settings: PostSettings;
  readonly #owner: PostOwner;
  #isPosting = false;
  /** What the peer has sent of late, where it is held to a rate. */
  readonly #reading: Reading | undefined;
  /** Ends the rest of the peer. */
  #endRest: (() => void) | undefined;
  readonly #receivePacket: PacketCallback = (type, data) => {
    this.#reading?.receive(0);
    this.#owner.receivePacket(type, data);
  };

  constructor(settings: PostSettings, owner: PostOwner) {
    this.#settings = settings;
    this.#reading = settings.rates && new Reading(settings.rates);
    this.#owner = owner;
  }

  /** Whether the peer waits for the answer to a POST, because it has sent more than it may. */
  get isResting(): boolean {
    return this.#endRest !== undefined;
  }

  /** The transport is over: whoever rests has nothing to wait for, and nothing that ends shall wait for it. */
  close(): void {
    this.#endRest?.();
  }

  /** Takes a POST. */
  receive(request: IncomingMessage, response: ServerResponse): void {
    if (this.#isPosting || this.#owner.closed || isBinary(request.headers["content-type"])) {
      refuse(response, BAD_REQUEST);
      this.#owner.fail("transport error", "overlap from client, or a body that is no text");
      return;
    }
    this.#isPosting = true;
    readText(request, this.#settings.maxPayload, (text, fault, length) => {
      if (text !== undefined) {
        const { traffic } = this.#settings;
        if (traffic !== undefined) traffic.bytesIn += length;
        this.#receivePayload(new PayloadDecoder(text, base64), response, length);
        return;
      }
      // The rest of the body is not read: the connection ends with the answer.
      if (fault === "too large") refuse(response, PAYLOAD_TOO_LARGE);
      this.#owner.fail("transport error", `POST ${fault}`);
    });
  }

  /** Handles a payload in slices: one request of many tiny packets must not hold the other connections up. */
  #receivePayload(decoder: PayloadDecoder, response: ServerResponse, length: number): void {
    const progress = this.#owner.closed ? "done" : decodeInTurn(decoder, this.#receivePacket);
    if (progress === "more") {
      setImmediate(() => this.#receivePayload(decoder, response, length));
      return;
    }
    if (progress === "malformed") {
      this.#isPosting = false;
      refuse(response, BAD_REQUEST);
      this.#owner.fail("parse error", "malformed payload");
      return;
    }
    const rest = this.#reading?.receive(length, 0) ?? 0;
    if (rest === 0 || this.#owner.closed) {
      this.#accept(response);
    } else {
      // The peer sends nothing more before it has its answer.
      const end = (): void => {
        cancel();
        this.#accept(response);
      };
      const cancel = clock.after(rest, end);
      this.#endRest = end;
    }
  }

  #accept(response: ServerResponse): void {
    this.#isPosting = false;
    this.#endRest = undefined;
    if (response.destroyed) return;
    const { traffic, customize } = this.#settings;
    if (traffic !== undefined) traffic.bytesOut += ACCEPTED.length;
    const headers: OutgoingHttpHeaders = {
      "Content-Type": "text/plain; charset=UTF-8",
      "Content-Length": ACCEPTED.length,
      "Cache-Control": "no-store",
    };
    customize?.(headers, response.req, false);
    response.writeHead(200, headers).end(ACCEPTED);
  }
}

const ACCEPTED = "ok";

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

/** Bodies of Engine.IO 4 are text, whatever clients call it: `text/plain` most of them, some nothing, some a form. */
function isBinary(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/octet-stream *(;|$)/i.test(contentType);
}
