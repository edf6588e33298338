import type { Server as HttpServer, IncomingMessage } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Duplex } from "node:stream";
import { abortUpgrade, CLAIMS, holdSocket, type UpgradeListener } from "./upgrade.ts";

type AnyServer = HttpServer | HttpsServer;

/** One of several that take upgrades of one HTTP server. */
export interface UpgradeTarget {
  shouldHandle(request: IncomingMessage): unknown;
  receiveUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

const TARGETS = Symbol("targets");
const NOBODY: readonly UpgradeListener[] = [];
interface RouterListener extends UpgradeListener {
  [TARGETS]: UpgradeTarget[];
}

/**
 * Hands upgrades of `server` to `target`. All targets of one server stand behind one listener, so that each upgrade
 * is answered by the one whose path it has, and refused when there is none.
 *
 * @returns undoes it.
 */
export function routeUpgrades(server: AnyServer, target: UpgradeTarget): () => void {
  const listeners = server.listeners("upgrade") as Partial<RouterListener>[];
  const listener =
    (listeners.find((each) => each[TARGETS] !== undefined) as RouterListener | undefined) ?? listen(server);
  const targets = listener[TARGETS];
  targets.push(target);
  return () => {
    const index = targets.indexOf(target);
    if (index !== -1) targets.splice(index, 1);
    if (targets.length === 0) server.off("upgrade", listener);
  };
}

function listen(server: AnyServer): RouterListener {
  const targets: UpgradeTarget[] = [];
  const route: UpgradeListener = (request, socket, head) => {
    holdSocket(socket);
    const others = server.listenerCount("upgrade") === 1 ? NOBODY : othersOf(server, listener);
    if (others.some((other) => other[CLAIMS]?.(request) === true)) return;
    const target = targets.length === 1 && others.length === 0 ? targets[0] : find(targets, request);
    if (target !== undefined) target.receiveUpgrade(request, socket, head);
    // Listeners of the application look for themselves.
    else if (others.length === 0) abortUpgrade(socket, 400, {}, "No WebSocket has this path.");
  };
  const listener: RouterListener = Object.assign(route, { [TARGETS]: targets });
  server.on("upgrade", listener);
  return listener;
}

function othersOf(server: AnyServer, listener: RouterListener): readonly UpgradeListener[] {
  return server.listeners("upgrade").filter((each) => each !== listener) as UpgradeListener[];
}

function find(targets: readonly UpgradeTarget[], request: IncomingMessage): UpgradeTarget | undefined {
  return targets.find((target) => target.shouldHandle(request));
}
