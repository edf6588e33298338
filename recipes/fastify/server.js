import { Server } from "baro";
import { createChannel, createEventStream } from "baro/sse";
import Fastify from "fastify";

const app = Fastify();
const io = new Server(app.server);

io.publicRooms("news"); // so that an EventSource may listen: /socket.io/sse?room=news
io.on("connection", (socket) => {
  socket.join("news");
  socket.on("say", (text, answer) => {
    io.to("news").emit("said", String(text));
    answer?.("heard");
  });
});

app.decorate("io", io); // for routes in other files: `this.io`, `request.server.io`
app.get("/", () => "Fastify and Baro on one port");
app.post("/say", (request, reply) => {
  app.io.to("news").emit("said", String(request.query.text));
  return reply.code(204).send();
});

// A stream of its own, beside the rooms: `hijack` tells Fastify that the answer is not its own any more.
const ticks = createChannel();
const clock = setInterval(() => ticks.broadcast("tick", Date.now()), 1_000);
app.get("/ticks", (request, reply) => {
  reply.hijack();
  createEventStream(request.raw, reply.raw).join(ticks);
});

await app.listen({ port: Number(process.env.PORT ?? 3000) });
console.log(`http://localhost:${app.server.address().port}`);

// Clients are moved away one by one. What still holds a connection after five seconds has had its time.
process.once("SIGTERM", async () => {
  setTimeout(() => process.exit(), 5_000).unref();
  clearInterval(clock);
  ticks.close();
  await io.drain({ over: 1_000 });
  await app.close();
});
