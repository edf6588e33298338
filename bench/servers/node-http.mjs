import { listenStreams } from "./streams.mjs";

const responses = new Set();

/** The least that Node can do: held responses, and a loop that writes the same text to each. */
export const listen = (options) =>
  listenStreams(
    options,
    (_request, response) => {
      response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
      response.write("event: open\ndata: {}\n\n");
      responses.add(response);
      response.on("close", () => responses.delete(response));
    },
    (text) => {
      const block = `event: publish\ndata: ${JSON.stringify(text)}\n\n`;
      for (const response of responses) response.write(block);
    },
  );
