import { createWebSocketStream } from "../node/websocket/stream.ts";
import { WebSocket } from "../node/websocket/websocket.ts";
import { WebSocketServer } from "../node/websocket/websocket-server.ts";

WebSocket.Server = WebSocketServer;
WebSocket.WebSocketServer = WebSocketServer;
WebSocket.WebSocket = WebSocket;
WebSocket.createWebSocketStream = createWebSocketStream;

export { BaroError } from "../errors.ts";
export {
  CloseEvent,
  ErrorEvent,
  Event,
  type EventListenerOptions,
  MessageEvent,
  type WebSocketEventMap,
} from "../node/websocket/event-target.ts";
export type { RawData } from "../node/websocket/events.ts";
// `require("baro/websocket")` gives the class, in Node 20.19 and later.
export {
  createWebSocketStream,
  WebSocket,
  WebSocket as default,
  WebSocket as "module.exports",
  WebSocketServer,
  WebSocketServer as Server,
};
