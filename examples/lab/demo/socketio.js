import { Server } from "baro";
import { addressOf } from "./address.js";

/**
 * Socket.IO: events with names, over polling or WebSocket, whatever gets through.
 * @param {import("node:http").Server} http
 * @param {import("./newsroom.js").Newsroom} newsroom
 */
export function serveSocketIo(http, newsroom) {
  const io = new Server(http, {
    trustProxy: "loopback",
    maxHttpBufferSize: 4 * 1024,
    connectionStateRecovery: {},
  });

  io.on("connection", (socket) => {
    socket.emit("address", { ...addressOf(socket.request), client: socket.handshake.address });
    socket.on("reply", () => {}); // the answers
  });
  newsroom.on("news", (news) => io.emit("news", news));
}
