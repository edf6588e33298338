import type { Cancel } from "../clock.ts";
import { EventStreamParser } from "../sse/parser.ts";
import type { Exchange, PollingRequest, PollingResponse } from "./exchange.ts";

/** Takes what comes of a response that does not end. */
export interface StreamSink {
  /** False when no more is wanted. */
  chunk(bytes: Uint8Array): boolean;
  /** The response is over, or there was none: `status` is 0 then. Said once, and not after the cancel. */
  end(status: number, retryAfter?: string | null): void;
}

/** Begins a request whose response is read as it comes; one with another status than 200 only ends. */
export type OpenStream = (request: PollingRequest, sink: StreamSink) => Cancel;

/** As much as a WebSocket takes in one message. An event without end must not fill the memory. */
const MAX_EVENT_LENGTH = 100 * 1024 * 1024;
/** Events that may wait for a program that does not look: the transport asks for the next one as soon as it has one. */
const MAX_WAITING = 10_000;

/**
 * Makes of Engine.IO over Server-Sent Events what long-polling asks for: the first GET opens the stream, and each GET is
 * answered with the payload of its next event. So one transport serves both; POSTs are as they were.
 */
export function createStreamExchange(open: OpenStream, post: Exchange): Exchange {
  const payloads: string[] = [];
  let waiting: PollingResponse | undefined;
  let cancelStream: Cancel | undefined;
  let ended: number | undefined;
  let advice: string | null | undefined;

  const proceed = (): void => {
    if (waiting === undefined) return;
    const payload = payloads.shift();
    if (payload === undefined && ended === undefined) return;
    const done = waiting;
    waiting = undefined;
    if (payload !== undefined) done(200, payload);
    // A stream that ended well is no answer either.
    else done(ended === 200 ? 0 : (ended ?? 0), "", advice);
  };
  const parser = new EventStreamParser(
    {
      event({ event, data }) {
        payloads.push(event === "json" ? parseText(data) : data);
        proceed();
      },
    },
    { maxEvent: MAX_EVENT_LENGTH },
  );

  return (request, done) => {
    if (request.method === "POST") return post(request, done);
    waiting = done;
    cancelStream ??= open(request, {
      chunk: (bytes) => parser.receive(bytes) && payloads.length < MAX_WAITING,
      end(status, retryAfter) {
        ended = status;
        advice = retryAfter;
        proceed();
      },
    });
    // Not within the call, as with any exchange.
    if (payloads.length > 0 || ended !== undefined) queueMicrotask(proceed);
    return () => {
      waiting = undefined;
      cancelStream?.();
    };
  };
}

/** What is no text gives none, and no text is no payload: the transport ends with a parse error. */
function parseText(json: string): string {
  try {
    const text: unknown = JSON.parse(json);
    return typeof text === "string" ? text : "";
  } catch {
    return "";
  }
}
