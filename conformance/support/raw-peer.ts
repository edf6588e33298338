import { createHash } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { FrameReader, nameOf, type WireFrame } from "./wire.ts";

/** The key of RFC 6455 section 1.3, and the answer to it. */
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
export const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/** A handshake as text. A header that is `undefined` is left out; one that is a list is there several times. */
export function requestText(
  headers: Readonly<Record<string, string | readonly string[] | undefined>> = {},
  first = "GET / HTTP/1.1",
): string {
  const all: Record<string, string | readonly string[] | undefined> = {
    Host: "127.0.0.1",
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": KEY,
    ...headers,
  };
  return `${first}\r\n${headerText(all)}\r\n`;
}

function headerText(headers: Readonly<Record<string, string | readonly string[] | undefined>>): string {
  return Object.entries(headers)
    .flatMap(([name, value]) =>
      value === undefined ? [] : [value].flat().map((one) => `${name}: ${one}\r\n`),
    )
    .join("");
}

/** A peer over bare TCP, after the handshake: sends any bytes, and notes the frames that come. */
export class RawPeer {
  readonly frames: WireFrame[] = [];
  /** The other side's FIN, its reset, or the end of the socket. */
  readonly ended: Promise<void>;
  readonly socket: Socket;
  #fault: Error | undefined;
  #ended = false;
  readonly #waiting = new Set<() => void>();

  /** @param server whether this peer plays the server: then it ends TCP when a close frame has come. */
  constructor(socket: Socket, head: Buffer, server: boolean) {
    this.socket = socket;
    const reader = new FrameReader();
    const receive = (chunk: Buffer): void => {
      try {
        this.frames.push(...reader.receive(chunk));
      } catch (error) {
        this.#fault = error as Error;
      }
      if (server && this.frames.at(-1)?.first === 0x88) socket.end();
      for (const check of [...this.#waiting]) check();
    };
    socket.on("error", () => {});
    socket.on("data", receive);
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.#ended = true;
        resolve();
        for (const check of [...this.#waiting]) check();
      };
      socket.once("end", end);
      socket.once("close", end);
    });
    if (head.length > 0) receive(head);
  }

  /** Dials, and sends the handshake of a client. */
  static dial(port: number, request?: string): Promise<RawPeer> {
    return RawPeer.shake(connect({ port, host: "127.0.0.1" }), request);
  }

  /** Sends the handshake of a client on a socket of the caller's, of TLS for one. */
  static async shake(socket: Socket, request: string = requestText()): Promise<RawPeer> {
    socket.setNoDelay(true);
    socket.write(request);
    const { head, rest } = await readHead(socket);
    if (!head.startsWith("HTTP/1.1 101 ")) {
      socket.destroy();
      throw new Error(`no handshake: ${head.split("\r\n")[0]}`);
    }
    return new RawPeer(socket, rest, false);
  }

  /** The frames that came, as strings that compare. */
  get names(): string[] {
    if (this.#fault !== undefined) throw this.#fault;
    return this.frames.map(nameOf);
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  send(bytes: Uint8Array | string): boolean {
    return !this.socket.destroyed && this.socket.write(bytes);
  }

  /** Sends `bytes` in chunks of `size`, as the other side reads them. */
  async sendChopped(bytes: Buffer, size: number): Promise<void> {
    for (let at = 0; at < bytes.length && !this.socket.destroyed; at += size) {
      if (!this.send(bytes.subarray(at, at + size)))
        await Promise.race([once(this.socket, "drain"), this.ended]);
      // A turn of the loop between two writes: otherwise they leave as one.
      await new Promise(setImmediate);
    }
  }

  /** Resolves when `count` frames are here, or TCP has ended. */
  arrived(count: number): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (this.frames.length < count && !this.#ended) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  /** Resolves when a close frame is here, or TCP has ended. */
  async closed(): Promise<void> {
    for (let count = 1; !this.#ended && this.frames.at(-1)?.first !== 0x88; count = this.frames.length + 1)
      await this.arrived(count);
  }

  destroy(): void {
    this.socket.destroy();
  }
}

/** The header block that comes first, and the bytes behind it. */
export async function readHead(socket: Socket): Promise<{ readonly head: string; readonly rest: Buffer }> {
  let bytes = Buffer.alloc(0);
  return await new Promise((resolve) => {
    const done = (at: number): void => {
      socket.off("data", receive);
      socket.off("close", close);
      resolve({ head: bytes.toString("latin1", 0, at), rest: bytes.subarray(at) });
    };
    const receive = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      const at = bytes.indexOf("\r\n\r\n");
      if (at !== -1) done(at + 4);
    };
    const close = (): void => done(bytes.length);
    socket.on("data", receive);
    socket.on("error", () => {});
    socket.on("close", close);
  });
}

/** What a bare server got from one client. */
export interface RawCall {
  readonly socket: Socket;
  /** The client's request, whole. */
  readonly request: string;
  readonly rest: Buffer;
  /** The port that was called. */
  readonly port: number;
  /** The `Sec-WebSocket-Accept` that belongs to it. */
  readonly accept: string;
}

/** A TCP server that is whatever a test makes of each call. */
export class RawServer {
  readonly port: number;
  readonly #close: () => void;

  private constructor(port: number, close: () => void) {
    this.port = port;
    this.#close = close;
  }

  /** @param tls makes it a server of TLS. */
  static async listen(answer: (call: RawCall) => void, tls?: TlsOptions): Promise<RawServer> {
    const sockets = new Set<Socket>();
    const take = (socket: Socket): void => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      socket.setNoDelay(true);
      void readHead(socket).then(({ head, rest }) => {
        const key = /^sec-websocket-key: *(\S+)/im.exec(head)?.[1] ?? "";
        const accept = createHash("sha1")
          .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
          .digest("base64");
        answer({ socket, request: head, rest, accept, port: (server.address() as AddressInfo).port });
      });
    };
    const server = tls === undefined ? createServer(take) : createTlsServer(tls, take);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new RawServer((server.address() as AddressInfo).port, () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
  }

  /** One whose every call is a WebSocket that `play` is handed. */
  static listenWebSocket(play: (peer: RawPeer) => void, tls?: TlsOptions): Promise<RawServer> {
    return RawServer.listen(({ socket, rest, accept }) => {
      socket.write(responseText(accept));
      play(new RawPeer(socket, rest, true));
    }, tls);
  }

  close(): void {
    this.#close();
  }
}

/** A server's answer as text; headers as in {@link requestText}. */
export function responseText(
  accept: string,
  headers: Readonly<Record<string, string | readonly string[] | undefined>> = {},
  first = "HTTP/1.1 101 Switching Protocols",
): string {
  const all = { Upgrade: "websocket", Connection: "Upgrade", "Sec-WebSocket-Accept": accept, ...headers };
  return `${first}\r\n${headerText(all)}\r\n`;
}
