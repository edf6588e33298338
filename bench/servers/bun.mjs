/** Bun's own server; a broadcast by its own publish. */
export function listen({ publishes, perMessageDeflate = false }) {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request, self) {
      if (!self.upgrade(request)) return new Response("a WebSocket, please", { status: 426 });
    },
    websocket: {
      perMessageDeflate: perMessageDeflate !== false,
      open(ws) {
        if (publishes) ws.subscribe("all");
      },
      message(ws, message) {
        if (publishes) server.publish("all", message);
        else ws.send(message, perMessageDeflate !== false);
      },
    },
  });
  return server.port;
}
