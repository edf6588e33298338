import { createChannel, createSession } from "better-sse";
import { listenStreams } from "./streams.mjs";

const channel = createChannel();

/** The program as the documentation of `better-sse` writes it. */
export const listen = (options) =>
  listenStreams(
    options,
    async (request, response) => void channel.register(await createSession(request, response)),
    (text) => channel.broadcast(text, "publish"),
  );
