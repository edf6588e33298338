import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { clock } from "../process.ts";
import { CLAIMS, holdSocket, type UpgradeListener } from "../websocket/upgrade.ts";
import { nameBelow, rememberLast } from "./engine-query.ts";

/** What answers some requests below the path of an engine, by their names there. Each says whether one was for it. */
export interface Beside {
  handleRequest(name: string, request: IncomingMessage, response: ServerResponse): boolean;
  handleUpgrade?(name: string, request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

/** What answers all that nobody beside it takes. */
interface Engine {
  handleRequest(request: IncomingMessage, response: ServerResponse): void;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** What answers at one path of an HTTP server. */
export interface Route {
  readonly path: string;
  readonly engine: Engine;
  /** What is asked before it about whatever has a name below the path. */
  readonly beside: readonly Beside[];
  /** How long the others have for taking an upgrade that is not of this path; `undefined` for as long as they like. */
  readonly unclaimedUpgradeTimeout: number | undefined;
}

type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Puts `route` on `server` beside what is there. Requests below its path go to it alone, all others to the
 * listeners that the server has, also to those that it gets later; a request that nobody is there for is answered
 * with 404. Listeners of upgrades stay where they are, because each of them looks at the path by itself.
 */
export function attach(server: Server, route: Route): void {
  const { path } = route;
  const folder = path.endsWith("/") ? path : `${path}/`;
  const nameOf = rememberLast((target) => nameBelow(path, folder, target));
  const others: RequestListener[] = [];
  const listener: RequestListener = (request, response) => {
    const name = nameOf(request.url);
    if (name !== undefined) handleRequest(route, name, request, response);
    else if (others.length === 0) response.writeHead(404, { "Content-Length": 0 }).end();
    else for (const other of others) other.call(server, request, response);
  };
  const adopt = (): void => {
    for (const other of server.listeners("request") as RequestListener[]) {
      if (other === listener) continue;
      server.off("request", other);
      others.push(other);
    }
  };
  adopt();
  server.on("request", listener);
  server.on("newListener", (event: string, added: unknown) => {
    if (event !== "request" || added === listener) return;
    // It is added right after this. No request can come in between: they come with I/O, behind the next tick.
    process.nextTick(() => {
      // Another one that shares the server took this listener over: then it sees to the later ones.
      if (server.listeners("request").includes(listener)) adopt();
    });
  });

  const upgrade: UpgradeListener = (request, socket, head) => {
    const name = nameOf(request.url);
    if (name !== undefined) {
      handleUpgrade(route, name, request, socket, head);
      return;
    }
    // Where nobody takes it, a reset would be an uncaught exception.
    holdSocket(socket);
    if (route.unclaimedUpgradeTimeout !== undefined) endUnclaimed(socket, route.unclaimedUpgradeTimeout);
  };
  // A WebSocketServer without a path takes every other upgrade.
  upgrade[CLAIMS] = (request) => nameOf(request.url) !== undefined;
  server.on("upgrade", upgrade);
}

function handleRequest(
  { engine, beside }: Route,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (name !== "") for (const each of beside) if (each.handleRequest(name, request, response)) return;
  engine.handleRequest(request, response);
}

function handleUpgrade(
  { engine, beside }: Route,
  name: string,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  if (name !== "") {
    for (const each of beside) if (each.handleUpgrade?.(name, request, socket, head) === true) return;
  }
  engine.handleUpgrade(request, socket, head);
}

/** Upgrades that nobody answers would stay open for ever: Node sets them no limit. */
function endUnclaimed(socket: Duplex, timeout: number): void {
  const cancel = clock.after(timeout, () => {
    if (socket.writable && "bytesWritten" in socket && socket.bytesWritten === 0) socket.end();
  });
  socket.once("close", cancel);
}
