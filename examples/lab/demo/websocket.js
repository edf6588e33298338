import { WebSocketServer } from "baro/websocket";
import { addressOf } from "./address.js";

/**
 * WebSocket: one connection, open both ways.
 * @param {import("node:http").Server} http
 * @param {import("./newsroom.js").Newsroom} newsroom
 */
export function serveWebSocket(http, newsroom) {
  const wss = new WebSocketServer({ server: http, path: "/ws", maxPayload: 4 * 1024 });

  wss.on("connection", (ws, request) => {
    ws.send(JSON.stringify({ address: addressOf(request) }));
    ws.on("message", () => {}); // the answers
  });
  newsroom.on("news", (news) => wss.broadcast(JSON.stringify(news)));
}
