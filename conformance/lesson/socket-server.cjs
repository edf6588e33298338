// The server of the lesson, as CommonJS. Its twin, an ES module, stands beside it.
const { createServer } = require("node:http");
const SocketIO = require("baro");

const server = createServer();
const io = SocketIO(server, { path: "/socket.io" });

io.on("connection", (socket) => {
  const req = socket.request;
  const ip = req.headers["x-forwarded-for"] || req.connection.remoteAddress;
  console.log("connected", ip, socket.id, req.url.startsWith("/socket.io/"), typeof req.res.setHeader);
  socket.on("disconnect", () => {
    console.log("disconnected", ip, socket.id);
    clearInterval(socket.interval);
  });
  socket.on("error", (error) => {
    console.error(error);
  });
  socket.on("reply", (data) => {
    console.log("reply", data);
  });
  socket.interval = setInterval(() => {
    socket.emit("news", "Hello Socket.IO");
  }, 3000);
});

server.listen(0, "127.0.0.1", () => console.log("listening", server.address().port));
