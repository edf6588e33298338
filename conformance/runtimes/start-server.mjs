import { once } from "node:events";

/** Listens on a port of its own, and answers what `probe` asks. */
export async function startServer(http, io) {
  io.on("connection", (socket) => {
    socket.on("echo", (value, answer) => answer(value));
    socket.on("drop me", (answer) => {
      answer();
      // Once the answer has left, which takes a poll its turn.
      setImmediate(() => socket.conn.close());
    });
    socket.emit("pushed", 1, { two: [3] }, new Uint8Array([4, 5]));
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return `http://127.0.0.1:${http.address().port}`;
}
