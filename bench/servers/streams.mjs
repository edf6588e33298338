import { listenWith } from "./http.mjs";

/**
 * A server of streams on a bare `node:http`. Who publishes has the connection of an upgrade; so many bytes of it are
 * one event.
 */
export function listenStreams({ size = 1 }, open, publish) {
  return listenWith((http) => {
    http.on("request", open);
    http.on("upgrade", (_request, socket) => {
      let bytes = 0;
      socket.on("error", () => {});
      socket.on("data", (chunk) => {
        bytes += chunk.length;
        for (; bytes >= size; bytes -= size) publish("x".repeat(64));
      });
      socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n");
    });
  });
}
