import type { ServerResponse } from "node:http";
import type { Cancel } from "../../../clock.ts";
import type { PlainPacket } from "../../../plain/encoder.ts";
import { clock } from "../../process.ts";
import { refuse } from "../refusal.ts";
import { OpenRefusal } from "./refusals.ts";

/** A POST that waits for the acknowledgement of its event. */
interface Emit {
  readonly response: ServerResponse;
  /** What the client knows it by; absent where it has posted the bare event. */
  readonly id: number | undefined;
  readonly cancel: Cancel;
}

/** The events that one client has posted and that are not acknowledged yet. */
export class Emits {
  readonly #waiting = new Map<number, Emit>();
  #last = 0;

  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Lets `response` wait for the answer to an event that the client knows by `id`.
   * @param id absent: the acknowledgement alone is the answer.
   * @returns the id under which the application answers: two requests of a client may have the same one.
   */
  add(response: ServerResponse, id: number | undefined, timeout: number): number {
    this.#last += 1;
    const own = this.#last;
    const cancel = clock.after(timeout, () => {
      if (this.#waiting.delete(own)) refuse(response, OpenRefusal.UNANSWERED);
    });
    this.#waiting.set(own, { response, id, cancel });
    response.once("close", () => this.#take(own));
    return own;
  }

  /** The application acknowledges. */
  answer({ id, json }: PlainPacket): void {
    const emit = this.#take(id ?? 0);
    if (emit === undefined) return;
    answerJson(emit.response, 200, emit.id === undefined ? json : `{"ack":${emit.id},"args":${json}}`);
  }

  /** The client's stream is over. */
  close(): void {
    for (const id of [...this.#waiting.keys()]) {
      const emit = this.#take(id);
      if (emit !== undefined) refuse(emit.response, OpenRefusal.GONE);
    }
  }

  #take(id: number): Emit | undefined {
    const emit = this.#waiting.get(id);
    this.#waiting.delete(id);
    emit?.cancel();
    return emit;
  }
}

/** Answers a request with JSON. */
export function answerJson(response: ServerResponse, status: number, body: string): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
  });
  response.end(body);
}
