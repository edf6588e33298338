import type { Base64 } from "../binary.ts";
import type { Clock } from "../clock.ts";
import type { ClientOutgoing } from "../engine/client-outgoing.ts";
import { type ClientTransport, TransportError } from "../engine/client-transport.ts";
import type { Handshake } from "../engine/handshake.ts";
import { encodePacket, PacketType } from "../engine/packet.ts";
import { decodePayload, encodeText, SEPARATOR } from "../engine/payload.ts";
import type { TransportCloseReason, TransportReceiver } from "../engine/transport.ts";
import { type Exchange, NO_RESPONSE } from "./exchange.ts";
import { parseRetryAfter } from "./retry-after.ts";

/** How long the last requests may take. A server that never answers must not keep a program from its end. */
const CLOSE_TIMEOUT = 10_000;

/** The most that one POST carries. Servers bound the packets of a request, and these may each bring attachments. */
const MAX_BATCH = 1_024;

/** Characters of a refusal that a program is shown. */
const MAX_REFUSAL = 1_024;

/** Where and how a session is polled. */
export interface PollingOptions {
  /** With a query: the session's id and the timestamp are added behind it. */
  readonly url: string;
  /** Whether a parameter makes each URL a new one, for caches that heed no header. */
  readonly timestampRequests?: boolean;
  /** The name of that parameter. */
  readonly timestampParam?: string;
  readonly exchange: Exchange;
  readonly base64: Base64;
  readonly clock: Clock;
}

/**
 * Long-polling (Engine.IO 4, "HTTP long-polling"): one GET waits for packets, one POST at a time carries them. All
 * that is sent in one turn leaves in one POST, and so does all that gathers while a POST is under way.
 */
export class PollingTransport implements ClientTransport {
  readonly name: string = "polling";
  writable = false;
  /** None when this is closed. */
  #receiver: TransportReceiver | undefined;
  readonly #options: PollingOptions;
  readonly #requests = new AbortController();
  #sid: string | undefined;
  #maxPayload = 0;
  /** The packets of the next POST, for as long as it takes more. */
  #batch: string[] | undefined;
  /** How long it will be, without its separators. */
  #bytes = 0;
  /** Until the last POST is answered. */
  #posts: Promise<void> | undefined;
  /** Called instead of the next poll. */
  #paused: (() => void) | undefined;

  constructor(options: PollingOptions) {
    this.#options = options;
  }

  async open(receiver: TransportReceiver): Promise<void> {
    const { base64 } = this.#options;
    this.#receiver = receiver;
    do {
      const text = await this.#ask();
      const wellFormed = decodePayload(text, base64, (type, data) => this.#receiver?.packet(type, data));
      if (!wellFormed) this.#fail("parse error");
      if (this.#paused) await this.#posts;
      if (this.#receiver && this.#paused) {
        this.#receiver = undefined;
        this.#paused();
      }
    } while (this.#receiver);
  }

  opened({ sid, maxPayload }: Handshake): void {
    this.#sid = sid;
    this.#maxPayload = maxPayload;
    this.writable = true;
  }

  send({ type, parts }: ClientOutgoing): void {
    const { base64 } = this.#options;
    const text = parts.map((part) => encodeText(type, part, base64)).join(SEPARATOR);
    const bytes = new TextEncoder().encode(text).length;
    const batch = this.#batch;
    this.#bytes += bytes;
    // With a separator behind each of those before it.
    if (batch && batch.length < MAX_BATCH && this.#bytes + batch.length <= this.#maxPayload) {
      batch.push(text);
    } else {
      // A packet that does not fit begins the next request. One that fits in none is for the server to refuse.
      this.writable = !batch;
      this.#bytes = bytes;
      this.#batch = [text];
      this.#posts = this.#post(this.#batch, this.#posts);
    }
  }

  pause(paused: () => void): void {
    this.#paused = paused;
  }

  resume(): void {
    this.#paused = undefined;
  }

  async close(): Promise<void> {
    if (!this.#receiver) return;
    this.#receiver = undefined;
    // A session that never stood has nothing to be told.
    if (this.#sid) {
      const cancel = this.#options.clock.after(CLOSE_TIMEOUT, () => this.#requests.abort());
      // A request of its own: servers of Socket.IO end the session before they look at what stands in front of it.
      await this.#post([encodePacket(PacketType.CLOSE, "")], this.#posts);
      cancel();
    }
    // Not before: a server that sees the poll go takes that for the end, and never reads the rest.
    this.#requests.abort();
  }

  async #post(batch: string[], previous: Promise<void> | undefined): Promise<void> {
    // At least a microtask: all that this turn sends goes along, and no browser slows it down as it does its timers.
    await previous;
    if (batch === this.#batch) this.#batch = undefined;
    this.writable = false;
    await this.#ask(batch.join(SEPARATOR));
    if (!this.#receiver) return;
    this.writable = true;
    this.#receiver.drained();
  }

  /** Makes a request, a POST where there is a body. Gives empty text where it failed, and this with it. */
  async #ask(body?: string): Promise<string> {
    const { exchange, url, timestampRequests, timestampParam } = this.#options;
    const sid = this.#sid ? `&sid=${encodeURIComponent(this.#sid)}` : "";
    const stamp = timestampRequests ? `&${timestampParam}=${Math.random()}` : "";
    const request = { url: url + sid + stamp, body, last: !this.#receiver };
    const [status, text, retryAfter] = await exchange(request, this.#requests).catch(() => NO_RESPONSE);
    if (status === 200) return text;
    // The server's own words: an answer that is no page of a proxy is short.
    const context = { status, responseText: text.slice(0, MAX_REFUSAL) };
    const retryIn = parseRetryAfter(retryAfter);
    const message = `xhr ${body ? "post" : "poll"} error`;
    this.#fail("transport error", new TransportError(message, status, { context, retryIn }));
    return "";
  }

  #fail(reason: TransportCloseReason, description?: unknown): void {
    const receiver = this.#receiver;
    if (!receiver) return;
    this.#receiver = undefined;
    this.#requests.abort();
    receiver.closed(reason, description);
  }
}
