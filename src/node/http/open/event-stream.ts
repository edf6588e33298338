import { Buffer } from "node:buffer";
import type { ServerResponse } from "node:http";
import type { Backlogs } from "../../../engine/backlog.ts";
import type { SessionCloseReason } from "../../../engine/session.ts";
import { PacketType } from "../../../socketio/packet.ts";
import { encodeEvent } from "../../../sse/encoder.ts";
import type { Reading } from "../../reading.ts";
import type { ResponseStreamOptions } from "../response-stream.ts";
import { WatchedStream } from "../watched-stream.ts";
import type { Emits } from "./emits.ts";
import type { OpenForms } from "./open-forms.ts";
import type { Notice, OpenReceiver, OpenTransport } from "./open-session.ts";

/** The bounds of all streams of a server. */
export interface EventStreamOptions extends ResponseStreamOptions {
  readonly backlogs: Backlogs;
  /** Milliseconds that a client waits on average before it comes back. */
  readonly streamRetry: number;
  /** Told when the connection of a stream is over. */
  ended(stream: EventStream): void;
}

const SILENT: OpenReceiver = { receive() {}, drained() {}, ended() {} };

/** What a client without a library hears: the events of its rooms. */
export class EventStream extends WatchedStream implements OpenTransport {
  readonly name = "sse";
  receiver: OpenReceiver = SILENT;
  /** The id of its session. */
  id = "";
  /** The events of the client that wait for their acknowledgement. None of most. */
  emits: Emits | undefined = undefined;
  /** What the client has posted of late. */
  reading: Reading | undefined = undefined;
  readonly #options: EventStreamOptions;

  constructor(response: ServerResponse, options: EventStreamOptions) {
    super(response, options);
    this.#options = options;
  }

  send(forms: OpenForms): void {
    if (forms.packet.type === PacketType.ACK) this.emits?.answer(forms.packet);
    else this.push(forms.block);
  }

  tell(notice: Notice, data: object, position?: string): void {
    const isOpen = notice === "open";
    // A crowd that lost its server together must not come back together.
    const retry = isOpen ? Math.round(this.#options.streamRetry * (0.5 + Math.random())) : undefined;
    this.push(Buffer.from(encodeEvent({ event: notice, data: JSON.stringify(data), retry, id: position })));
  }

  override close(): void {
    this.receiver = SILENT;
    this.emits?.close();
    super.close();
  }

  protected override get backlogs(): Backlogs {
    return this.#options.backlogs;
  }

  protected override drained(): void {
    super.drained();
    this.receiver.drained();
  }

  protected ended(reason: SessionCloseReason, description?: unknown): void {
    this.emits?.close();
    const { receiver } = this;
    this.receiver = SILENT;
    receiver.ended(reason, description);
  }

  protected override released(): void {
    super.released();
    this.#options.ended(this);
  }
}
