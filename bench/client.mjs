import { connect } from "node:net";

/** One masked text frame (RFC 6455, section 5.2) of at most 125 bytes. */
function frame(text) {
  const payload = Buffer.from(text);
  if (payload.length > 125) throw new RangeError("the benchmark sends short messages only");
  const mask = [0x12, 0x34, 0x56, 0x78];
  const head = [0x81, 0x80 | payload.length, ...mask];
  return Buffer.concat([Buffer.from(head), payload.map((byte, index) => byte ^ mask[index % 4])]);
}

/** `count` frames of `text` in one buffer, so that any number of them up to `count` leaves as a slice. */
export function frames(text, count) {
  const one = frame(text);
  return { bytes: Buffer.concat(Array(count).fill(one)), size: one.length, count };
}

/**
 * A WebSocket client that costs next to nothing: it writes frames that were made before the clock started, and
 * counts what comes back by the headers alone. So the server is what is measured.
 */
export class RawClient {
  /** How many frames began so far. */
  received = 0;
  /** Hears how many frames began in each chunk. */
  onFrames = (_count) => {};
  #socket;
  // How much of the next chunk belongs to the frame under way, and a header that came in pieces.
  #toSkip = 0;
  #rest = Buffer.alloc(0);

  constructor(socket) {
    this.#socket = socket;
  }

  static open(port, path) {
    return new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1").setNoDelay(true);
      const client = new RawClient(socket);
      let head = Buffer.alloc(0);
      const upgrade = (chunk) => {
        head = Buffer.concat([head, chunk]);
        const end = head.indexOf("\r\n\r\n");
        if (end === -1) return;
        const answer = head.toString("latin1", 0, end);
        if (!answer.startsWith("HTTP/1.1 101")) return reject(new Error(answer));
        socket.off("data", upgrade).on("data", (data) => client.#receive(data));
        client.#receive(head.subarray(end + 4));
        resolve(client);
      };
      socket.on("error", reject).on("data", upgrade);
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
      );
    });
  }

  /** Resolves when `count` frames have come. */
  async until(count) {
    while (this.received < count) await new Promise((resolve) => (this.onFrames = resolve));
  }

  /** Sends the first `count` of `ready`. */
  send(ready, count = ready.count) {
    this.#socket.write(ready.bytes.subarray(0, count * ready.size));
  }

  close() {
    this.#socket.destroy();
  }

  #receive(chunk) {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = this.#toSkip;
    let count = 0;
    while (at + 2 <= data.length) {
      const short = data[at + 1] & 0x7f;
      const head = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (at + head > data.length) break;
      if (short === 126) at += head + data.readUInt16BE(at + 2);
      else if (short === 127) at += head + Number(data.readBigUInt64BE(at + 2));
      else at += head + short;
      count += 1;
    }
    this.#rest = data.subarray(Math.min(at, data.length));
    this.#toSkip = Math.max(at - data.length, 0);
    if (count === 0) return;
    this.received += count;
    this.onFrames(count);
  }
}
