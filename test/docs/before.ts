import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Server } from "baro";
import type { WebSocket } from "baro/websocket";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import type { World } from "./world.ts";

/**
 * What must be there before the blocks of a page can run: what a page leaves to its reader ("your users"), and a server for
 * the pages that are about clients. A page that needs nothing is not here.
 */
export const BEFORE: Readonly<Record<string, (world: World) => Promise<void> | void>> = {
  "docs/guide/client.md": serve,
  "docs/guide/delivery.md": serve,
  "docs/guide/diagnostics.md": async (world) => {
    await serve(world);
    world.give({ metrics: { report: () => {} } });
  },
  "docs/guide/plain-clients.md": (world) => world.give({ userOf: async () => "ada" }),
  "docs/guide/react.md": serve,
  "docs/guide/recovery.md": async (world) => {
    await serve(world);
    world.give({ Server: (await world.import<typeof import("baro")>("baro")).Server });
  },
  "docs/guide/sse.md": (world) => world.give({ items: () => [] }),
  "docs/migrating-from-ws.md": async (world) => {
    const http = createServer();
    world.give({ http: await import("node:http"), server: http, express: (await import("express")).default });
    world.give({ socket: await silentPeer(world) });
    world.give({ Server: (await world.import<{ Server: typeof Server }>("baro")).Server });
  },
};

/** What is looked at behind a page, beside that all of it ran. */
export const AFTER: Readonly<Record<string, (world: World) => Promise<void> | void>> = {
  "docs/guide/react.md": (world) => {
    const Chat = world.scope.Chat as (props: { token: string }) => never;
    const html = renderToString(createElement(Chat, { token: "a" }));
    if (!html.includes("<p>connecting</p>")) throw new Error(html);
  },
};

/** A server with a listener for whatever the clients of the pages say, and credentials that it always likes. */
async function serve(world: World): Promise<void> {
  const { Server } = await world.import<typeof import("baro")>("baro");
  const http = createServer();
  const io = new Server(http, { open: { publishKeys: ["the-key-of-my-backend"] } });
  io.of(/^\/.*/).onRefreshAuth(() => {});
  io.onRefreshAuth(() => {});
  io.on("connection", (socket) => {
    socket.onAny((_event, ...args: unknown[]) => {
      const answer = args.at(-1);
      if (typeof answer === "function") answer("heard");
    });
  });
  await new Promise<void>((resolve) => http.listen(world.port, resolve));
  world.give({ http, io });
}

/** A connection that is over, so that the loop over its messages ends. */
async function silentPeer(world: World): Promise<WebSocket> {
  const { WebSocket, WebSocketServer } =
    await world.import<typeof import("baro/websocket")>("baro/websocket");
  const wss = new WebSocketServer({ port: 0 });
  wss.on("connection", (peer) => peer.close());
  await new Promise((resolve) => wss.once("listening", resolve));
  const socket = new WebSocket(`ws://localhost:${(wss.address() as AddressInfo).port}`);
  await new Promise((resolve) => socket.once("close", resolve));
  return socket;
}
