// The server of the lesson, with nothing changed but the import.

import WebSocket from "baro/websocket";
import express from "express";

const app = express();
app.get("/", (_req, res) => res.send("beside"));
const server = app.listen(Number(process.env.PORT), "127.0.0.1", () => {
  console.log("listening", server.address().port);
});

const wss = new WebSocket.Server({ server });
wss.on("connection", (ws, req) => {
  const ip = req.headers["x-forwarded-for"] || req.socket.remoteAddress;
  console.log("connected", ip);
  ws.on("message", (message) => {
    console.log("message", message.toString());
  });
  ws.on("error", (error) => {
    console.error(error);
  });
  ws.on("close", () => {
    console.log("closed", ip);
    clearInterval(ws.interval);
  });
  ws.interval = setInterval(() => {
    if (ws.readyState === ws.OPEN) {
      ws.send("A message from the server to the client.");
    }
  }, 3000);
});
