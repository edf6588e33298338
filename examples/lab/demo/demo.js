import { createServer } from "node:http";
import express from "express";
import { Newsroom } from "./newsroom.js";
import { servePolling } from "./polling.js";
import { serveSocketIo } from "./socketio.js";
import { serveSse } from "./sse.js";
import { serveWebSocket } from "./websocket.js";

/** The lesson's exercise four times, on one port: the server says something every three seconds, the client answers. */
export function createDemo() {
  const app = express();
  app.disable("x-powered-by");
  const http = createServer(app);
  const newsroom = new Newsroom();

  servePolling(app, newsroom);
  serveSse(app, newsroom);
  serveWebSocket(http, newsroom);
  serveSocketIo(http, newsroom);
  return http;
}
