import { listenWith } from "./http.mjs";

/** The program that is measured, the same for everyone who has Socket.IO's API. */
export function listenEvents(Server, options) {
  return listenWith((http) => {
    const io = new Server(http, options);
    io.on("connection", (socket) => {
      socket.on("echo", (text) => socket.emit("echo", text));
      socket.on("publish", (text) => io.emit("publish", text));
    });
  });
}
