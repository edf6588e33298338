import { createServer } from "node:http";
import { Server } from "baro";
import next from "next";

const port = Number(process.env.PORT ?? 3000);
const http = createServer();
const dev = process.argv.includes("--dev");
const app = next({ dev, hostname: "localhost", port, httpServer: http });
await app.prepare();
http.on("request", app.getRequestHandler());

// Routes are bundled apart from this file, but run in the same process: they find the server here.
const io = new Server(http);
globalThis.io = io;

io.publicRooms("news"); // so that an EventSource may listen: /socket.io/sse?room=news
io.on("connection", (socket) => {
  socket.join("news");
  socket.on("say", (text, answer) => {
    io.to("news").emit("said", String(text));
    answer?.("heard");
  });
});

http.listen(port, () => console.log(`http://localhost:${http.address().port}`));

// Clients are moved away one by one. What still holds a connection after five seconds has had its time.
process.once("SIGTERM", async () => {
  setTimeout(() => process.exit(), 5_000).unref();
  await io.drain({ over: 1_000 });
  await app.close();
  process.exit();
});
