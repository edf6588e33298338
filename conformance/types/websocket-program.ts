import { type EventEmitter, once } from "node:events";
import { createServer, IncomingMessage } from "node:http";
import WebSocket, {
  type ClientOptions,
  createWebSocketStream,
  type PerMessageDeflateOptions,
  type RawData,
  type ServerOptions,
  type WebSocketServer,
} from "baro/websocket";
import { expectTypeOf } from "vitest";

// Programs as they are written with the names of @types/ws. They are compiled twice: against Baro, and against those
// types by an alias, which proves that they ask for nothing of Baro's own. None is run.
interface Alive extends WebSocket {
  isAlive?: boolean;
}
class Request extends IncomingMessage {
  user = "";
}
class Client extends WebSocket {
  room = "lobby";
}

export function heartbeatOfTheReadme(wss: WebSocketServer): void {
  wss.on("connection", function connection(ws: Alive) {
    ws.isAlive = true;
    ws.on("error", console.error);
    ws.on("pong", function heartbeat(this: Alive) {
      this.isAlive = true;
    });
  });
  // biome-ignore lint/suspicious/useIterableCallbackReturn: as it stands in the README of ws
  wss.clients.forEach(function each(ws: Alive) {
    if (ws.isAlive === false) return ws.terminate();
    ws.isAlive = false;
    ws.ping();
  });
}

export function broadcastOfTheReadme(wss: WebSocket.Server): void {
  wss.on("connection", (ws, request) => {
    expectTypeOf(request).toEqualTypeOf<IncomingMessage>();
    ws.on("message", function message(data: WebSocket.RawData, isBinary: boolean) {
      for (const client of wss.clients) {
        if (client !== this && client.readyState === WebSocket.OPEN) client.send(data, { binary: isBinary });
      }
    });
  });
}

export function ownClasses(): WebSocket.Server<typeof Client, typeof Request> {
  const server = createServer({ IncomingMessage: Request });
  const wss = new WebSocket.Server<typeof Client, typeof Request>({ server, WebSocket: Client });
  wss.on("connection", (ws, request) => {
    expectTypeOf(ws.room).toEqualTypeOf<string>();
    expectTypeOf(request.user).toEqualTypeOf<string>();
  });
  server.on("upgrade", (request, socket, head) => {
    wss.handleUpgrade(request, socket, head, (ws) => wss.emit("connection", ws, request));
  });
  return wss;
}

export function client(): WebSocket {
  const options: ClientOptions = { headers: { a: "1" }, perMessageDeflate: false, followRedirects: true };
  const ws = new WebSocket("ws://127.0.0.1:1", ["a"], options);
  ws.onmessage = (event: WebSocket.MessageEvent) => expectTypeOf(event.type).toExtend<string>();
  ws.onclose = ({ code, reason, wasClean }) => expectTypeOf({ code, reason, wasClean }).toBeObject();
  ws.addEventListener("error", ({ message, error, target }) => void [message, error, target.url]);
  ws.on("close", (code, reason) => {
    expectTypeOf(code).toEqualTypeOf<number>();
    expectTypeOf(reason).toEqualTypeOf<Buffer>();
  });
  ws.on("message", (data: RawData) => expectTypeOf(data).toEqualTypeOf<WebSocket.RawData>());
  ws.on("unexpected-response", (request, response) => void [request.method, response.statusCode]);
  ws.on("an event of one's own", (first, second) => void [first, second]);
  ws.send(new Uint8Array(2), { compress: true, fin: true, mask: true }, (error) => error?.message);
  ws.send([1, 2]);
  // @ts-expect-error: that is no data
  ws.send({ a: 1 });
  // @ts-expect-error: a reason is text
  ws.close(1000, 5);
  createWebSocketStream(ws, { encoding: "utf8" }).pipe(process.stdout);
  const emitter: EventEmitter = ws;
  void once(emitter, "open");
  return ws;
}

export const deflate: PerMessageDeflateOptions = {
  zlibDeflateOptions: { chunkSize: 1024, memLevel: 7, level: 3 },
  zlibInflateOptions: { chunkSize: 10 * 1024 },
  clientNoContextTakeover: true,
  serverNoContextTakeover: true,
  serverMaxWindowBits: 10,
  concurrencyLimit: 10,
  threshold: 1024,
};
export const options: ServerOptions = {
  port: 0,
  perMessageDeflate: deflate,
  verifyClient: ({ origin, secure, req }, callback) => callback(secure, 401, origin + req.url, { a: "1" }),
  handleProtocols: (protocols, request) => (protocols.has(request.url ?? "") ? "a" : false),
};
