import { createChannel, createEventStream } from "baro/sse";
import { listenStreams } from "./streams.mjs";

const channel = createChannel();

export const listen = (options) =>
  listenStreams(
    options,
    (request, response) => void createEventStream(request, response).join(channel),
    (text) => channel.broadcast("publish", text),
  );
