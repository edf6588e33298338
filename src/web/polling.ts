import type { Base64 } from "../binary.ts";
import type { Cancel, Clock } from "../clock.ts";
import { type ClientTransport, TransportError } from "../engine/client-transport.ts";
import type { Handshake } from "../engine/handshake.ts";
import { Outgoing } from "../engine/outgoing.ts";
import { PacketType } from "../engine/packet.ts";
import { decodePayload, encodePayload } from "../engine/payload.ts";
import type { TransportCloseReason, TransportReceiver } from "../engine/transport.ts";
import type { Exchange, PollingResponse } from "./exchange.ts";
import { parseRetryAfter } from "./retry-after.ts";

/** How long the last requests may take. A server that never answers must not keep a program from its end. */
const CLOSE_TIMEOUT = 10_000;

/** The most that one POST carries. Servers bound the packets of a request, and these may each bring attachments. */
const MAX_BATCH = 1_024;

/** Characters of a refusal that a program is shown. */
const MAX_REFUSAL = 1_024;

const encoder = new TextEncoder();

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
  readonly name: string;
  receiver: TransportReceiver = { packet() {}, drained() {}, closed() {} };
  readonly #options: PollingOptions;
  #state: "open" | "pausing" | "paused" | "closed" = "open";
  #sid: string | undefined;
  #maxPayload = Number.POSITIVE_INFINITY;
  #batch: Outgoing[] = [];
  #batchBytes = 0;
  /** What is left to say at the end. */
  readonly #goodbye = [new Outgoing(PacketType.CLOSE)];
  #scheduled = false;
  #cancelGet: Cancel | undefined;
  #cancelPost: Cancel | undefined;
  #cancelTimer: Cancel | undefined;
  #whenPaused: () => void = () => {};
  #stamp = Date.now();

  /** @param name another one for an exchange that does not poll. */
  constructor(options: PollingOptions, name = "polling") {
    this.name = name;
    this.#options = options;
  }

  get writable(): boolean {
    return this.#state === "open" && !!this.#sid && !this.#cancelPost;
  }

  open(): void {
    this.#get();
  }

  opened({ sid, maxPayload }: Handshake): void {
    this.#sid = sid;
    this.#maxPayload = maxPayload;
  }

  send(outgoing: Outgoing): void {
    const bytes = encoder.encode(encodePayload([outgoing], this.#options.base64)).length + 1;
    // A packet that does not fit begins the next request. One that fits in none is for the server to refuse.
    const fits = this.#batchBytes + bytes - 1 <= this.#maxPayload && this.#batch.length < MAX_BATCH;
    if (this.#batch.length > 0 && !fits) this.#post();
    this.#batch.push(outgoing);
    this.#batchBytes += bytes;
    this.#schedule();
  }

  pause(paused: () => void): void {
    this.#state = "pausing";
    this.#whenPaused = paused;
    this.#checkPause();
  }

  resume(): void {
    if (this.#state === "closed") return;
    this.#state = "open";
    if (!this.#cancelGet) this.#get();
  }

  close(): void {
    const state = this.#state;
    this.#state = "closed";
    // A session that never stood, or goes on elsewhere, has nothing to be told.
    if (state === "closed" || state === "paused" || !this.#sid) {
      this.#cancelGet?.();
      return;
    }
    if (!this.#cancelPost) this.#postLast();
    this.#cancelTimer = this.#options.clock.after(CLOSE_TIMEOUT, () => {
      this.#cancelGet?.();
      this.#cancelPost?.();
    });
  }

  #get(): void {
    const { exchange, base64 } = this.#options;
    const request = { method: "GET", url: this.#url(), body: null, last: false } as const;
    this.#cancelGet = exchange(request, (status, text, retryAfter) => {
      this.#cancelGet = undefined;
      if (status !== 200) return this.#refused("xhr poll error", status, text, retryAfter);
      const wellFormed = decodePayload(text, base64, (type, data) => {
        if (this.#state !== "closed") this.receiver.packet(type, data);
      });
      if (!wellFormed) this.#fail("parse error");
      else if (this.#state === "pausing") this.#checkPause();
      else if (this.#state === "open") this.#get();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#cancelPost) return;
    this.#scheduled = true;
    // A microtask: all that this turn sends is there, and no browser slows it down as it does its timers.
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#post();
    });
  }

  #post(): void {
    if (this.#cancelPost || this.#batch.length === 0) return;
    const { exchange, base64 } = this.#options;
    const body = encodePayload(this.#batch, base64);
    this.#batch = [];
    this.#batchBytes = 0;
    const request = { method: "POST", url: this.#url(), body, last: this.#state === "closed" } as const;
    this.#cancelPost = exchange(request, (...response) => this.#posted(...response));
  }

  #posted(...[status, ...answer]: Parameters<PollingResponse>): void {
    this.#cancelPost = undefined;
    if (this.#state === "closed") {
      this.#postLast();
      return;
    }
    if (status !== 200) {
      this.#refused("xhr post error", status, ...answer);
      return;
    }
    if (this.#batch.length > 0) this.#schedule();
    if (this.#state === "pausing") this.#checkPause();
    else this.receiver.drained();
  }

  #postLast(): void {
    // A request of its own: servers of Socket.IO end the session before they look at what stands in front of it.
    if (this.#batch.length === 0) this.#batch = this.#goodbye.splice(0);
    if (this.#batch.length > 0) {
      this.#post();
      return;
    }
    this.#cancelTimer?.();
    // Not before: a server that sees the poll go takes that for the end, and never reads the rest.
    this.#cancelGet?.();
  }

  #checkPause(): void {
    if (this.#cancelGet || this.#cancelPost || this.#batch.length > 0) return;
    this.#state = "paused";
    this.#whenPaused();
  }

  /** Tells why, in the server's own words: an answer that is no page of a proxy is short. */
  #refused(message: string, ...[status, text, retryAfter]: Parameters<PollingResponse>): void {
    const context = { status, responseText: text.slice(0, MAX_REFUSAL) };
    const retryIn = retryAfter ? parseRetryAfter(retryAfter) : undefined;
    this.#fail("transport error", new TransportError(message, status, { context, retryIn }));
  }

  #fail(reason: TransportCloseReason, description?: unknown): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#cancelGet?.();
    this.#cancelPost?.();
    this.#batch = [];
    this.receiver.closed(reason, description);
  }

  #url(): string {
    const { url, timestampRequests, timestampParam } = this.#options;
    const sid = !this.#sid ? "" : `&sid=${encodeURIComponent(this.#sid)}`;
    const stamp = timestampRequests ? `&${timestampParam}=${(this.#stamp++).toString(36)}` : "";
    return url + sid + stamp;
  }
}
