import { WebSocketServer } from "ws";
import { listenWith } from "./http.mjs";

/** A broadcast as the documentation of `ws` writes it. */
export const listen = ({ publishes, perMessageDeflate = false }) =>
  listenWith((server) => {
    const wss = new WebSocketServer({ server, perMessageDeflate });
    wss.on("connection", (ws) => {
      ws.on("message", (data, isBinary) => {
        if (publishes) for (const client of wss.clients) client.send(data, { binary: isBinary });
        else ws.send(data, { binary: isBinary });
      });
    });
  });
