import type { Base64 } from "../binary.ts";
import type { Clock } from "../clock.ts";
import type { ClientOutgoing } from "../engine/client-outgoing.ts";
import { type ClientTransport, transportError } from "../engine/client-transport.ts";
import type { Handshake } from "../engine/handshake.ts";
import { encodePacket, PacketType } from "../engine/packet.ts";
import { decodePayload, encodeText, SEPARATOR } from "../engine/payload.ts";
import type { TransportCloseReason, TransportReceiver } from "../engine/transport.ts";
import type { Exchange, PollingResponse } from "./exchange.ts";
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
export function createPolling(options: PollingOptions, name = "polling"): ClientTransport {
  const { exchange, url, base64, clock, timestampRequests, timestampParam } = options;
  /** None when this is closed. */
  let receiver: TransportReceiver | undefined;
  const requests = new AbortController();
  let sid: string | undefined;
  let maxPayload = 0;
  /** The packets of the next POST, for as long as it takes more. */
  let batch: string[] | undefined;
  /** How long it will be, without its separators. */
  let length = 0;
  /** Until the last POST is answered. */
  let posts: Promise<void> | undefined;
  /** Called instead of the next poll. */
  let whenPaused: (() => void) | undefined;

  const transport = {
    name,
    writable: false,

    async open(hearer: TransportReceiver): Promise<void> {
      receiver = hearer;
      do {
        const text = await ask();
        const wellFormed = decodePayload(text, base64, (type, data) => receiver?.packet(type, data));
        if (!wellFormed) fail("parse error");
        if (whenPaused) await posts;
        if (receiver && whenPaused) {
          receiver = undefined;
          whenPaused();
        }
      } while (receiver);
    },

    opened(handshake: Handshake): void {
      ({ sid, maxPayload } = handshake);
      transport.writable = true;
    },

    send({ type, parts }: ClientOutgoing): void {
      const text = parts.map((part) => encodeText(type, part, base64)).join(SEPARATOR);
      const bytes = new TextEncoder().encode(text).length;
      length += bytes;
      // With a separator behind each of those before it.
      if (batch && batch.length < MAX_BATCH && length + batch.length <= maxPayload) {
        batch.push(text);
      } else {
        // A packet that does not fit begins the next request. One that fits in none is for the server to refuse.
        transport.writable = !batch;
        length = bytes;
        batch = [text];
        posts = post(batch, posts);
      }
    },

    pause(paused: () => void): void {
      whenPaused = paused;
    },

    resume(): void {
      whenPaused = undefined;
    },

    async close(): Promise<void> {
      if (!receiver) return;
      receiver = undefined;
      // A session that never stood has nothing to be told.
      if (sid) {
        const cancel = clock.after(CLOSE_TIMEOUT, () => requests.abort());
        // A request of its own: servers of Socket.IO end the session before they look at what stands in front of it.
        await post([encodePacket(PacketType.CLOSE, "")], posts);
        cancel();
      }
      // Not before: a server that sees the poll go takes that for the end, and never reads the rest.
      requests.abort();
    },
  };

  async function post(packets: string[], previous: Promise<void> | undefined): Promise<void> {
    // At least a microtask: all that this turn sends goes along, and no browser slows it down as it does its timers.
    await previous;
    if (packets === batch) batch = undefined;
    transport.writable = false;
    await ask(packets.join(SEPARATOR));
    if (!receiver) return;
    transport.writable = true;
    receiver.drained();
  }

  /** Makes a request, a POST where there is a body. Gives empty text where it failed, and this with it. */
  async function ask(body?: string): Promise<string> {
    const session = sid ? `&sid=${encodeURIComponent(sid)}` : "";
    const stamp = timestampRequests ? `&${timestampParam}=${Math.random()}` : "";
    const request = { url: url + session + stamp, body, last: !receiver };
    const [status, text, retryAfter] = await exchange(request, requests).catch(
      (): PollingResponse => [0, ""],
    );
    if (status === 200) return text;
    // The server's own words: an answer that is no page of a proxy is short.
    const context = { status, responseText: text.slice(0, MAX_REFUSAL) };
    const retryIn = parseRetryAfter(retryAfter);
    const message = `xhr ${body ? "post" : "poll"} error`;
    fail("transport error", transportError(message, status, { context, retryIn }));
    return "";
  }

  function fail(reason: TransportCloseReason, description?: unknown): void {
    const told = receiver;
    if (!told) return;
    receiver = undefined;
    requests.abort();
    told.closed(reason, description);
  }

  return transport;
}
