import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { EventSource } from "../../../src/entry/sse.ts";
import { listen } from "../../support/http.ts";

/** A server that answers every request with `answer`. */
export async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ port: number; url: string }> {
  const { port } = await listen(createServer(answer));
  return { port, url: `http://127.0.0.1:${port}/` };
}

/** A listener of ours; what it has heard of `names`, in order, as `[name, parsed data, id]`. */
export class Ear {
  readonly source: EventSource;
  readonly heard: [name: string, data: unknown, id: string][] = [];
  #wake = (): void => {};
  #connection = new AbortController();
  /** Holds requests back. */
  #gate: Promise<void> | undefined;

  constructor(url: string, names: readonly string[]) {
    const connect = async (to: string, init: RequestInit): Promise<Response> => {
      await this.#gate;
      this.#connection = new AbortController();
      const signals = [this.#connection.signal, init.signal].filter((signal) => signal != null);
      return fetch(to, { ...init, signal: AbortSignal.any(signals) });
    };
    this.source = new EventSource(url, { minRetry: 1, maxRetry: 1, fetch: connect });
    onTestFinished(() => this.source.close());
    for (const name of names) {
      this.source.addEventListener(name, ({ type, data, lastEventId }) => {
        this.heard.push([type, JSON.parse(data), lastEventId]);
        this.#wake();
      });
    }
  }

  get data(): unknown[] {
    return this.heard.map(([, data]) => data);
  }

  /** Resolves when so many events have come. */
  async until(count: number): Promise<void> {
    while (this.heard.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Resolves at the next event of this name, whether it is counted or not. */
  next(name: string): Promise<void> {
    return new Promise((resolve) => this.source.addEventListener(name, () => resolve(), { once: true }));
  }

  /** Cuts the connection, does something, and lets it come back. */
  async cut(meanwhile: () => void): Promise<void> {
    let open = (): void => {};
    this.#gate = new Promise((resolve) => {
      open = resolve;
    });
    const lost = this.next("error");
    this.#connection.abort();
    await lost;
    meanwhile();
    open();
  }
}

/** A client that writes its request by hand. Its text grows while it reads. */
export class RawReader {
  readonly socket: Socket;
  text = "";
  readonly ended: Promise<void>;
  #wake = (): void => {};

  constructor(port: number, head: string, { reads = true } = {}) {
    this.socket = connect(port, "127.0.0.1");
    onTestFinished(() => void this.socket.destroy());
    this.socket.on("error", () => {});
    this.ended = new Promise((resolve) => this.socket.on("close", () => resolve()));
    this.socket.write(Buffer.from(head, "latin1"));
    if (!reads) return;
    this.socket.setEncoding("utf8");
    this.socket.on("data", (text: string) => {
      this.text += text;
      this.#wake();
    });
  }

  async until(part: string | RegExp): Promise<void> {
    while (!this.text.match(part)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** A GET with these header lines. */
export const get = (...lines: readonly string[]): string =>
  `${["GET / HTTP/1.1", "Host: a", ...lines].join("\r\n")}\r\n\r\n`;
