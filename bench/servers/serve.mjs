/** The program that is measured, the same for everyone who has Socket.IO's API. */
export function serve(io) {
  io.on("connection", (socket) => {
    socket.on("echo", (text) => socket.emit("echo", text));
    socket.on("say", (text) => io.emit("say", text));
  });
}
