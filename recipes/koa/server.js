import { createServer } from "node:http";
import { Server } from "baro";
import { createChannel, createEventStream } from "baro/sse";
import Koa from "koa";

const app = new Koa();
const io = new Server();
const ticks = createChannel();

io.publicRooms("news"); // so that an EventSource may listen: /socket.io/sse?room=news
io.on("connection", (socket) => {
  socket.join("news");
  socket.on("say", (text, answer) => {
    io.to("news").emit("said", String(text));
    answer?.("heard");
  });
});

app.context.io = io; // for middlewares in other files: `context.io`
app.use((context) => {
  switch (`${context.method} ${context.path}`) {
    case "GET /":
      context.body = "Koa and Baro on one port";
      break;
    case "POST /say":
      context.io.to("news").emit("said", String(context.query.text));
      context.status = 204;
      break;
    case "GET /ticks":
      // A stream of its own, beside the rooms: `respond = false` tells Koa that the answer is not its own any more.
      context.respond = false;
      createEventStream(context.req, context.res).join(ticks);
      break;
  }
});

const clock = setInterval(() => ticks.broadcast("tick", Date.now()), 1_000);
// After the middlewares: `callback` takes those that are there.
const http = createServer(app.callback());
io.attach(http);
http.listen(process.env.PORT ?? 3000, () => console.log(`http://localhost:${http.address().port}`));

// Clients are moved away one by one. What still holds a connection after five seconds has had its time.
process.once("SIGTERM", async () => {
  setTimeout(() => process.exit(), 5_000).unref();
  clearInterval(clock);
  ticks.close();
  await io.drain({ over: 1_000 });
});
