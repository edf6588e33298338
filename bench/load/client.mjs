import { connect } from "node:net";

// One for all: what arrives is looked at and forgotten before the next socket reads. Without it each read would
// allocate 64 KiB, and the load would cost more than the servers.
const received = Buffer.allocUnsafe(256 * 1024);

/**
 * A WebSocket client that costs next to nothing: it writes frames that were made before the clock started, and
 * finds the frames of what comes back by their headers alone. So the server is what is measured.
 */
export class RawClient {
  /** How many frames have ended so far. */
  received = 0;
  /** Hears how many frames ended in each chunk. */
  onFrames = (_count) => {};
  /** Hears once that the server went away. */
  onEnd = () => {};
  #socket;
  #isOpen = false;
  // What is left of the frame under way, and a header that came in pieces.
  #left = 0;
  #head = [];

  /** Resolves when the handshake is over. */
  static open(port, path, extensions) {
    return new Promise((resolve, reject) => {
      const client = new RawClient();
      let answer = "";
      const callback = (length) => {
        if (client.#isOpen) {
          client.#receive(length);
          return true;
        }
        answer += received.latin1Slice(0, length);
        const end = answer.indexOf("\r\n\r\n");
        if (end === -1) return true;
        if (!answer.startsWith("HTTP/1.1 101")) {
          reject(new Error(answer.slice(0, end)));
          return false;
        }
        client.#isOpen = true;
        const rest = answer.length - end - 4;
        if (rest > 0) received.copy(received, 0, length - rest, length);
        resolve(client);
        // The first frames may stand behind the answer: the owner hears of them when it has its turn.
        if (rest > 0) client.#receive(rest);
        return true;
      };
      client.#socket = connect({
        port,
        host: "127.0.0.1",
        noDelay: true,
        onread: { buffer: received, callback },
      });
      client.#socket.on("error", (error) => {
        reject(error);
        client.onEnd();
      });
      client.#socket.on("close", () => client.onEnd());
      client.#socket.write(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
          (extensions === undefined ? "\r\n" : `Sec-WebSocket-Extensions: ${extensions}\r\n\r\n`),
      );
    });
  }

  /** Resolves when `count` frames have come since the handshake. */
  async until(count) {
    while (this.received < count) await new Promise((resolve) => (this.onFrames = resolve));
    this.onFrames = () => {};
  }

  /** Sends the first `count` of `ready` in one write. */
  send(ready, count = ready.count) {
    this.#socket.write(count === ready.count ? ready.bytes : ready.bytes.subarray(0, count * ready.size));
  }

  close() {
    this.onEnd = () => {};
    this.#socket.destroy();
  }

  #receive(length) {
    let at = this.#left;
    let count = 0;
    // Where the frame under way ends in this chunk, it counts.
    if (at > 0 && at <= length) count = 1;
    while (at < length) {
      if (this.#head.length > 0 || length - at < 10) {
        // Near the end of a chunk a header may be cut: byte by byte, then.
        this.#head.push(received[at]);
        at += 1;
        const size = headSize(this.#head[1]);
        if (this.#head.length < 2 || this.#head.length < size) continue;
        at += payloadSize(this.#head, 0);
        this.#head = [];
      } else {
        at += headSize(received[at + 1]) + payloadSize(received, at);
      }
      if (at <= length) count += 1;
    }
    this.#left = at - length;
    if (count === 0) return;
    this.received += count;
    this.onFrames(count);
  }
}

function headSize(second) {
  const mark = second & 0x7f;
  return mark === 126 ? 4 : mark === 127 ? 10 : 2;
}

function payloadSize(bytes, at) {
  const mark = bytes[at + 1] & 0x7f;
  if (mark < 126) return mark;
  if (mark === 126) return (bytes[at + 2] << 8) | bytes[at + 3];
  let length = 0;
  for (let index = 2; index < 10; index += 1) length = length * 256 + bytes[at + index];
  return length;
}
