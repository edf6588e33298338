import { WebSocketServer } from "baro/websocket";
import { listenWith } from "./http.mjs";

export const listen = ({ publishes, perMessageDeflate = false }) =>
  listenWith((server) => {
    const wss = new WebSocketServer({ server, perMessageDeflate });
    wss.on("connection", (ws) => {
      ws.on("message", (data, isBinary) => {
        if (publishes) wss.broadcast(data, { binary: isBinary });
        else ws.send(data, { binary: isBinary });
      });
    });
  });
