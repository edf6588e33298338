import type { Agent } from "node:http";
import { onTestFinished } from "vitest";
import { type ClientOptions, WebSocket } from "ws";
import { type Answer, ask, type Question } from "./http.ts";

const SEPARATOR = "\x1e";

/** What the server says on opening. */
export interface Opening {
  readonly sid: string;
  readonly upgrades: readonly string[];
  readonly pingInterval: number;
  readonly pingTimeout: number;
  readonly maxPayload: number;
}

/** A client of Engine.IO over polling that does nothing by itself: packets are given and got as they stand on the wire. */
export class RawPolling {
  readonly port: number;
  readonly opening: Opening;
  readonly #base: Omit<Question, "port">;

  private constructor(port: number, opening: Opening, base: Omit<Question, "port">) {
    this.port = port;
    this.opening = opening;
    this.#base = base;
  }

  /** Opens a session; what the server sends along with its opening packet is polled for as the rest. */
  static async open(
    port: number,
    options: { agent?: Agent; headers?: Record<string, string>; below?: string } = {},
  ) {
    const { below = "/engine.io/", ...rest } = options;
    const path = `${below}?EIO=4&transport=polling`;
    const { status, body } = await ask({ port, path, ...rest });
    if (status !== 200 || !body.startsWith("0{")) throw new Error(`no opening: ${status} ${body}`);
    const opening = JSON.parse(body.slice(1)) as Opening;
    return new RawPolling(port, opening, { path: `${path}&sid=${opening.sid}`, ...rest });
  }

  get path(): string {
    return this.#base.path;
  }

  /** One GET. */
  get(): Promise<Answer> {
    return ask({ port: this.port, ...this.#base });
  }

  /** One GET, as the packets of its answer. */
  async poll(): Promise<string[]> {
    const { status, body } = await this.get();
    if (status !== 200) throw new Error(`no payload: ${status} ${body}`);
    return body.split(SEPARATOR);
  }

  /** One POST with packets. */
  post(...packets: string[]): Promise<Answer> {
    return ask({
      port: this.port,
      ...this.#base,
      method: "POST",
      headers: { ...this.#base.headers, "Content-Type": "text/plain;charset=UTF-8" },
      body: packets.join(SEPARATOR),
    });
  }
}

/** A WebSocket that keeps what it gets until it is asked for. */
export class RawWebSocket {
  readonly socket: WebSocket;
  /** The close code, once it is closed. */
  readonly closed: Promise<number>;
  readonly #received: (string | Buffer)[] = [];
  #waiting: ((message: string | Buffer) => void) | undefined;

  private constructor(url: string, options: ClientOptions) {
    this.socket = new WebSocket(url, options);
    this.socket.on("message", (data: Buffer, isBinary) => {
      const message = isBinary ? data : data.toString();
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting === undefined) this.#received.push(message);
      else waiting(message);
    });
    this.closed = new Promise((resolve) => this.socket.on("close", resolve));
    this.socket.on("error", () => {});
    onTestFinished(() => this.socket.terminate());
  }

  /** Connects; fails with the HTTP status where it is refused. */
  static open(
    port: number,
    query: string,
    { below = "/engine.io/", ...options }: ClientOptions & { below?: string } = {},
  ): Promise<RawWebSocket> {
    const raw = new RawWebSocket(`ws://127.0.0.1:${port}${below}?EIO=4&transport=websocket${query}`, options);
    return new Promise((resolve, reject) => {
      raw.socket.on("open", () => resolve(raw));
      raw.socket.on("unexpected-response", (_request, { statusCode }) => {
        reject(new Error(`refused: ${statusCode}`));
      });
      raw.socket.on("error", reject);
    });
  }

  send(packet: string | Buffer): void {
    this.socket.send(packet);
  }

  /** The next message. */
  next(): Promise<string | Buffer> {
    const message = this.#received.shift();
    if (message !== undefined) return Promise.resolve(message);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }
}
