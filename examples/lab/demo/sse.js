import { createChannel, createEventStream } from "baro/sse";
import { addressOf } from "./address.js";

/**
 * Server-Sent Events: one response that never ends.
 * @param {import("express").Express} app
 * @param {import("./newsroom.js").Newsroom} newsroom
 */
export function serveSse(app, newsroom) {
  // Who comes back says what it heard last, and hears what it missed.
  const channel = createChannel({ history: true });

  app.get("/stream", (request, response) => {
    const stream = createEventStream(request, response, { retry: 1_000 });
    stream.send("address", addressOf(request));
    stream.join(channel);
  });
  newsroom.on("news", (news) => channel.broadcast("news", news));
}
