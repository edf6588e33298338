import { connect } from "node:net";

const received = Buffer.allocUnsafe(256 * 1024);
const FEED = 0x0a;

/** A reader of a stream of events that costs next to nothing: it counts the blank lines that end them. */
export class StreamClient {
  /** How many events have ended so far. */
  received = 0;
  onFrames = (_count) => {};
  onEnd = () => {};
  #socket;
  #last = 0;

  /** Resolves when the head of the answer is there. */
  static open(port, path) {
    return new Promise((resolve, reject) => {
      const client = new StreamClient();
      let head = "";
      const callback = (length) => {
        if (head === undefined) {
          client.#receive(0, length);
          return true;
        }
        head += received.latin1Slice(0, length);
        const end = head.indexOf("\r\n\r\n");
        if (end === -1) return true;
        if (!head.startsWith("HTTP/1.1 200")) {
          reject(new Error(head.slice(0, end)));
          return false;
        }
        const start = length - (head.length - end - 4);
        head = undefined;
        resolve(client);
        client.#receive(start, length);
        return true;
      };
      client.#socket = connect({ port, host: "127.0.0.1", onread: { buffer: received, callback } });
      client.#socket.on("error", (error) => {
        reject(error);
        client.onEnd();
      });
      client.#socket.on("close", () => client.onEnd());
      client.#socket.write(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\n\r\n`,
      );
    });
  }

  /** Resolves when `count` events have come. */
  async until(count) {
    while (this.received < count) await new Promise((resolve) => (this.onFrames = resolve));
    this.onFrames = () => {};
  }

  close() {
    this.onEnd = () => {};
    this.#socket.destroy();
  }

  #receive(start, end) {
    let count = 0;
    if (end > start && this.#last === FEED && received[start] === FEED) count += 1;
    for (let at = received.indexOf("\n\n", start, "latin1"); at !== -1 && at + 1 < end; ) {
      count += 1;
      at = received.indexOf("\n\n", at + 2, "latin1");
    }
    if (end > start) this.#last = received[end - 1];
    if (count === 0) return;
    this.received += count;
    this.onFrames(count);
  }
}
