import { listenWith } from "./http.mjs";

/**
 * The least that Node can do: held responses, and a loop that writes the same text to each. Who publishes has the
 * connection of an upgrade; so many bytes of it are one event.
 */
export const listen = ({ size = 1 }) =>
  listenWith((http) => {
    const responses = new Set();
    http.on("request", (_request, response) => {
      response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
      response.write("event: open\ndata: {}\n\n");
      responses.add(response);
      response.on("close", () => responses.delete(response));
    });
    http.on("upgrade", (_request, socket) => {
      let bytes = 0;
      socket.on("error", () => {});
      socket.on("data", (chunk) => {
        bytes += chunk.length;
        for (; bytes >= size; bytes -= size) {
          const block = `event: publish\ndata: "${"x".repeat(64)}"\n\n`;
          for (const response of responses) response.write(block);
        }
      });
      socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n");
    });
  });
