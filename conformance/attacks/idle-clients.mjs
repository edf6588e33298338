// Connections that say one thing and are idle from then on: in a process of their own, so that the memory of the
// other one is the server's alone. Arguments: the port, how many, and how long the message is.
import { connect } from "node:net";

const [port, count, length] = process.argv.slice(2).map(Number);
const AT_ONCE = 100;

const header = Buffer.alloc(8);
header[0] = 0x82;
header[1] = 0xfe;
header.writeUInt16BE(length, 2);
const message = Buffer.concat([header, Buffer.alloc(length)]);
const handshake =
  "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/** Resolves when the message has come back whole. */
function idle() {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let received = 0;
    socket.on("error", reject);
    socket.once("data", (answer) => {
      received = -(answer.indexOf("\r\n\r\n") + 4);
      socket.write(message);
    });
    socket.on("data", (chunk) => {
      received += chunk.length;
      if (received === length + 4) resolve(socket);
    });
    socket.write(handshake);
  });
}

const sockets = [];
while (sockets.length < count) {
  const some = Math.min(AT_ONCE, count - sockets.length);
  sockets.push(...(await Promise.all(Array.from({ length: some }, idle))));
}
process.send("idle");
process.on("disconnect", () => process.exit());
