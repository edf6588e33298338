import { createServer } from "node:http";
import { WebSocketServer } from "ws";

export const http = createServer();
new WebSocketServer({ server: http }).on("connection", (ws) => {
  ws.on("message", (data, isBinary) => ws.send(data, { binary: isBinary }));
});
