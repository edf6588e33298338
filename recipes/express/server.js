import { createServer } from "node:http";
import { Server } from "baro";
import { createChannel, createEventStream } from "baro/sse";
import express from "express";

const app = express();
const http = createServer(app);
const io = new Server(http);

io.publicRooms("news"); // so that an EventSource may listen: /socket.io/sse?room=news
io.on("connection", (socket) => {
  socket.join("news");
  socket.on("say", (text, answer) => {
    io.to("news").emit("said", String(text));
    answer?.("heard");
  });
});

app.get("/", (_request, response) => response.send("Express and Baro on one port"));
app.post("/say", (request, response) => {
  io.to("news").emit("said", String(request.query.text));
  response.sendStatus(204);
});

// A stream of its own, beside the rooms.
const ticks = createChannel();
const clock = setInterval(() => ticks.broadcast("tick", Date.now()), 1_000);
app.get("/ticks", (request, response) => createEventStream(request, response).join(ticks));

http.listen(process.env.PORT ?? 3000, () => console.log(`http://localhost:${http.address().port}`));

// Clients are moved away one by one. What still holds a connection after five seconds has had its time.
process.once("SIGTERM", async () => {
  setTimeout(() => process.exit(), 5_000).unref();
  clearInterval(clock);
  ticks.close();
  await io.drain({ over: 1_000 });
});
