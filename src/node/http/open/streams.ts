import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import { decodeMessage } from "../../../plain/decoder.ts";
import { Malformed } from "../../../socketio/malformed.ts";
import { base64 } from "../../base64.ts";
import { Reading } from "../../reading.ts";
import { refuse } from "../refusal.ts";
import { readText } from "../request-body.ts";
import { Emits } from "./emits.ts";
import type { EventStream } from "./event-stream.ts";
import type { OpenSettings } from "./options.ts";
import { OpenRefusal, tooFast, wrongMessage } from "./refusals.ts";
import { Secrets } from "./secrets.ts";

/** The streams of a server, and what their clients post. */
export class Streams {
  readonly #settings: OpenSettings;
  readonly #streams = new Map<string, EventStream>();
  readonly #secrets = new Secrets();

  constructor(settings: OpenSettings) {
    this.#settings = settings;
  }

  /** The secret with which the client of the stream `id` may emit. */
  secretOf(id: string): string {
    return this.#secrets.of(id);
  }

  add(stream: EventStream): void {
    this.#streams.set(stream.id, stream);
  }

  delete({ id }: EventStream): void {
    this.#streams.delete(id);
  }

  /** Takes a message of a stream's client; the answer is the acknowledgement, where it asks for one. */
  receivePost(id: string, request: IncomingMessage, response: ServerResponse): void {
    const secret = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
    if (!this.#secrets.isOf(id, secret)) {
      refuse(response, OpenRefusal.SECRET);
      return;
    }
    readText(request, this.#settings.maxMessage, (text, fault) => {
      const stream = this.#streams.get(id);
      if (fault === "too large") refuse(response, OpenRefusal.BODY);
      // Only now: the stream may have ended meanwhile.
      else if (stream === undefined) refuse(response, OpenRefusal.GONE);
      else if (text !== undefined) this.#receive(stream, text, response);
    });
  }

  #receive(stream: EventStream, text: string, response: ServerResponse): void {
    stream.reading ??= new Reading(this.#settings);
    const rest = stream.reading.receive(Buffer.byteLength(text));
    if (rest > 0) {
      refuse(response, tooFast(rest));
      return;
    }
    const message = decodeMessage(text, base64);
    if (message instanceof Malformed) {
      refuse(response, wrongMessage(message.reason));
    } else if (message.type === "event" && (message.id !== undefined || isBare(text))) {
      stream.emits ??= new Emits();
      if (stream.emits.size >= this.#settings.maxAcks) {
        refuse(response, OpenRefusal.ACKS);
        return;
      }
      const id = stream.emits.add(response, message.id, this.#settings.ackTimeout);
      stream.receiver.receive({ ...message, id });
    } else {
      stream.receiver.receive(message);
      response.writeHead(204, { "Cache-Control": "no-store" }).end();
    }
  }
}

/** Whether a message is the event alone, `["event", …]`: the answer to its POST is then the acknowledgement alone. */
function isBare(text: string): boolean {
  return text.trimStart().startsWith("[");
}
