import { connect } from "node:net";
import { readHead } from "./raw-peer.ts";

/** Sends `bytes`, and gives all that comes back until TCP ends. With `keep`, only the header block. */
export async function answerTo(port: number, bytes: string | Buffer, keep = false): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(bytes as string, "latin1");
  const { head, rest } = await readHead(socket);
  let all = head + rest.toString("latin1");
  if (!keep && !socket.closed) {
    socket.on("data", (chunk) => {
      all += chunk.toString("latin1");
    });
    await new Promise((resolve) => socket.once("close", resolve));
  }
  socket.destroy();
  return all;
}
