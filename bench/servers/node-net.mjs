import { createHash } from "node:crypto";
import { listenWith } from "./http.mjs";

const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const SESSION =
  '0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":[],"pingInterval":300000,"pingTimeout":200000,"maxPayload":1000000}';
const CONNECTED = '40{"sid":"wZX3oN0bSVIhsaknAAAI"}';

/**
 * The least that Node can do for a broadcast: one frame, and a loop that writes it to each socket. It speaks just enough
 * Socket.IO for the load, whose chunks are whole frames: no rooms, no heartbeat, no limits, and nobody may be slow.
 */
export const listen = () =>
  listenWith((http) => {
    const sockets = new Set();
    http.on("upgrade", (request, socket) => {
      const key = request.headers["sec-websocket-key"];
      const accept = createHash("sha1")
        .update(key + MAGIC)
        .digest("base64");
      socket.setTimeout(0);
      socket.setNoDelay(true);
      socket.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
          `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      socket.write(encode(SESSION));
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
      socket.on("data", (chunk) => {
        for (const text of decode(chunk)) {
          if (text === "40") {
            sockets.add(socket);
            socket.write(encode(CONNECTED));
          } else {
            const frame = encode(text);
            setImmediate(() => {
              for (const each of sockets) each.write(frame);
            });
          }
        }
      });
    });
  });

function encode(text) {
  const payload = Buffer.from(text);
  const { length } = payload;
  return Buffer.concat([
    Buffer.from(length < 126 ? [0x81, length] : [0x81, 126, length >> 8, length & 255]),
    payload,
  ]);
}

function* decode(chunk) {
  for (let at = 0; at < chunk.length; ) {
    const isShort = (chunk[at + 1] & 0x7f) < 126;
    const start = at + (isShort ? 6 : 8);
    const end = start + (isShort ? chunk[at + 1] & 0x7f : chunk.readUInt16BE(at + 2));
    const payload = chunk.subarray(start, end);
    for (let index = 0; index < payload.length; index += 1) payload[index] ^= chunk[start - 4 + (index & 3)];
    yield payload.toString();
    at = end;
  }
}
