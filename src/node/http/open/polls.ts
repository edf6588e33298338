import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Cancel } from "../../../clock.ts";
import { encodeGap } from "../../../plain/encoder.ts";
import type { From, Past, PastPage, RoomGap } from "../../../server/recovery/past.ts";
import { clock } from "../../process.ts";
import { matchesTag } from "../entity-tag.ts";
import { type Refusal, refuse } from "../refusal.ts";
import { OpenForms } from "./open-forms.ts";
import { OpenRefusal } from "./refusals.ts";

/** What a poll asks for, when the application has let it in. */
export interface Poll {
  readonly past: Past;
  readonly rooms: readonly string[];
  readonly from: From;
  /** Milliseconds that it waits for something new. */
  readonly wait: number;
}

/** One that waits. */
interface Waiting {
  readonly answer: () => void;
  readonly cancel: Cancel;
}

/** Why a position cannot be read on from, where nothing of what was asked for can be given. */
const REFUSALS: Readonly<Partial<Record<RoomGap["reason"], Refusal>>> = {
  malformed: OpenRefusal.POSITION,
  digest: OpenRefusal.NO_POSITION,
  epoch: OpenRefusal.EXPIRED,
  expired: OpenRefusal.EXPIRED,
};

/**
 * Answers polls with what rooms were told: each by itself, without a session. A page has one message in each line, and
 * the position of its last as its entity tag (RFC 9110, section 8.8.3).
 */
export class Polls {
  readonly #waiting = new Set<Waiting>();
  #stopped = false;

  /** Answers those that wait, and lets none wait any more. */
  stop(): void {
    this.#stopped = true;
    for (const { answer } of [...this.#waiting]) answer();
  }

  /** Answers at once what is there, or later what comes. */
  receive(poll: Poll, request: IncomingMessage, response: ServerResponse): void {
    const { past, rooms, from } = poll;
    const page = past.since(rooms, from);
    const missing = page.events.length === 0 ? page.gaps : [];
    const isLost = rooms.every((room) => missing.some((gap) => gap.room === room));
    const refusal = isLost ? REFUSALS[missing[0]?.reason ?? "unkept"] : undefined;
    if (refusal !== undefined) refuse(response, refusal);
    else if (page.events.length > 0 || page.gaps.length > 0 || this.#stopped || poll.wait === 0) {
      send(page, tokenOf(from), request, response);
    } else this.#wait(poll, request, response);
  }

  #wait(poll: Poll, request: IncomingMessage, response: ServerResponse): void {
    const { past, rooms, from } = poll;
    const until = clock.now() + poll.wait;
    let forget: Cancel = () => {};
    const done = (): void => {
      cancel();
      forget();
      this.#waiting.delete(waiting);
    };
    const answer = (): void => {
      done();
      send(past.since(rooms, from), tokenOf(from), request, response);
    };
    const listen = (): void => {
      forget = past.whenNew(rooms, () => {
        done();
        // What came may not be for these rooms: then it waits on.
        this.receive({ ...poll, wait: Math.max(until - clock.now(), 0) }, request, response);
      });
    };
    const cancel = clock.after(poll.wait, answer);
    const waiting: Waiting = { answer, cancel: done };
    this.#waiting.add(waiting);
    response.once("close", done);
    listen();
  }
}

function tokenOf(from: From): string | undefined {
  return "token" in from && typeof from.token === "string" ? from.token : undefined;
}

/** @param after where the client stands: nothing new is behind it. */
function send(
  { events, gaps, position }: PastPage,
  after: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (response.headersSent || response.destroyed) return;
  const lines = events.map(({ outgoing }) => OpenForms.of(outgoing).message);
  if (gaps.length > 0) lines.unshift(encodeGap(gaps));
  const reached = events.at(-1)?.outgoing.position ?? (gaps.length > 0 ? position : (after ?? position));
  const headers = { ETag: `"${reached}"`, "Cache-Control": "private, no-cache" };
  if (gaps.length === 0 && matchesTag(request.headers["if-none-match"], headers.ETag)) {
    response.writeHead(304, headers).end();
    return;
  }
  const body = lines.map((line) => `${line}\n`).join("");
  response.writeHead(200, {
    ...headers,
    "Content-Type": "application/x-ndjson",
    "Content-Length": Buffer.byteLength(body),
    "X-Content-Type-Options": "nosniff",
  });
  response.end(body);
}
