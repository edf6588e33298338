import { serve } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Server } from "baro";
import { createChannel, createEventStream } from "baro/sse";
import { Hono } from "hono";

const app = new Hono();
const http = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
  console.log(`http://localhost:${port}`);
});
const io = new Server(http);

io.publicRooms("news"); // so that an EventSource may listen: /socket.io/sse?room=news
io.on("connection", (socket) => {
  socket.join("news");
  socket.on("say", (text, answer) => {
    io.to("news").emit("said", String(text));
    answer?.("heard");
  });
});

app.get("/", (context) => context.text("Hono and Baro on one port"));
app.post("/say", (context) => {
  io.to("news").emit("said", String(context.req.query("text")));
  return context.body(null, 204);
});

// A stream of its own, beside the rooms: it is written to Node's response, and Hono is told so.
const ticks = createChannel();
const clock = setInterval(() => ticks.broadcast("tick", Date.now()), 1_000);
app.get("/ticks", (context) => {
  createEventStream(context.env.incoming, context.env.outgoing).join(ticks);
  return RESPONSE_ALREADY_SENT;
});

// Clients are moved away one by one. What still holds a connection after five seconds has had its time.
process.once("SIGTERM", async () => {
  setTimeout(() => process.exit(), 5_000).unref();
  clearInterval(clock);
  ticks.close();
  await io.drain({ over: 1_000 });
});
