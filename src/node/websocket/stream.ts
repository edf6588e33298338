import { Duplex, type DuplexOptions } from "node:stream";
import type { WebSocket } from "./websocket.ts";

type Callback = (error?: Error | null) => void;

/**
 * Makes a WebSocket a stream: each write is a message, each message a chunk. It reads from the peer as fast as it is
 * read itself. The end of either side closes the connection.
 *
 * @param options those of `Duplex`. With `readableObjectMode` text comes as strings.
 */
export function createWebSocketStream(webSocket: WebSocket, options: DuplexOptions = {}): Duplex {
  return new WebSocketStream(webSocket, options);
}

class WebSocketStream extends Duplex {
  readonly #webSocket: WebSocket;
  /** What went wrong with the connection. */
  #fault: Error | undefined = undefined;

  constructor(webSocket: WebSocket, options: DuplexOptions) {
    // Without half-open streams, because a close frame ends both directions.
    super({ ...options, allowHalfOpen: false, objectMode: false, writableObjectMode: false });
    this.#webSocket = webSocket;
    webSocket.on("message", (data, isBinary) => {
      if (!this.push(!isBinary && this.readableObjectMode ? String(data) : data)) webSocket.pause();
    });
    webSocket.once("error", (error) => {
      this.#fault = error;
      this.destroy(error);
    });
    webSocket.once("close", () => this.push(null));
  }

  override _read(): void {
    if (this.#webSocket.isPaused) this.#webSocket.resume();
  }

  // Before the handshake is over, both wait for it. Where it fails, the stream is destroyed, and they with it.
  override _write(chunk: Buffer, encoding: BufferEncoding, callback: Callback): void {
    const webSocket = this.#webSocket;
    if (webSocket.readyState === webSocket.CONNECTING) {
      webSocket.once("open", () => this._write(chunk, encoding, callback));
    } else {
      webSocket.send(chunk, callback);
    }
  }

  override _final(callback: Callback): void {
    const webSocket = this.#webSocket;
    if (webSocket.readyState === webSocket.CONNECTING) {
      webSocket.once("open", () => this._final(callback));
    } else {
      this.#whenClosed(callback);
      webSocket.close();
    }
  }

  override _destroy(error: Error | null, callback: Callback): void {
    this.#whenClosed(() => callback(error ?? this.#fault));
    // A connection that failed ends by itself, and tells the peer why.
    if (this.#fault === undefined) this.#webSocket.terminate();
  }

  #whenClosed(callback: Callback): void {
    const webSocket = this.#webSocket;
    if (webSocket.readyState === webSocket.CLOSED) callback();
    else webSocket.once("close", () => callback());
  }
}
