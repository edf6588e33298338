/** One event of a stream, as it arrived. */
export interface ReceivedEvent {
  /** Its name; `"message"` where it has none. */
  readonly event: string;
  readonly data: string;
  /** The last id that the stream has named, by this event or one before it. */
  readonly lastEventId: string;
}

/** Takes what a parser finds. */
export interface EventStreamSink {
  event(event: ReceivedEvent): void;
  /** The stream asks for this many milliseconds before a client comes back: any whole number, however large. */
  retry?(milliseconds: number): void;
}

/** The bounds of a parser. */
export interface ParserOptions {
  /** Characters that one event may have, the line that is not complete included; 16 Mi by default. */
  readonly maxEvent?: number | undefined;
  /** What a stream before this one has left, where this one goes on from there. */
  readonly lastEventId?: string | undefined;
}

const DEFAULT_MAX_EVENT = 16 * 1024 * 1024;
const DIGITS = /^[0-9]+$/;

/**
 * Reads a stream of events in whatever pieces it comes (HTML standard, sections 9.2.5 and 9.2.6). An event that the end
 * of the stream cuts off was none, so the end need not be told. Throws only what the sink throws.
 */
export class EventStreamParser {
  readonly #sink: EventStreamSink;
  readonly #maxEvent: number;
  // It drops one byte order mark at the beginning, and puts characters together that chunks have split.
  readonly #decoder = new TextDecoder();
  /** The beginning of a line whose end has not come. */
  #line = "";
  /** Whether U+000A would be the second half of a line break. */
  #afterReturn = false;
  #event = "";
  /** Each line of data with U+000A behind it. */
  #data = "";
  #id: string;
  #lastEventId: string;
  #isOver = false;

  constructor(sink: EventStreamSink, { maxEvent = DEFAULT_MAX_EVENT, lastEventId = "" }: ParserOptions = {}) {
    this.#sink = sink;
    this.#maxEvent = maxEvent;
    this.#id = lastEventId;
    this.#lastEventId = lastEventId;
  }

  /** The id to come back with: that of the last event which was complete, whether it had data or not. */
  get lastEventId(): string {
    return this.#lastEventId;
  }

  /** Takes the next bytes. False when an event is longer than the bound, or after {@link stop}: nothing follows then. */
  receive(chunk: Uint8Array): boolean {
    return this.receiveText(this.#decoder.decode(chunk, { stream: true }));
  }

  /** The same for text that is decoded already and has no byte order mark. */
  receiveText(text: string): boolean {
    let start = 0;
    // Looked for once in each chunk: most streams have none.
    let carriageReturn = text.indexOf("\r");
    while (!this.#isOver && start < text.length) {
      if (this.#afterReturn) {
        this.#afterReturn = false;
        if (text[start] === "\n") {
          start += 1;
          continue;
        }
      }
      if (carriageReturn !== -1 && carriageReturn < start) carriageReturn = text.indexOf("\r", start);
      const lineFeed = text.indexOf("\n", start);
      const isReturn = carriageReturn !== -1 && (lineFeed === -1 || carriageReturn < lineFeed);
      const end = isReturn ? carriageReturn : lineFeed;
      const length = (end === -1 ? text.length : end) - start;
      // A line without end, or an event of lines without end.
      if (this.#line.length + this.#data.length + length > this.#maxEvent) {
        this.stop();
        break;
      }
      this.#line += text.slice(start, start + length);
      if (end === -1) break;
      start = end + 1;
      this.#afterReturn = isReturn;
      const line = this.#line;
      this.#line = "";
      this.#receiveLine(line);
    }
    return !this.#isOver;
  }

  /** Takes nothing any more, not even the rest of the chunk under way. */
  stop(): void {
    this.#isOver = true;
    this.#line = "";
    this.#data = "";
  }

  #receiveLine(line: string): void {
    if (line === "") {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(":");
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    switch (field) {
      case "data":
        this.#data += `${value}\n`;
        break;
      case "event":
        this.#event = value;
        break;
      case "id":
        if (!value.includes("\0")) this.#id = value;
        break;
      case "retry":
        if (DIGITS.test(value)) this.#sink.retry?.(Number(value));
        break;
      // Comments, which have no name before their colon, and fields that nobody knows.
      default:
    }
  }

  #dispatch(): void {
    this.#lastEventId = this.#id;
    const event = this.#event === "" ? "message" : this.#event;
    const data = this.#data;
    this.#event = "";
    this.#data = "";
    if (data === "") return;
    this.#sink.event({ event, data: data.slice(0, -1), lastEventId: this.#lastEventId });
  }
}
