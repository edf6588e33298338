import { EventStreamParser } from "../sse/parser.ts";
import { type Exchange, NO_RESPONSE, type PollingRequest, type PollingResponse } from "./exchange.ts";

/**
 * Makes a request whose response is read as it comes, and fulfils when that is over. `receive` says whether more is wanted.
 * The answer has no text, and one with another status than 200 is not read. Rejects as an {@link Exchange} does.
 */
export type OpenStream = (
  request: PollingRequest,
  requests: AbortController,
  receive: (chunk: Uint8Array) => boolean,
) => Promise<PollingResponse>;

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
  let end: PollingResponse | undefined;
  let isOpen = false;
  let wake = (): void => {};
  const parser = new EventStreamParser(
    {
      event({ event, data }) {
        payloads.push(event === "json" ? parseText(data) : data);
        wake();
      },
    },
    { maxEvent: MAX_EVENT_LENGTH },
  );
  const receive = (chunk: Uint8Array): boolean => parser.receive(chunk) && payloads.length < MAX_WAITING;
  const ended = (answer: PollingResponse): void => {
    // A stream that ended well is no answer either.
    end = answer[0] === 200 ? NO_RESPONSE : answer;
    wake();
  };

  return async (request, requests) => {
    if (request.body !== undefined) return post(request, requests);
    if (!isOpen) open(request, requests, receive).then(ended, () => ended(NO_RESPONSE));
    isOpen = true;
    if (payloads.length === 0 && !end) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const text = payloads.shift();
    return text === undefined ? (end ?? NO_RESPONSE) : [200, text];
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
