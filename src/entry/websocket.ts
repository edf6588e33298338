import { createWebSocketStream } from "../node/websocket/stream.ts";
import { WebSocket } from "../node/websocket/websocket.ts";
import { WebSocketServer } from "../node/websocket/websocket-server.ts";

WebSocket.Server = WebSocketServer;
WebSocket.WebSocketServer = WebSocketServer;
WebSocket.WebSocket = WebSocket;
WebSocket.createWebSocketStream = createWebSocketStream;

export type { AddressInfo } from "node:net";
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
export type {
  CertMeta,
  ClientOptions,
  Data,
  FinishRequestCallback,
  HeartbeatOptions,
  PerMessageDeflateOptions,
  ServerOptions,
  SlowConsumerPolicy,
  VerifyClientCallbackAsync,
  VerifyClientCallbackSync,
} from "../node/websocket/options.ts";
export type { BroadcastOptions } from "../node/websocket/websocket-server.ts";
export type { SendOptions } from "../node/websocket/websocket-shell.ts";
export {
  createWebSocketStream,
  WebSocket,
  WebSocket as default,
  // `require("baro/websocket")` gives the class.
  WebSocket as "module.exports",
  WebSocketServer,
  WebSocketServer as Server,
};
