import { type ClientRequest, createServer, type IncomingMessage, request } from "node:http";
import { onTestFinished } from "vitest";
import { type RawData, WebSocket } from "ws";
import { Server, type ServerOptions } from "../../src/entry/server.ts";
import { listen } from "./http.ts";

/** A server for clients of all kinds; it ends with its test. */
export async function startOpen(options: ServerOptions = {}): Promise<{ io: Server; port: number }> {
  const { server, port } = await listen(createServer());
  const io = new Server(server, options);
  onTestFinished(() => io.close());
  return { io, port };
}

/** What a client has heard, in order, and a promise of what comes next. */
class Heard<Item> {
  readonly items: Item[] = [];
  #waiting: (() => void)[] = [];
  #taken = 0;

  add(item: Item): void {
    this.items.push(item);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** The next one that nobody has taken. */
  async next(): Promise<Item> {
    while (this.#taken >= this.items.length)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#taken += 1;
    return this.items[this.#taken - 1] as Item;
  }

  /** Resolves when something matches. */
  async find(matches: (item: Item) => boolean): Promise<Item> {
    for (;;) {
      const found = this.items.find(matches);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

/** A client over plain WebSocket, by `ws` from npm. */
export class PlainClient {
  readonly heard = new Heard<unknown>();
  readonly socket: WebSocket;
  /** The code and reason of the close frame. */
  readonly closed: Promise<{ code: number; reason: string }>;
  /** The status of a refusal, with its body. */
  readonly refused: Promise<{ status: number; body: { code: string; message: string } }>;

  constructor(port: number, query = "", headers: Record<string, string> = {}) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/plain${query}`, { headers });
    onTestFinished(() => this.socket.terminate());
    this.socket.on("error", () => {});
    this.socket.on("message", (data: RawData) => this.heard.add(JSON.parse(data.toString())));
    this.closed = new Promise((resolve) => {
      this.socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    this.refused = new Promise((resolve) => {
      this.socket.on("unexpected-response", (_request, response) => {
        let body = "";
        response.on("data", (chunk) => {
          body += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(body) }));
      });
    });
  }

  next(): Promise<unknown> {
    return this.heard.next();
  }

  send(...messages: unknown[]): void {
    for (const message of messages) {
      this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
    }
  }
}

/** An event as it came over the wire. */
export interface WireEvent {
  readonly event: string | undefined;
  readonly id: string | undefined;
  readonly data: string;
}

/** A client that reads a stream of events by hand, as one without any library would. */
export class StreamClient {
  readonly heard = new Heard<WireEvent>();
  /** Everything that came, as it came. */
  text = "";
  readonly answered: Promise<IncomingMessage>;
  readonly ended: Promise<void>;
  readonly #request: ClientRequest;
  #rest = "";

  constructor(port: number, query = "", headers: Record<string, string> = {}) {
    const path = `/socket.io/sse${query}`;
    const asked = request({ host: "127.0.0.1", port, path, headers, agent: false });
    this.#request = asked;
    onTestFinished(() => void asked.destroy());
    let ended = (): void => {};
    this.ended = new Promise((resolve) => {
      ended = resolve;
    });
    this.answered = new Promise((resolve) => {
      asked.on("error", () => ended());
      asked.on("response", (response) => {
        resolve(response);
        response.setEncoding("utf8");
        response.on("data", (text: string) => this.#receive(text));
        response.on("error", () => {});
        response.on("close", () => ended());
      });
    });
    asked.end();
  }

  next(): Promise<WireEvent> {
    return this.heard.next();
  }

  /** The data of the first event. */
  async opened(): Promise<{ id: string; socket: string; secret: string; rooms: string[] }> {
    const { event, data } = await this.next();
    if (event !== "open") throw new Error(`expected open, and got ${event}`);
    return JSON.parse(data);
  }

  close(): void {
    this.#request.destroy();
  }

  #receive(text: string): void {
    this.text += text;
    const blocks = (this.#rest + text).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
      const data = field("data");
      if (data !== undefined) this.heard.add({ event: field("event"), id: field("id"), data });
    }
  }
}
