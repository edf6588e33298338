import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Server } from "baro";
import { pairs, Stage } from "./pairs.ts";

/** Both makes of server. */
export const SERVERS = ["socket.io", "baro"] as const;

/** How a client may connect. */
export const WAYS: Readonly<Record<string, string[]>> = {
  polling: ["polling"],
  WebSocket: ["websocket"],
  "an upgrade": ["polling", "websocket"],
};

/** A server of this make that the stories are told with. */
export async function openStage(make: (typeof SERVERS)[number], http?: HttpServer): Promise<Stage> {
  const pair = pairs.find(({ server }) => server === make);
  if (pair === undefined) throw new Error(`no server ${make}`);
  const stage = await Stage.open(pair, { pingInterval: 100 }, http);
  serve(stage.io);
  return stage;
}

/** An address where nobody listens. */
export async function findNowhere(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  return `http://127.0.0.1:${port}`;
}

/** What the stories ask of a server. */
function serve(io: Server): void {
  for (const namespace of [io.of("/"), io.of("/news"), io.of("/private")]) {
    namespace.on("connection", (socket) => {
      const told: unknown[] = [];
      socket.on("echo", (...args) => args.pop()(...args));
      socket.on("silence", () => {});
      socket.on("my id", (answer) => answer(socket.id));
      socket.on("auth", (answer) => answer(socket.handshake.auth));
      socket.on("tell", (...args) => told.push(args));
      socket.on("message", (...args) => told.push(["message", ...args]));
      socket.on("told", (answer) => answer(told.splice(0)));
      socket.on("send me", (event, ...args) => {
        const answer = args.pop();
        socket.emit(event, ...args);
        answer();
      });
      socket.on("leave", () => socket.disconnect());
      socket.on("drop me", () => socket.conn.close());
    });
  }
  io.of("/private").use((socket, next) => {
    if (socket.handshake.auth.token === "good") next();
    else next(Object.assign(new Error("not you"), { data: { code: 7 } }));
  });
}
